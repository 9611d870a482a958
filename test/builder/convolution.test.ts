import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { conv1d, conv2d, convTranspose1d } from '../../src/builder/ops/convolution.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { avgPool1d, maxPool1d, maxPool2d } from '../../src/builder/ops/pool.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import '../matcher.js';

const series = float32('batch', 4, 'time');

/** The shape that an op gives to `[batch, 4, time]`. */
function shapeOf(op: (x: Value<'float32', readonly ['batch', 4, 'time']>) => Value): readonly unknown[] {
  return defineNetwork({ x: series }, ({ x }) => ({ y: op(x) })).outputs.y.shape;
}

describe('the length of a series after windows went over it', () => {
  it.each([
    ['keeps its name where the padding keeps it', 'time', 3, { padding: 'same' }],
    [
      'keeps its name where nothing is seen before it is there',
      'time',
      4,
      { padding: 'causal', dilation: 2 },
    ],
    ['is shorter by what a window takes', 'time-2', 3, {}],
    ['is longer by padding', 'time+2', 3, { padding: 2 }],
    ['is divided by the stride', 'floor((time-1)/2)', 3, { stride: 2 }],
    ['is divided evenly', 'floor((time)/2)', 2, { stride: 2 }],
  ] as const)('%s', (_, expected, kernelSize, options) => {
    const y = shapeOf((x) => conv1d('conv', x, { outChannels: 3, kernelSize, ...options }));
    expect(y).toEqual(['batch', 3, expected]);
  });

  it('of a pool is divided by its kernel', () => {
    expect(shapeOf((x) => maxPool1d(x, { kernelSize: 2 }))).toEqual(['batch', 4, 'floor((time)/2)']);
    expect(shapeOf((x) => avgPool1d(x, { kernelSize: 3, stride: 1, padding: 1 }))).toEqual([
      'batch',
      4,
      'time',
    ]);
  });

  it('of a transposed convolution is multiplied by the stride', () => {
    expect(
      shapeOf((x) => convTranspose1d('up', x, { outChannels: 2, kernelSize: 4, stride: 2, padding: 1 })),
    ).toEqual(['batch', 2, 'time*2']);
  });
});

describe('a convolution', () => {
  it('has the first parameters of PyTorch: within 1 / sqrt of what goes into one number', () => {
    const network = defineNetwork({ x: series }, ({ x }) => ({
      y: conv1d('conv', x, { outChannels: 8, kernelSize: 3 }),
    }));
    const parameters = initParameters(network, 1);
    expect([...parameters].map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv.weight', [8, 4, 3]],
      ['conv.bias', [8]],
    ]);
    for (const { data } of parameters.values()) {
      expect(Math.max(...data.map(Math.abs))).toBeLessThan(1 / Math.sqrt(12));
    }
  });

  it('goes before a recurrent layer, whose input sizes its weights', () => {
    const network = defineNetwork({ x: float32('batch', 'time', 6) }, ({ x }) => {
      const seen = conv1d('conv', transpose(x, [0, 2, 1]), {
        outChannels: 8,
        kernelSize: 3,
        padding: 'same',
      });
      const { output } = lstm('lstm', transpose(seen, [0, 2, 1]), { hiddenSize: 5 });
      return { y: linear('fc', output.at(-1), 2) };
    });
    expect(network.outputs.y.shape).toEqual(['batch', 2]);
  });

  it('would read the padding of sequences as steps, and says so', () => {
    expect(() =>
      defineNetwork({ x: float32('batch', 'time', 6), lengths: int32('batch') }, ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 5, lengths });
        return {
          y: conv1d('conv', transpose(output, [0, 2, 1]), { outChannels: 8, kernelSize: 3, padding: 'same' }),
        };
      }),
    ).toThrow(/conv \(conv\) would read the padding as steps/);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'an input shorter than a window',
      () =>
        defineNetwork({ x: float32('batch', 4, 2) }, ({ x }) => ({
          y: conv1d('c', x, { outChannels: 1, kernelSize: 3 }),
        })),
      /axis 2 of \[batch, 4, 2\] has 2 entries and 0 of padding, fewer than the 3/,
    ],
    [
      'groups that do not divide the channels',
      () => shapeOf((x) => conv1d('c', x, { outChannels: 3, kernelSize: 1, groups: 3 })),
      /4 channels do not divide into 3 groups/,
    ],
    [
      'groups that do not divide the result',
      () => shapeOf((x) => conv1d('c', x, { outChannels: 3, kernelSize: 1, groups: 2 })),
      /groups must divide outChannels/,
    ],
    [
      'a stride where the length is to stay',
      () => shapeOf((x) => conv1d('c', x, { outChannels: 3, kernelSize: 3, stride: 2, padding: 'same' })),
      /padding 'same' keeps the length/,
    ],
    ['no kernelSize', () => shapeOf((x) => conv1d('c', x, { outChannels: 3 } as never)), /kernelSize/],
    [
      'a misspelt option',
      () => shapeOf((x) => conv1d('c', x, { outChannels: 3, kernelSize: 1, pading: 1 } as never)),
      /no option 'pading'/,
    ],
    [
      'a kernel of three axes',
      () =>
        defineNetwork({ x: float32('batch', 1, 9, 9) }, ({ x }) => ({
          y: conv2d('c', x, { outChannels: 1, kernelSize: [1, 1, 1] as never }),
        })),
      /kernelSize/,
    ],
    [
      'windows that lie in padding alone',
      () =>
        defineNetwork({ x: float32('batch', 1, 9, 9) }, ({ x }) => ({
          y: maxPool2d(x, { kernelSize: 2, padding: 2 }),
        })),
      /more than half of a window/,
    ],
    [
      'an option that is no boolean',
      () =>
        defineNetwork({ x: float32('batch', 1, 9, 9) }, ({ x }) => ({
          y: maxPool2d(x, { kernelSize: 2, ceilMode: 1 as never }),
        })),
      /ceilMode/,
    ],
  ])('refuses %s', (_, define, says) => {
    expect(define).toThrow(says);
  });
});
