/** The programs of examples/moby-dick run, each as a process of its own, on a short text that is made here. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { perplexityOf } from '../../examples/moby-dick/perplexity.js';
import * as lo from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { runExample } from './run-example.js';
import '../matcher.js';

const folder = temporaryDirectory();

it('learns a text, measures itself beside n-grams by the model file, and writes on behind prompts', () => {
  const animals = ['whale', 'shark', 'gull'];
  const lines = Array.from(
    { length: 400 },
    (_, i) => `the ${animals[(i * i) % 3]}\nswam off in day ${i % 7}.\n`,
  );
  const data = join(folder, 'book.txt');
  writeFileSync(data, lines.join('\n'));
  const stdout = runExample('moby-dick/moby-dick.ts', { DATA: data, EPOCHS: '2', OUT: folder });
  expect(stdout).toMatch(/^10\d\d\d characters to learn from, \d+ to validate, 1\d\d\d to test$/m);
  expect(stdout).toMatch(/^epoch 2: perplexity \d+\.\d\d of the validation part$/m);
  const perplexity = (name: string) =>
    Number(new RegExp(`^${name} +(\\d+\\.\\d\\d)$`, 'm').exec(stdout)?.[1]);
  expect(perplexity('1-gram model, Kneser-Ney')).toBeGreaterThan(perplexity('5-gram model, Kneser-Ney'));
  expect(perplexity('model file')).toBeLessThan(perplexity('1-gram model, Kneser-Ney'));
  expect(stdout.match(/^temperature [\d.]+: The whale /gm)).toHaveLength(3);

  const written = runExample('moby-dick/write.ts', { OUT: folder }, '', ['the wh€le ', '50', '0.5']);
  expect(written).toMatch(/^the wh€le [a-z0-9. \n]{50}\n$/);
  const again = runExample('moby-dick/write.ts', { OUT: folder }, '', ['the wh€le ', '50', '0.5']);
  expect(again).toBe(written);
});

it('measures the perplexity that evaluate does', async () => {
  const network = lo.defineNetwork({ tokens: lo.int32('batch', 'time') }, ({ tokens }) => {
    const x = lo.embedding('embedding', tokens, { numEmbeddings: 7, embeddingDim: 4 });
    return { logits: lo.linear('fc', lo.lstm('lstm', x, { hiddenSize: 4 }).output, 7) };
  });
  const parameters = lo.initParameters(network, 1);
  const ids = Int32Array.from({ length: 2500 }, (_, i) => (i * i + (i >> 3)) % 7);
  const { metrics } = await lo.evaluate(
    network,
    parameters,
    lo.textStream(ids, { batchSize: 1, steps: 500 }),
    {
      loss: lo.crossEntropy,
      metrics: [lo.perplexity],
    },
  );
  const file = lo.exportOnnx(network, parameters, { states: true });
  await using model = await lo.Model.load(file, { providers: ['simd'] });
  expect([await perplexityOf(model, ids)]).toBeCloseToArray([metrics.perplexity!], { rtol: 1e-5 });
});
