/** Options of what writes sequences by an encoder and a decoder: translations and captions. */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { bySize } from '../builder/train/buckets.js';
import { expectWhole } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import type { BeamOptions } from '../generate/generate-options.js';

interface Given {
  readonly attention?: boolean;
  readonly maxLength?: number;
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

const BATCH = 64;

/**
 * @param most the most tokens, the end counted, where nothing is said
 * @param hasAttention whether the model can say it
 * @throws E_INVALID_OPTION, E_UNSUPPORTED
 */
export function checkWriteOptions(where: string, given: Given, most: number, hasAttention: boolean) {
  const { attention = false, maxLength = most, batchSize = BATCH, signal } = given;
  expectWhole(where, { maxLength, batchSize }, 1);
  if (typeof attention !== 'boolean') throw wrongArgument(`${where}: attention`, attention, 'true or false');
  if (attention && !hasAttention) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${where}: the model was trained without attention, so that there is none to give; leave the option out.`,
    );
  }
  return { attention, maxLength, batchSize, signal };
}

/** @returns none for a greedy search. @throws E_INVALID_OPTION */
export function beamOf(where: string, beam: unknown): BeamOptions | undefined {
  if (isObject(beam)) return beam as unknown as BeamOptions; // generate checks what is in it
  if (typeof beam !== 'number' || !Number.isSafeInteger(beam) || beam < 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: beam is ${inWords(beam)}; expected a whole number from 1, or options such as { width: 4, nBest: 3 }.`,
    );
  }
  return beam === 1 ? undefined : { width: beam };
}

/** Batches of indices, those of about one length together, so that little is padding. */
export function batchesOf(sequences: readonly { readonly length: number }[], batchSize: number): number[][] {
  const order = Array.from(
    bySize(
      Int32Array.from(sequences.keys()),
      sequences.map(({ length }) => length),
    ),
  );
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    order.slice(i * batchSize, (i + 1) * batchSize),
  );
}
