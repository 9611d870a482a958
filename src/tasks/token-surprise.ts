/** What a model thinks of each token of a text, before it reads it. */
import { logProbabilities } from '../generate/token-scores.js';
import { mustHave } from '../must-get.js';
import type { BaseModel } from '../runtime/model.js';

/** Of a text without its first token, before which nothing is known. */
export interface TokenSurprise {
  /** The natural logarithm of the probability that the model gave the token that came. */
  readonly logProbability: Float64Array;
  /** The token that the model held to be the most probable, and the logarithm of its probability. */
  readonly expected: Int32Array;
  readonly expectedLogProbability: Float64Array;
}

/** Tokens of a run. Their logits are in memory together. */
const PIECE = 128;

/**
 * Reads a text from states of zeros, piece by piece.
 *
 * @param model takes `tokens`, `[batch, time]`, and gives `logits`; its states are carried
 * @throws what a stream throws
 */
export async function tokenSurprise(model: BaseModel, ids: Int32Array): Promise<TokenSurprise> {
  const count = Math.max(ids.length - 1, 0);
  const found = {
    logProbability: new Float64Array(count),
    expected: new Int32Array(count),
    expectedLogProbability: new Float64Array(count),
  };
  const stream = model.stream();
  for (let start = 0; start < count; start += PIECE) {
    const read = ids.subarray(start, Math.min(start + PIECE, count));
    const results = await stream.run({ tokens: { data: [...read], dims: [1, read.length] } });
    const { data } = mustHave(results.logits, 'The output logits');
    const logits = data as Float32Array; // of the library's own network
    const size = logits.length / read.length;
    for (let i = 0; i < read.length; i++) {
      const scores = logProbabilities(Float64Array.from(logits.subarray(i * size, (i + 1) * size)));
      const best = scores.indexOf(
        scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY),
      );
      found.logProbability[start + i] = scores[ids[start + i + 1] ?? 0] ?? Number.NaN;
      found.expected[start + i] = best;
      found.expectedLogProbability[start + i] = scores[best] ?? Number.NaN;
    }
  }
  return found;
}
