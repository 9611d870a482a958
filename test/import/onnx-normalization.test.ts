/** Normalizations of ONNX files: what the network computes, and what is refused. */
import { describe, expect, it } from 'vitest';
import { specsOfNetwork } from '../../src/builder/parameters.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { sizeOf } from '../../src/nd-array.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxDim, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { model, node, value } from '../onnx/broken-models.js';
import { CLOSE, expectSame, exported, feedsFor, float, int, ints, run, weights } from './onnx-models.js';

function graph(nodes: readonly OnnxNode[], x: OnnxDim[], initializers: OnnxTensor[]): OnnxModel {
  const y = value(
    'y',
    x.map(() => null),
  );
  return model(nodes, { inputs: [value('x', x)], outputs: [y], initializers });
}

const positive = (name: string, size: number): OnnxTensor => {
  const drawn = weights(name, size);
  return { ...drawn, data: (drawn.data as Float32Array).map((number) => Math.abs(number) + 0.3) };
};
const statistics = (size: number) => [
  weights('scale', size),
  weights('shift', size),
  weights('mean', size),
  positive('var', size),
];
const batchNorm = (x: string, y: string, attributes = {}) =>
  node('BatchNormalization', [x, 'scale', 'shift', 'mean', 'var'], [y], attributes);

describe('an imported graph computes what the file does:', () => {
  it.each<[string, OnnxModel]>([
    ['BatchNormalization of a series', graph([batchNorm('x', 'y')], ['batch', 4, 'time'], statistics(4))],
    [
      'BatchNormalization of rows',
      graph([batchNorm('x', 'y', { epsilon: float(0.01) })], ['batch', 4], statistics(4)),
    ],
    [
      'LayerNormalization',
      graph(
        [node('LayerNormalization', ['x', 'w', 'b'], ['y'])],
        ['batch', 'time', 4],
        [weights('w', 4), weights('b', 4)],
      ),
    ],
    [
      'LayerNormalization over two axes, without bias',
      graph(
        [node('LayerNormalization', ['x', 'w'], ['y'], { axis: int(1), epsilon: float(0.1) })],
        ['batch', 3, 4],
        [weights('w', 3, 4)],
      ),
    ],
    [
      'InstanceNormalization',
      graph(
        [node('InstanceNormalization', ['x', 'w', 'b'], ['y'])],
        ['batch', 3, 'time'],
        [weights('w', 3), weights('b', 3)],
      ),
    ],
    [
      'a Transpose before and after',
      graph(
        [
          node('Transpose', ['x'], ['t'], { perm: ints(0, 2, 1) }),
          batchNorm('t', 'n'),
          node('Transpose', ['n'], ['y'], { perm: ints(0, 2, 1) }),
        ],
        ['batch', 'time', 4],
        statistics(4),
      ),
    ],
  ])('%s', async (_, file) => {
    await expectSame(file);
  });

  const filling = (name: string, number: number, ...shape: number[]): OnnxTensor => ({
    name,
    dtype: 'float32',
    shape,
    data: new Float32Array(sizeOf(shape)).fill(number),
  });

  it.each<[string, OnnxNode, OnnxDim[]]>([
    ['LayerNormalization', node('LayerNormalization', ['x', 'w', 'b'], ['y']), ['batch', 'time', 4]],
    ['InstanceNormalization', node('InstanceNormalization', ['x', 'w', 'b'], ['y']), ['batch', 4, 'time']],
    [
      'BatchNormalization',
      node('BatchNormalization', ['x', 'w', 'b', 'mean', 'var'], ['y']),
      ['batch', 4, 'time'],
    ],
  ])(
    '%s by ones and zeros has nothing to learn, unless they are called as parameters are',
    async (_, norm, x) => {
      const rest = [weights('mean', 4), positive('var', 4)];
      const read = (weight: string, bias: string, first = 1) => {
        const inputs = norm.inputs.map((name) => ({ w: weight, b: bias })[name] ?? name);
        const given = [filling(weight, first, 4), filling(bias, 0, 4), ...rest];
        return expectSame(
          graph(
            [{ ...norm, inputs }],
            x,
            given.filter(({ name }) => inputs.includes(name)),
          ),
        );
      };
      const learnedOf = ({ network }: Awaited<ReturnType<typeof read>>) =>
        specsOfNetwork(network).flatMap(({ name, trained }) => (trained === false ? [] : [name]));
      expect(learnedOf(await read('ones', 'val_2'))).toEqual([]);
      expect(learnedOf(await read('norm.weight', 'norm.bias'))).toEqual(['norm.weight', 'norm.bias']);
      expect(learnedOf(await read('ones', 'val_2', 0.5))).toHaveLength(2);
    },
  );

  it('LayerNormalization in an operator set that has none', async () => {
    const file = graph(
      [node('LayerNormalization', ['x', 'w', 'b'], ['y'])],
      ['batch', 'time', 4],
      [weights('w', 4), weights('b', 4)],
    );
    const old = exported(readOnnx(encodeModel(file)), { opset: 16 });
    expect(Buffer.from(old).includes('LayerNormalization')).toBe(false);
    const feeds = feedsFor(file, { batch: 2, time: 3 });
    expect(await run(old, feeds)).toBeCloseToArray(await run(encodeModel(file), feeds), CLOSE);
  });
});

describe('an import refuses', () => {
  it.each<[string, OnnxModel, RegExp]>([
    [
      'a model in training mode',
      graph([batchNorm('x', 'y', { training_mode: int(1) })], ['batch', 4], statistics(4)),
      /training mode; export the model after model\.eval\(\)/,
    ],
    [
      'statistics of other channels',
      graph([batchNorm('x', 'y')], ['batch', 4], statistics(3)),
      /expected one number for each channel/,
    ],
  ])('%s', (_, file, says) => {
    expect(() => readOnnx(encodeModel(file))).toThrow(says);
  });
});
