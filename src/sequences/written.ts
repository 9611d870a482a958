/** What an encoder and a decoder write for sources, with the attention of each token where it is wanted. */
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { type EncoderAndDecoder, encode, type Sources } from '../generate/encoder-and-decoder.js';
import { generate } from '../generate/generate.js';
import { startAndEnd } from '../generate/generate-metadata.js';
import type { BeamOptions } from '../generate/generate-options.js';
import type { Generated } from '../generate/generated.js';
import { mustHave } from '../must-get.js';
import type { NdArray } from '../nd-array.js';

export interface WriteOptions {
  /** None for the most probable token at each step. */
  readonly beam: BeamOptions | undefined;
  /** The most tokens, the end token counted. */
  readonly maxLength: number;
  readonly attention: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What was written for one source. */
export interface Written {
  /** The best first. */
  readonly found: readonly Generated[];
  /** Of the best: `[tokens, steps of the source]`, padding among the steps; of each token they come to 1. */
  readonly attention?: NdArray<'float32'>;
}

/** The input of the decoder that `EncoderDecoder` gives the tokens. */
const TOKEN = 'token';
const ATTENTION = 'attention';

/** Whether the decoder attends to steps of the source, and says to which. */
export function hasAttention({ decoder }: EncoderAndDecoder): boolean {
  return decoder.outputs.some(({ name }) => name === ATTENTION);
}

/** @throws what `generate` throws */
export async function written(
  models: EncoderAndDecoder,
  source: Sources,
  { beam, maxLength, attention, signal }: WriteOptions,
): Promise<Written[]> {
  const results = await generate(models, {
    ...{ source, maxLength, forbidden: textless(models) },
    ...(beam && { beam }),
    ...(signal && { signal }),
  });
  if (!attention) return results.map((found) => ({ found }));
  const best = results.map(([first]) => mustHave(first, 'What was written').tokens);
  const weights = await attentionOf(models, source, best);
  return results.map((found, i) => ({ found, attention: mustHave(weights[i], 'Attention') }));
}

/** Tokens that stand for no text, and that no decoder has learned to write. */
function textless({ decoder }: EncoderAndDecoder): number[] {
  const { special = {} } = vocabulariesOf(decoder.metadata)[TOKEN] ?? {};
  return Object.entries(special).flatMap(([kind, token]) => (kind === 'end' ? [] : [token]));
}

/** The decoder goes through the tokens once more: a beam search does not keep the weights of all that it tries. */
async function attentionOf(
  models: EncoderAndDecoder,
  source: Sources,
  lists: readonly (readonly number[])[],
): Promise<NdArray<'float32'>[]> {
  const { decoder } = models;
  const { start = 0, end = 0 } = startAndEnd(decoder.metadata, TOKEN);
  const { feeds, initial } = await encode(models, source);
  const stream = decoder.stream({ initial });
  const rows = lists.map((): number[] => []);
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  let time = 0;
  for (let step = 0; step < longest; step++) {
    // Behind the end of a list any token does: what comes of it is left out.
    const data = lists.map((tokens) => (step === 0 ? start : (tokens[step - 1] ?? end)));
    const results = await stream.run({ ...feeds, [TOKEN]: { data, dims: [data.length] } });
    const { data: weights, dims } = mustHave(results[ATTENTION], 'Attention');
    time = mustHave(dims[1], 'The steps of attention');
    for (const [i, row] of rows.entries()) {
      if (step >= (lists[i]?.length ?? 0)) continue;
      for (let t = 0; t < time; t++) row.push(Number(weights[i * time + t]));
    }
  }
  return rows.map((row, i) => ({
    ...{ dtype: 'float32', shape: [lists[i]?.length ?? 0, time] },
    data: Float32Array.from(row),
  }));
}
