/** The perplexity of a text by a model file, read piece by piece, its states carried on. */
import type { Model } from 'lstm-onnx';

/** `exp` of the mean of `-log(probability)` over the tokens but the first, as `nGramModel` has it. */
export async function perplexityOf(model: Model, ids: Int32Array): Promise<number> {
  const stream = model.stream();
  let sum = 0;
  for (let start = 0; start < ids.length - 1; start += 1000) {
    const piece = ids.slice(start, Math.min(start + 1000, ids.length - 1));
    const { logits } = await stream.run({ tokens: { data: piece, dims: [1, piece.length] } });
    const size = logits!.dims.at(-1)!;
    for (let step = 0; step < piece.length; step++) {
      const row = (logits!.data as Float32Array).subarray(step * size, (step + 1) * size);
      const largest = Math.max(...row);
      const total = row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
      sum += largest + Math.log(total) - row[ids[start + step + 1]!]!;
    }
  }
  return Math.exp(sum / (ids.length - 1));
}
