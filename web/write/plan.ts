/** How a text is cut for training, what is suggested for it, and when samples are written. */
import { LstmOnnxError } from 'lstm-onnx/web';
import { formatCount } from '../shared/quantities.js';
import type { Settings } from './messages.js';

export const embeddingDim = 24;
export const clipNorm = 1;
/** The last learning rate, as a part of the first. */
export const lastRate = 0.05;

/** Characters. Of fewer there is nothing to hold back. */
const leastLength = 500;
const mostLength = 10_000_000;
const mostKinds = 1000;

export interface TextFacts {
  /** Unicode code points. */
  readonly length: number;
  /** How many of them are different. */
  readonly kinds: number;
}

/** @throws E_INVALID_OPTION for a text that no network can be trained on here */
export function factsOf(text: string): TextFacts {
  const seen = new Set<string>();
  let length = 0;
  for (const character of text) {
    seen.add(character);
    length++;
  }
  const problem = problemOf({ length, kinds: seen.size }, text.trim() === '');
  if (problem !== undefined) throw new LstmOnnxError('E_INVALID_OPTION', problem);
  return { length, kinds: seen.size };
}

function problemOf({ length, kinds }: TextFacts, isEmpty: boolean): string | undefined {
  if (isEmpty) return 'There is no text yet. Paste one, or choose a file.';
  if (length < leastLength) {
    return (
      `The text has ${formatCount(length)} characters; ${leastLength} is the least. A part of it is held back, ` +
      'to see whether the network has learned more than this very text.'
    );
  }
  if (length > mostLength) {
    return `The text has ${formatCount(length)} characters; ${formatCount(mostLength)} is the most. Give a part of it.`;
  }
  if (kinds === 1) return 'The text is one character over and over: there is nothing to learn.';
  if (kinds > mostKinds) {
    return (
      `The text has ${formatCount(kinds)} different characters; ${formatCount(mostKinds)} is the most. ` +
      'The network chooses between all of them at each step. Texts in an alphabet have about a hundred.'
    );
  }
  return undefined;
}

/** How a text is read in training: its beginning in streams side by side, its end held back. */
export interface Cut {
  /** How many characters are trained on; those behind them are held back. */
  readonly trainLength: number;
  /** Up to here the part held back is read: a long one takes its time at each sample. */
  readonly heldEnd: number;
  readonly batchSize: number;
  /** Characters of a piece: gradients go back so far. */
  readonly steps: number;
  readonly stepsAnEpoch: number;
  /** In how many streams the part held back is read. */
  readonly heldStreams: number;
}

const mostHeld = 20_000;
const mostStreams = 32;

export function cutOf(length: number): Cut {
  const steps = length < 20_000 ? 32 : 64;
  const trainLength = Math.floor(0.9 * length);
  // Each stream is some pieces long, so that states are carried somewhere.
  const batchSize = Math.min(mostStreams, Math.max(2, Math.round(trainLength / (8 * steps))));
  const heldEnd = Math.min(length, trainLength + mostHeld);
  return {
    trainLength,
    heldEnd,
    heldStreams: Math.max(1, Math.floor((heldEnd - trainLength) / 500)),
    batchSize,
    steps,
    stepsAnEpoch: Math.ceil((Math.floor(trainLength / batchSize) - 1) / steps),
  };
}

/** Steps after which a small network writes words. */
const enoughSteps = 1500;

/** What suits a text of so many characters: a few minutes on one processor. */
export function suggestedSettings(length: number): Pick<Settings, 'hiddenSize' | 'epochs'> {
  const { stepsAnEpoch } = cutOf(length);
  return {
    hiddenSize: length < 20_000 ? 64 : length < 100_000 ? 96 : 128,
    epochs: Math.min(60, Math.max(1, Math.round(enoughSteps / stepsAnEpoch))),
  };
}

/** The steps after which a sample is written: often at first, when most changes, then twenty times to the end. */
export function sampleSteps(steps: number): ReadonlySet<number> {
  const often = Math.max(1, Math.floor(steps / 20));
  const chosen = new Set<number>();
  for (let step = 10; step < often; step *= 2) chosen.add(step);
  for (let step = often; step < steps; step += often) chosen.add(step);
  return chosen;
}
