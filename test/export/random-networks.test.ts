import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomNetwork } from './random-networks.js';
import { expectSameNumbers, opTypes } from './running.js';

it('any small network computes in onnxruntime what it computes in tfjs', async () => {
  const seen = new Map<string, number>();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(randomNetwork, async ({ network, sizes }) => {
      const model = await expectSameNumbers(network, sizes);
      runs++;
      for (const opType of new Set(opTypes(model))) seen.set(opType, (seen.get(opType) ?? 0) + 1);
      const typed = new Set([...model.graph.valueInfo, ...model.graph.outputs].map(({ name }) => name));
      for (const { outputs } of model.graph.nodes) {
        for (const name of outputs) if (name !== '') expect(typed).toContain(name);
      }
    }),
    { numRuns: 150, seed: 20_250_301 },
  );
  expect(runs).toBeGreaterThanOrEqual(100);
  const every = [
    'LSTM',
    'Gemm',
    'MatMul',
    'Gather',
    'Reshape',
    'Shape',
    'Concat',
    'Transpose',
    'Softmax',
    'Identity',
  ];
  expect([...seen.keys()]).toEqual(expect.arrayContaining(every));
  expect(seen.get('LSTM')).toBeGreaterThan(30);
});
