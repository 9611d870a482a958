import * as ort from 'onnxruntime-node';
import { expectTypeOf, test } from 'vitest';
import { availableProviders, Model } from '../../src/runtime/node.js';
import type { Provider, ProviderStatus } from '../../src/runtime/providers.js';

declare const model: Model;

test('provider names are literals, so that a typo does not compile', () => {
  expectTypeOf<Provider>().toEqualTypeOf<
    'cuda' | 'cpu' | 'wasm' | 'simd' | 'coreml' | 'dml' | 'webgpu' | 'webnn'
  >();
  void Model.load('model.onnx');
  void Model.load(new URL('file:///model.onnx'), { providers: 'auto' });
  void Model.load(new Uint8Array(), { providers: ['cuda', 'cpu'], sessionOptions: { intraOpNumThreads: 1 } });
  // @ts-expect-error a typo
  void Model.load('model.onnx', { providers: ['cdua'] });
  // @ts-expect-error a single name is not a list
  void Model.load('model.onnx', { providers: 'cuda' });
  // @ts-expect-error the providers have their own option
  void Model.load('model.onnx', { sessionOptions: { executionProviders: ['cpu'] } });
  // @ts-expect-error neither path, URL nor bytes
  void Model.load(7);
});

test('feeds are tensors of any onnxruntime package, or data with dims', () => {
  void model.run({ x: new ort.Tensor('float32', new Float32Array(1), [1]) });
  void model.run({ x: { data: new Float32Array(1), dims: [1] }, sr: { data: [16000], dims: [] } }, ['y']);
  void model.run({ ids: { data: [1n], dims: [1] }, mask: { data: [true], dims: [1] } });
  // @ts-expect-error data without dims
  void model.run({ x: { data: new Float32Array(1) } });
  // @ts-expect-error a bare array
  void model.run({ x: new Float32Array(1) });
});

test('results are tensors that may be absent, fit to be fed again', async () => {
  const results = await model.run({});
  expectTypeOf(results.y).toEqualTypeOf<ort.Tensor | undefined>();
  if (results.y !== undefined) void model.run({ x: results.y });
  // @ts-expect-error results are read-only
  results.y = undefined;
});

test('what a model tells about itself is read-only', async () => {
  expectTypeOf(model.providers.running).toEqualTypeOf<Provider>();
  expectTypeOf(model.metadata).toEqualTypeOf<ReadonlyMap<string, string>>();
  expectTypeOf<Model['inputs'][number]['shape']>().toEqualTypeOf<
    readonly (number | string | null)[] | undefined
  >();
  // @ts-expect-error read-only
  model.providers = { running: 'cpu', skipped: [] };
  expectTypeOf(availableProviders()).resolves.toEqualTypeOf<readonly ProviderStatus[]>();
});

test('a stream takes pairs of names, and is run like a model', () => {
  const stream = model.stream({ states: { h0: 'hn', c0: null }, initial: { h0: { data: [0], dims: [1] } } });
  expectTypeOf(stream.run).parameters.toEqualTypeOf<[Parameters<Model['run']>[0]]>();
  expectTypeOf(stream.reset).returns.toBeVoid();
  // @ts-expect-error outputs go by name
  model.stream({ states: { h0: 1 } });
});
