/** The finished model on samples that it has not seen. */
import { type Network, predict, type StateDict } from 'lstm-onnx/web';
import type { LoadedData } from './data.js';
import type { TestResult } from './messages.js';

const batchSize = 500;

/** Predicts every test sample, and says what was taken for what. */
export async function testModel(
  network: Network,
  parameters: StateDict,
  data: LoadedData,
  backend: string,
): Promise<TestResult> {
  const { summary, testInputs, testTargets } = data;
  const { test: samples, steps, features, outputs } = summary;
  const predictions = new Float32Array(samples * outputs);
  for (let start = 0; start < samples; start += batchSize) {
    const end = Math.min(start + batchSize, samples);
    const size = steps * features;
    const x = {
      dtype: 'float32' as const,
      shape: [end - start, steps, features],
      data: testInputs.data.subarray(start * size, end * size),
    };
    const results = await predict(network, parameters, { x }, { backend });
    predictions.set(results.logits?.data ?? [], start * outputs);
  }
  return classified(predictions, testTargets, data);
}

function classified(
  predictions: Float32Array,
  targets: ArrayLike<number>,
  { summary, info }: LoadedData,
): TestResult {
  const { test: samples, outputs } = summary;
  const confusion = Array.from({ length: outputs }, () => new Array<number>(outputs).fill(0));
  let correct = 0;
  for (let sample = 0; sample < samples; sample++) {
    const logits = predictions.subarray(sample * outputs, (sample + 1) * outputs);
    const guess = logits.indexOf(Math.max(...logits));
    const row = confusion[targets[sample] ?? 0];
    if (row) row[guess] = (row[guess] ?? 0) + 1;
    if (guess === targets[sample]) correct++;
  }
  const labels = info.labels ?? confusion.map((_, i) => String(i));
  return { samples, correct, labels, confusion };
}
