/**
 * Ops that move numbers, as torch.onnx.export writes them: the network that is read computes what PyTorch does, and at any other
 * batch and time what onnxruntime makes of the same file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { predict } from '../../src/builder/predict.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import type { NdArray } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { Model } from '../../src/runtime/node.js';
import { CLOSE, exported, feedsFor } from './onnx-models.js';
import '../matcher.js';

const FOLDER = new URL('../../fixtures/data/onnx-layout/', import.meta.url);
const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const files = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.onnx') ? [file] : []));

/** The example that was traced had batch 2 and time 6. */
const SIZES = [
  { batch: 2, time: 1 },
  { batch: 1, time: 4 },
  { batch: 2, time: 6 },
  { batch: 3, time: 9 },
  { batch: 5, time: 5 },
  { batch: 4, time: 7 },
];

type Feeds = Record<string, { data: Float32Array; dims: readonly number[] }>;
type Outputs = Map<string, NdArray<'float32'>>;

async function outputsOf(model: Model, feeds: Feeds): Promise<Outputs> {
  const results = Object.entries(await model.run(feeds)).map(([name, { data, dims }]) => {
    const numbers = Float32Array.from(data as Float32Array | BigInt64Array, Number); // indices are int64
    return [name, { dtype: 'float32', shape: dims, data: numbers }] as const;
  });
  return new Map(results);
}

/** PyTorch's inputs and outputs by size: `b2t5`. */
function recorded(file: string): { feeds: Feeds; outputs: Outputs }[] {
  const { tensors } = parseSafetensors(bytesOf(file.replace(/-(script|dynamo)\.onnx$/, '.safetensors')));
  const labels = new Set([...tensors.keys()].map((key) => key.split('.')[0]));
  return [...labels].map((label) => {
    const of = (side: string) =>
      [...tensors].flatMap(([key, { data, shape }]) => {
        const [own, role, name = ''] = key.split('.');
        if (own !== label || role !== side) return [];
        return [[name, { data: Float32Array.from(data as Float32Array), shape }] as const];
      });
    const feeds = of('input').map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
    const outputs = of('output').map(
      ([name, { data, shape }]) => [name, { dtype: 'float32', shape, data }] as const,
    );
    return { feeds: Object.fromEntries(feeds), outputs: new Map(outputs) };
  });
}

describe.each(files)('%s', (file) => {
  const bytes = bytesOf(file);

  it('computes what PyTorch does, on every provider and as it is written again', async () => {
    const imported = readOnnx(bytes);
    await using again = await Model.load(exported(imported), { providers: ['cpu'] });
    await using simd = await Model.load(bytes, { providers: ['simd'] });
    const runs = recorded(file);
    expect(runs).toHaveLength(3);
    for (const { feeds, outputs } of runs) {
      expect(await outputsOf(again, feeds), 'written again').toBeCloseToArray(outputs, CLOSE);
      expect(await outputsOf(simd, feeds), 'simd').toBeCloseToArray(outputs, CLOSE);
      const arrays = Object.entries(feeds).map(
        ([name, { data, dims }]) => [name, { dtype: 'float32', shape: dims, data }] as const,
      );
      const predicted = await predict(imported.network, imported.parameters, Object.fromEntries(arrays));
      expect(new Map(Object.entries(predicted)), 'tfjs').toBeCloseToArray(outputs, CLOSE);
    }
  });

  it('computes at other sizes what onnxruntime does with the same file', async () => {
    await using given = await Model.load(bytes, { providers: ['cpu'] });
    await using again = await Model.load(exported(readOnnx(bytes)), { providers: ['cpu'] });
    await using simd = await Model.load(bytes, { providers: ['simd'] });
    const model = decodeModel(bytes);
    for (const sizes of SIZES) {
      // One exporter calls dimensions s0 and the like; of every input the first is the batch, the second time.
      const named = model.graph.inputs.flatMap(({ shape = [] }) =>
        shape.map((dim, i) => [String(dim), [sizes.batch, sizes.time][i] ?? 0] as const),
      );
      const feeds = feedsFor(model, Object.fromEntries(named)) as Feeds;
      const expected = await outputsOf(given, feeds);
      expect(await outputsOf(again, feeds), 'written again').toBeCloseToArray(expected, CLOSE);
      expect(await outputsOf(simd, feeds), 'simd').toBeCloseToArray(expected, CLOSE);
    }
  });
});
