/** Where the largest entry is: NaN where there is one, the first or the last of equal ones. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { activation } from '../../src/builder/ops/activations.js';
import { argmax } from '../../src/builder/ops/argmax.js';
import { predict } from '../../src/builder/predict.js';
import { float32 } from '../../src/builder/tensor.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';

const file = new URL('../../fixtures/data/nan/argmax.safetensors', import.meta.url);
const { tensors } = parseSafetensors(new Uint8Array(readFileSync(file)));
const x = tensors.get('input.x')!;
const network = defineNetwork({ x: float32('batch', 4) }, ({ x }) => ({
  features: argmax(x),
  batch: argmax(x, 0),
  least: argmax(activation(x, { name: 'neg' })),
  last: argmax(x, 1, { selectLastIndex: true }),
}));
const lasts = [1, 3, 2, 2, 3, 3, 3];

async function byProvider(provider: 'simd' | 'cpu') {
  await using model = await Model.load(exportOnnx(network, new Map()), {
    providers: [provider],
    finite: 'allow',
  });
  const run = await model.run({ x: { data: x.data as Float32Array, dims: x.shape } });
  return Object.fromEntries(Object.entries(run).map(([name, { data }]) => [name, [...(data as Int32Array)]]));
}

const expected = Object.fromEntries(
  ['features', 'batch', 'least'].map((name) => [name, [...tensors.get(`output.${name}`)!.data]]),
);

describe('argmax takes NaN for the largest as PyTorch does', () => {
  it.each(['simd', 'cpu'])('on the backend %s', async (backend) => {
    const predicted = await predict(network, new Map(), { x } as never, { backend: backend as 'simd' });
    const places = Object.entries(predicted).map(([name, { data }]) => [name, [...data]] as const);
    expect(Object.fromEntries(places)).toEqual({ ...expected, last: lasts });
  });

  it('by the provider simd', async () => {
    expect(await byProvider('simd')).toEqual({ ...expected, last: lasts });
  });

  it('but not by onnxruntime, which passes over it', async () => {
    const { features, last } = await byProvider('cpu');
    expect(features).toEqual([2, 0, 3, 0, 0, 0, 0]);
    expect(last?.slice(5)).toEqual([3, 3]);
  });
});
