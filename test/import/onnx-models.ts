/** Runs an ONNX model as it is and as it comes back from being imported and exported, and expects the same numbers. */
import { expect } from 'vitest';
import { checkParameters } from '../../src/builder/parameters.js';
import { Generator } from '../../src/builder/random.js';
import { type ExportOptions, exportOnnx } from '../../src/export/export.js';
import type { ImportedModel } from '../../src/import/imported-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { type NdArray, sizeOf } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import '../matcher.js';

export const CLOSE = { atol: 5e-6 };

/** A node test of the ONNX project with its weights in the file, as a model has them; the tests give all as inputs. */
export function withWeights(bytes: Uint8Array, given: ReadonlyMap<string, NdArray>): Uint8Array {
  const model = decodeModel(bytes);
  const isWeight = (name: string) => ['W', 'R', 'B', 'P'].includes(name);
  const initializers = [...given].flatMap(([name, array]) => (isWeight(name) ? [{ name, ...array }] : []));
  const inputs = model.graph.inputs.filter(({ name }) => !isWeight(name));
  const opsets = new Map([['', Math.min(22, model.opsets.get('')!)]]);
  return encodeModel({ ...model, opsets, graph: { ...model.graph, inputs, initializers } });
}

type Feeds = Record<string, { data: Float32Array | number[]; dims: readonly number[] }>;

export const ints = (...value: number[]): OnnxAttribute => ({ type: 'ints', value });
export const int = (value: number): OnnxAttribute => ({ type: 'int', value });
export const float = (value: number): OnnxAttribute => ({ type: 'float', value });
export const text = (value: string): OnnxAttribute => ({ type: 'string', value });
export const texts = (...value: string[]): OnnxAttribute => ({ type: 'strings', value });
export const numbers = (...value: number[]): OnnxAttribute => ({ type: 'floats', value });

/** Weights drawn by the name, so that no two are alike. */
export function weights(name: string, ...shape: number[]): OnnxTensor {
  const seed = [...name].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) % 2 ** 31;
  return { name, dtype: 'float32', shape, data: new Generator(seed).uniform(sizeOf(shape), -0.8, 0.8) };
}

/** Numbers for every input; lengths and ids are 1 and 2. */
export function feedsFor(model: OnnxModel, sizes: Readonly<Record<string, number>>): Feeds {
  const constants = new Set(model.graph.initializers.map(({ name }) => name));
  const fed = model.graph.inputs.filter(({ name }) => !constants.has(name));
  const feeds = fed.map(({ name, dtype, shape }, seed) => {
    const dims = (shape ?? []).map((dim) => (typeof dim === 'number' ? dim : sizes[dim ?? '']!));
    const count = sizeOf(dims);
    if (dtype !== 'float32') {
      return [name, { data: Array.from({ length: count }, (_, i) => 1 + (i % 2)), dims }] as const;
    }
    return [name, { data: new Generator(seed + 1).normal(count, 0, 1), dims }] as const;
  });
  return Object.fromEntries(feeds);
}

export async function run(
  bytes: Uint8Array,
  feeds: Feeds,
): Promise<Map<string, { data: Float32Array; dims: readonly number[] }>> {
  await using opened = await Model.load(bytes, { providers: ['cpu'] });
  return resultsOf(opened, feeds);
}

async function resultsOf(
  model: Model,
  feeds: Feeds,
): Promise<Map<string, { data: Float32Array; dims: readonly number[] }>> {
  const results = Object.entries(await model.run(feeds));
  return new Map(
    results.map(([name, { data, dims }]) => {
      if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
      return [name, { data, dims }];
    }),
  );
}

/** The imported model as a file again, its parameters those of its network. */
export function exported(
  { network, parameters, info }: ImportedModel,
  options: ExportOptions = {},
): Uint8Array {
  checkParameters(network, parameters);
  return exportOnnx(network, parameters, { ...info, ...options });
}

/**
 * Also with a batch of one sequence, where operators that look at sizes could do something else.
 *
 * @returns what was imported
 */
export async function expectSame(
  model: OnnxModel,
  sizes: Readonly<Record<string, number>> = { batch: 3, time: 4 },
): Promise<ImportedModel> {
  const bytes = encodeModel(model);
  const imported = readOnnx(bytes);
  await using given = await Model.load(bytes, { providers: ['cpu'] });
  await using again = await Model.load(exported(imported), { providers: ['cpu'] });
  for (const batch of new Set([sizes.batch ?? 1, 1])) {
    const feeds = feedsFor(model, { ...sizes, batch });
    expect(await resultsOf(again, feeds)).toBeCloseToArray(await resultsOf(given, feeds), CLOSE);
  }
  return imported;
}
