/** Ours of `npm run bench:generate`: `tsx generate-ours.ts PROVIDER BATCH greedy|sampling` prints the milliseconds of 500 steps. */
import * as lo from 'lstm-onnx';
import { median } from './networks.js';

const [provider = 'simd', batch = '1', way = 'greedy'] = process.argv.slice(2);
await lo.enableWideKernels();
const network = lo.defineNetwork({ tokens: lo.int32('batch', 'time') }, ({ tokens }) => {
  const x = lo.embedding('embedding', tokens, { numEmbeddings: 80, embeddingDim: 64 });
  return { logits: lo.linear('fc', lo.lstm('lstm', x, { hiddenSize: 256 }).output, 80) };
});
const file = lo.exportOnnx(network, lo.initParameters(network, 1), { states: true });
await using model = await lo.Model.load(file, {
  providers: [provider as lo.Provider],
  sessionOptions: { intraOpNumThreads: 2 },
});
const prompts = Array.from({ length: Number(batch) }, (_, i) => [i]);
const options = { prompts, ...(way === 'sampling' ? { sample: { seed: 1 } } : {}) };
await lo.generate(model, { ...options, maxLength: 200 });
const times = [];
for (let round = 0; round < 3; round++) {
  const start = performance.now();
  await lo.generate(model, { ...options, maxLength: 500 });
  times.push(performance.now() - start);
}
console.log(JSON.stringify({ ms: median(times), least: Math.min(...times) }));
