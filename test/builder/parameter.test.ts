/** Parameters that are in no layer, and constants: in a definition, in files, in training. */
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { add, div, mul } from '../../src/builder/ops/arithmetic.js';
import { linear } from '../../src/builder/ops/linear.js';
import { constant, parameter } from '../../src/builder/ops/parameter.js';
import { initParameters, parameterSpecs } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { summary } from '../../src/builder/summary.js';
import { float32 } from '../../src/builder/tensor.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { importModel } from '../../src/import/import-model.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { float32Array } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import { failureOf } from '../data/failure.js';
import '../matcher.js';

const affine = defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
  const scale = parameter('scale', [2], { init: 'ones', frozen: true });
  const shift = parameter('norm.shift', [2]);
  return {
    y: add(mul(x, scale), shift),
    z: div(constant(float32Array([2, 1], [1, 0.1])), mul(constant([2, 4]), constant(0.5))),
    shift,
  };
});

const x = float32Array([3, 2], [1, 2, 3, 4, 5, 6]);
const given = new Map([
  ['scale', { shape: [2], data: Float32Array.of(2, 3) }],
  ['norm.shift', { shape: [2], data: Float32Array.of(0.5, -0.5) }],
]);
const expected = new Map([
  ['y', float32Array([3, 2], [2.5, 5.5, 6.5, 11.5, 10.5, 17.5])],
  ['z', float32Array([2, 2], [1, 0.5, 0.1, 0.05])],
  ['shift', float32Array([2], [0.5, -0.5])],
]);

describe('a parameter in no layer', () => {
  it('has its own name in the state dict, where layers have one in front', () => {
    expect(parameterSpecs(affine).map(({ name, shape, trained }) => ({ name, shape, trained }))).toEqual([
      { name: 'scale', shape: [2], trained: false },
      { name: 'norm.shift', shape: [2], trained: undefined },
    ]);
    expect([...initParameters(affine, 1).values()].map(({ data }) => [...data])).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it.each(['cpu', 'simd', 'wasm'])('is computed with on %s', async (backend) => {
    const predicted = await predict(affine, given, { x }, { backend, batchSize: 2 });
    expect(new Map(Object.entries(predicted))).toBeCloseToArray(expected, { atol: 1e-7 });
  });

  it.each(['cpu', 'simd'] as const)('is in the exported model, on %s', async (provider) => {
    const shown = defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
      const y = add(mul(x, parameter('scale', [2], { frozen: true })), parameter('norm.shift', [2]));
      return { y, part: div(div(y, 3), constant([1, 2])), inverse: div(1, y) };
    });
    await using model = await Model.load(exportOnnx(shown, given), { providers: [provider] });
    const results = await model.run({ x: { data: x.data, dims: x.shape } });
    const y = expected.get('y')!;
    const outputs = new Map([
      ['y', y],
      [
        'part',
        float32Array(
          y.shape,
          [...y.data].map((value, i) => value / 3 / (1 + (i % 2))),
        ),
      ],
      [
        'inverse',
        float32Array(
          y.shape,
          [...y.data].map((value) => 1 / value),
        ),
      ],
    ]);
    expect(new Map(Object.entries(results))).toBeCloseToArray(outputs, { atol: 1e-6 });
  });

  it('comes back from JSON, a checkpoint and, frozen, from an ONNX file', async () => {
    const again = networkFromJson(networkToJson(affine));
    expect(again.nodes).toEqual(affine.nodes);
    const checkpoint = decodeCheckpoint(encodeCheckpoint({ network: affine, parameters: given }));
    expect(checkpoint.network.nodes).toEqual(affine.nodes);
    expect(checkpoint.parameters).toEqual(given);
    const y = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: mul(x, parameter('a.w', [2])) }));
    const read = readOnnx(exportOnnx(y, new Map([['a.w', given.get('scale')!]])));
    expect(parameterSpecs(read.network)).toMatchObject([{ name: 'a.w', shape: [2], trained: false }]);
    expect([...read.parameters.get('a.w')!.data]).toEqual([2, 3]);
  });

  it('takes its values from a state dict, which has no constant', async () => {
    const tensors = [...given].map(([name, array]) => [name, { dtype: 'float32', ...array }] as const);
    const { parameters } = await importModel(encodeSafetensors(new Map(tensors)), { network: affine });
    expect(parameters).toEqual(given);
  });

  it('counts in the summary, as its own', () => {
    const text = summary(
      defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({
        y: mul(
          linear('fc', x, 2),
          mul(parameter('fc.scale', [2], { frozen: true }), constant(Array(20).fill(0.5)).at(0, 0)),
        ),
      })),
    );
    expect(text).toMatch(/fc +linear.* 6$/m);
    expect(text).toMatch(/fc\.scale +parameter\(shape=\[2\], init=\{"kind":"zeros"\}, frozen\) +\[2\] +2$/m);
    expect(text).toMatch(/values=\[0\.5, 0\.5, 0\.5, 0\.5, 0\.5, 0\.5, 0\.5, 0\.5, \.\.\.\]/);
    expect(text).toMatch(/^parameters: 8, 2 not trained$/m);
  });

  it('belongs to the definition that runs, also where one runs inside another', () => {
    const inner: Network[] = [];
    const outer = defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
      const before = parameter('before', [2]);
      inner.push(
        defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: mul(x, parameter('inner', [2])) })),
      );
      expect(() => defineNetwork({}, () => ({ y: parameter('', [2]) }))).toThrow(/"" is not a name/);
      return { y: mul(add(x, before), parameter('after', [2])) };
    });
    expect([outer, ...inner].map((network) => parameterSpecs(network).map(({ name }) => name))).toEqual([
      ['before', 'after'],
      ['inner'],
    ]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'outside of a definition',
      () => parameter('w', [2]),
      /E_INVALID_OPTION: parameter is called where no network is being defined: call it in the function/,
    ],
    ['as a constant there', () => constant(1), /E_INVALID_OPTION: constant is called where no network/],
    [
      'by a name that a layer has',
      () =>
        defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({
          y: mul(linear('fc', x, 2), parameter('fc.bias', [2])),
        })),
      /E_DUPLICATE_NAME: The network has two parameters called 'fc\.bias'/,
    ],
    [
      'the same the other way round',
      () =>
        defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
          const bias = parameter('fc.bias', [2]);
          return { y: add(linear('fc', x, 2), bias) };
        }),
      /E_DUPLICATE_NAME: The network has two parameters called 'fc\.bias'/,
    ],
    [
      'of no fixed size',
      () => defined(() => parameter('w', ['time' as never])),
      /E_INVALID_OPTION: w \(parameter\)/,
    ],
    [
      'of an unknown start',
      () => defined(() => parameter('w', [2], { init: 'xavier' as never })),
      /E_INVALID_OPTION: w/,
    ],
    [
      'as too many constants',
      () => defined(() => constant(new Array(1025).fill(1))),
      /E_INVALID_OPTION: constant_1 .*more than 1024 numbers: put them in a frozen parameter/,
    ],
    [
      'as a constant that is no number',
      () => defined(() => constant([1, Number.NaN])),
      /E_INVALID_OPTION: constant_1/,
    ],
    [
      'as integers',
      () => defined(() => constant({ dtype: 'int32', shape: [1], data: Int32Array.of(1) } as never)),
      /E_DTYPE_MISMATCH: constant takes float32, got int32/,
    ],
  ])('is refused %s', (_, define, message) => {
    const { code, message: text } = failureOf(define);
    expect(`${code}: ${text}`).toMatch(message);
  });

  it('is refused behind an await', async () => {
    let late: Promise<unknown> | undefined;
    defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
      late = Promise.resolve().then(() => parameter('w', [2]));
      return { x };
    });
    await expect(late).rejects.toThrow(/not behind an await/);
  });
});

/** What a definition without inputs makes of one value. */
function defined(value: () => ReturnType<typeof constant>): Network {
  return defineNetwork({}, () => ({ y: value() }));
}
