/** Runs a network twice, by tfjs and exported by onnxruntime, and expects the same numbers. */
import { expect } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { type ExportOptions, exportOnnx } from '../../src/export/export.js';
import { type NdArray, sizeOf } from '../../src/nd-array.js';
import { checkModel } from '../../src/onnx/check.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import type { OnnxModel } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import type { Results } from '../../src/runtime/values.js';
import '../matcher.js';

export const FORWARD = { atol: 2e-6 };

export type Arrays = Record<string, NdArray<'float32' | 'int32'>>;

/** A float32 array of the shape, drawn from N(0, 1). */
export function normal(shape: readonly number[], seed = 1): NdArray<'float32'> {
  return { dtype: 'float32', shape, data: new Generator(seed).normal(sizeOf(shape), 0, 1) };
}

/** An array for each input: N(0, 1), or ids 0, 1, 2. Named dimensions have the given sizes. */
export function feedsFor(network: Network, sizes: Readonly<Record<string, number>>, seed = 1): Arrays {
  const generator = new Generator(seed);
  const feeds = Object.entries(network.inputs).map(([name, type]) => {
    const shape = type.shape.map((dim) => (typeof dim === 'number' ? dim : sizes[dim]!));
    const count = sizeOf(shape);
    const array: NdArray<'float32' | 'int32'> =
      type.dtype === 'float32'
        ? { dtype: 'float32', shape, data: generator.normal(count, 0, 1) }
        : { dtype: 'int32', shape, data: Int32Array.from({ length: count }, () => generator.random32() % 3) };
    return [name, array] as const;
  });
  return Object.fromEntries(feeds);
}

export function toFeeds(arrays: Arrays) {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [name, { data, dims: shape }]),
  );
}

/** A float32 tensor of onnxruntime's as the matcher takes it; an absent one fails. */
export function numbersOf(tensor: Results[string] | undefined) {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('expected a float32 tensor');
  return { data: tensor.data, dims: tensor.dims };
}

/** The model's outputs on onnxruntime-node's CPU provider. */
export async function runOnnx(bytes: Uint8Array, arrays: Arrays): Promise<Results> {
  await using model = await Model.load(bytes, { providers: ['cpu'] });
  return await model.run(toFeeds(arrays));
}

/**
 * Exports the network with parameters of its own seed, runs both at the given sizes and compares every output.
 *
 * @returns the exported model, as it reads from its bytes
 */
export async function expectSameNumbers(
  network: Network,
  sizes: Readonly<Record<string, number>> = { batch: 3, time: 5 },
  options: ExportOptions = {},
): Promise<OnnxModel> {
  const parameters = initParameters(network, 7);
  const bytes = exportOnnx(network, parameters, options);
  const model = decodeModel(bytes);
  checkModel(model);
  const feeds = feedsFor(network, sizes);
  const expected = await predict(network, parameters, feeds);
  const results = await runOnnx(bytes, feeds);
  expect(new Map(Object.entries(results))).toBeCloseToArray(new Map(Object.entries(expected)), FORWARD);
  return model;
}

export function opTypes(model: OnnxModel): string[] {
  return model.graph.nodes.map(({ opType }) => opType);
}
