/** Choices by comparisons, and layers that are made of several ops: what they refuse, and infinite numbers on every way. */
import { describe, expect, it } from 'vitest';
import {
  dataset,
  defineNetwork,
  equal,
  exportOnnx,
  float32,
  float32Array,
  glu,
  greater,
  groupNorm,
  initParameters,
  int32,
  linear,
  Model,
  mse,
  networkFromJson,
  networkToJson,
  predict,
  prelu,
  relu,
  type SymbolicTensor,
  size,
  softmax,
  std,
  fit as train,
  transpose,
  variance,
  where,
} from '../../src/index.js';
import '../matcher.js';

const masked = () =>
  defineNetwork({ x: float32('batch', 'time'), ids: int32('batch', 'time') }, ({ x, ids }) => ({
    y: softmax(where(equal(ids, 0), -Infinity, x)),
  }));
const x = float32Array([2, 3], [1, 2, 3, 4, 5, 6]);
const ids = { dtype: 'int32', shape: [2, 3], data: Int32Array.of(1, 1, 0, 1, 0, 0) } as const;
const half = 1 / (1 + Math.exp(1));
const expected = float32Array([2, 3], [half, 1 - half, 0, 1, 0, 0]);

describe('where', () => {
  it('takes infinity, which JSON keeps and every provider runs', async () => {
    const network = networkFromJson(networkToJson(masked()));
    const { y } = await predict(network as ReturnType<typeof masked>, new Map(), { x, ids });
    expect(y).toBeCloseToArray(expected, { atol: 1e-6 });
    for (const provider of ['cpu', 'wasm', 'simd'] as const) {
      await using model = await Model.load(exportOnnx(network, new Map()), { providers: [provider] });
      const { y } = await model.run({ x, ids });
      const got = float32Array([2, 3], y!.data as Float32Array);
      expect(got, provider).toBeCloseToArray(expected, { atol: 1e-6 });
    }
  });

  it('is learned through by comparisons of what is learned: as relu is', async () => {
    const through = (choose: (h: SymbolicTensor<'float32', readonly ['batch', 4]>) => typeof h) =>
      defineNetwork({ x: float32('batch', 3) }, ({ x }) => ({
        y: linear('out', choose(linear('in', x, 4)), 1),
      }));
    const data = dataset({ inputs: { x }, targets: float32Array([2, 1], [1, -1]) });
    const [own, relus] = [through((h) => where(greater(h, 0), h, 0)), through((h) => relu(h))];
    const learned = async (network: typeof own) =>
      (await train(network, data, { loss: mse, epochs: 3, seed: 2, backend: 'cpu' })).parameters;
    expect(await learned(own)).toBeCloseToArray((await learned(relus)) as never);
  });

  const inputs = { x: float32('batch', 3), ids: int32('batch', 3), other: float32('batch', 4) };
  type Inputs = Parameters<Parameters<typeof defineNetwork<typeof inputs, { y: never }>>[1]>[0];

  it.each<[string, RegExp, (inputs: Inputs) => unknown]>([
    ['no comparison', /where chooses by a comparison/, ({ x }) => where(x as never, 1, 0)],
    ['shapes that do not fit', /do not fit together/, ({ x, other }) => greater(x, other as never)],
    ['integers to choose from', /expected float32/, ({ x, ids }) => where(greater(x, 0), ids as never, 0)],
    ['floats beside integers', /expected int32/, ({ x, ids }) => where(greater(ids, x as never), 1, 0)],
    ['half an integer', /with 0.5; give an integer/, ({ ids }) => where(greater(ids, 0.5), 1, 0)],
    ['not a number', /than is NaN/, ({ x }) => where(greater(x, Number.NaN), 1, 0)],
  ])('refuses %s', (_, message, define) => {
    expect(() => defineNetwork(inputs, (given) => ({ y: define(given) as never }))).toThrow(message);
  });
});

describe('layers that are made of several ops', () => {
  const define = (layer: (x: never) => never) => () =>
    defineNetwork({ x: float32('batch', 'time', 6) }, ({ x }) => ({ y: layer(x as never) }));

  it.each([
    ['glu of a dimension with a name', /glu: axis 1 .* is time/, (x: never) => glu(x, 1)],
    ['glu of an odd dimension', /glu: .* is 3/, (x: never) => glu(glu(x))],
    [
      'groups that do not divide',
      /numGroups is the number 4, which does not divide the 6/,
      (x: never) => groupNorm('norm', transpose(x, [0, 2, 1]) as never, { numGroups: 4 }),
    ],
    [
      'slopes of other channels',
      /act: .*expected 6 channels/,
      (x: never) => prelu('act', x, { numParameters: 6 }),
    ],
    ['an axis that is not there', /axis 3 is not an axis/, (x: never) => std(x, 3)],
    ['a misspelt option', /keepdim/, (x: never) => variance(x, 2, { keepdim: true } as never)],
  ])('refuse %s', (_, message, layer) => {
    expect(define(layer as never)).toThrow(message);
  });

  it('names parameters as PyTorch does', () => {
    const network = defineNetwork({ x: float32('batch', 6, 'time') }, ({ x }) => ({
      y: groupNorm('norm', prelu('act', x), { numGroups: 3 }),
    }));
    const parameters = initParameters(network, 1);
    expect([...parameters.keys()].sort()).toEqual(['act.weight', 'norm.bias', 'norm.weight']);
    expect(parameters.get('act.weight')!.data).toEqual(Float32Array.of(0.25));
  });

  it('count entries when data arrives', async () => {
    const network = defineNetwork({ x: float32('batch', 'time') }, ({ x }) => ({
      n: size(x),
      m: size(x, 0),
    }));
    await using model = await Model.load(exportOnnx(network, new Map()), { providers: ['simd'] });
    const { n, m } = await model.run({ x });
    expect([n!.data[0], m!.data[0]]).toEqual([3, 2]);
  });
});
