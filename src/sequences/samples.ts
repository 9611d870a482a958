/** Sources and targets as samples: before each step the token before it, behind the last one the end. */
import { isObject, wrongArgument } from '../arguments.js';
import type { SampleArray } from '../data/dataset.js';
import { raggedDataset, type Sequence } from '../data/ragged-dataset.js';
import type { SampleLoader } from '../data/sample-loader.js';
import { LstmOnnxError } from '../errors.js';
import { tokenList } from '../generate/allowed-outputs.js';
import type { EncoderDecoderPlan } from './encoder-decoder-options.js';

/** A list of tokens. */
export type Tokens = readonly number[] | Int32Array;

/** PyTorch's ignored index, which `crossEntropy({ ignoreIndex: -100 })` leaves out. */
const IGNORED = -100;

/**
 * @param sources as `EncoderDecoder.samples` takes them
 * @param steps what the targets are padded to; undefined for the longest of each batch
 * @throws E_INVALID_OPTION, E_SHAPE_MISMATCH, E_DTYPE_MISMATCH
 */
export function sequenceSamples(
  { source, target }: EncoderDecoderPlan,
  sources: readonly (Tokens | Sequence)[] | SampleArray,
  targets: readonly Tokens[],
  steps: number | undefined,
): SampleLoader {
  const { start, end } = target;
  const lists = tokenLists('targets', targets, target.vocabulary);
  const longest = lists.findIndex((tokens) => steps !== undefined && tokens.length >= steps);
  if (longest !== -1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `samples: targets[${longest}] has ${lists[longest]?.length} tokens, which ${steps} steps do not hold with the end token; ` +
        'give more steps, or leave the sample out.',
    );
  }
  const previous = lists.map((tokens) => joined([start], tokens));
  const wanted = lists.map((tokens) => joined(tokens, [end]));
  const given = 'vocabulary' in source ? tokenLists('sources', sources, source.vocabulary) : sources;
  const read = 'image' in source ? (given as SampleArray) : ragged(given as readonly Sequence[], source);
  return raggedDataset({
    inputs: {
      source: read,
      previous: steps === undefined ? { sequences: previous, padding: end } : padded(previous, steps, end),
    },
    targets: steps === undefined ? { sequences: wanted, padding: IGNORED } : padded(wanted, steps, IGNORED),
  });
}

function ragged(sequences: readonly Sequence[], source: EncoderDecoderPlan['source']) {
  if ('features' in source && Array.isArray(sequences)) {
    const wrong = sequences.findIndex((steps) => !isArrayOf(steps, source.features));
    if (wrong !== -1) {
      throw wrongArgument(
        `samples: sources[${wrong}]`,
        sequences[wrong],
        `an array [time, ${source.features}], such as float32Array([time, ${source.features}], numbers)`,
        'E_SHAPE_MISMATCH',
      );
    }
  }
  return { sequences, lengths: 'lengths' };
}

/** Whether it is an array `[time, features]`, whose numbers are checked elsewhere. */
function isArrayOf(steps: unknown, features: number): boolean {
  const { shape } = isObject(steps) ? steps : {};
  return Array.isArray(shape) && shape[1] === features;
}

/** @throws E_INVALID_OPTION for what is no list of lists of tokens, and for a token beyond the vocabulary */
function tokenLists(what: string, lists: unknown, vocabulary: number): Int32Array[] {
  if (!Array.isArray(lists)) throw wrongArgument(`samples: ${what}`, lists, 'a list of lists of tokens');
  return lists.map((given, i) => {
    const tokens = tokenList(`samples: ${what}[${i}]`, given);
    const stranger = tokens.find((token) => token >= vocabulary);
    if (stranger === undefined) return Int32Array.from(tokens);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `samples: ${what}[${i}] has the token ${stranger}, and the vocabulary has ${vocabulary}; give tokens from 0 to ${vocabulary - 1}.`,
    );
  });
}

function joined(first: Tokens, second: Tokens): Int32Array {
  const tokens = new Int32Array(first.length + second.length);
  tokens.set(first);
  tokens.set(second, first.length);
  return tokens;
}

function padded(lists: readonly Int32Array[], steps: number, padding: number): SampleArray {
  const data = new Int32Array(lists.length * steps).fill(padding);
  for (const [i, tokens] of lists.entries()) data.set(tokens, i * steps);
  return { dtype: 'int32', shape: [lists.length, steps], data };
}
