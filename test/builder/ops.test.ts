import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import {
  clip,
  elu,
  hardtanh,
  leakyRelu,
  logSoftmax,
  relu,
  softmax,
} from '../../src/builder/ops/activations.js';
import { add, div, mul, sub } from '../../src/builder/ops/arithmetic.js';
import { at, last } from '../../src/builder/ops/at.js';
import { attention } from '../../src/builder/ops/attention.js';
import { concat } from '../../src/builder/ops/concat.js';
import { conv1d, convTranspose1d } from '../../src/builder/ops/convolution.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { matmul } from '../../src/builder/ops/matmul.js';
import { pad } from '../../src/builder/ops/pad.js';
import { parameter } from '../../src/builder/ops/parameter.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { slice, split } from '../../src/builder/ops/slice.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { parameterSpecs } from '../../src/builder/parameters.js';
import type { Shape } from '../../src/builder/shape.js';
import {
  type DType,
  float32,
  int32,
  type SymbolicTensor,
  type TensorType,
} from '../../src/builder/tensor.js';
import { failureOf } from '../data/failure.js';

// Every function is called here as JavaScript calls it, without the types that would refuse bad input first.
type Loose = (...args: unknown[]) => SymbolicTensor;
const untyped = {
  add: add as unknown as Loose,
  sub: sub as unknown as Loose,
  mul: mul as unknown as Loose,
  div: div as unknown as Loose,
  matmul: matmul as unknown as Loose,
  at: at as unknown as Loose,
  last: last as unknown as Loose,
  concat: concat as unknown as Loose,
  dropout: dropout as unknown as Loose,
  embedding: embedding as unknown as Loose,
  linear: linear as unknown as Loose,
  relu: relu as unknown as Loose,
  reshape: reshape as unknown as Loose,
  slice: slice as unknown as Loose,
  split: split as unknown as (...args: unknown[]) => SymbolicTensor[],
  softmax: softmax as unknown as Loose,
  logSoftmax: logSoftmax as unknown as Loose,
  transpose: transpose as unknown as Loose,
  clip: clip as unknown as Loose,
  conv1d: conv1d as unknown as Loose,
  convTranspose1d: convTranspose1d as unknown as Loose,
  elu: elu as unknown as Loose,
  hardtanh: hardtanh as unknown as Loose,
  leakyRelu: leakyRelu as unknown as Loose,
  pad: pad as unknown as Loose,
  parameter: parameter as unknown as Loose,
  stepCount: stepCount as unknown as Loose,
  lstm: lstm as unknown as (...args: unknown[]) => Record<'output' | 'h' | 'c', SymbolicTensor>,
  attention: attention as unknown as (...args: unknown[]) => Record<'output', SymbolicTensor>,
};
type Ops = typeof untyped;

const x = float32('batch', 'time', 28);
const inputs = {
  x,
  timeFirst: float32('time', 'batch', 28),
  frames: float32('batch', 'frames', 28),
  flat: float32('batch', 28),
  series: float32('batch', 4, 'time'),
  lengths: int32('batch'),
  row: float32(28),
  wide: float32('batch', 36),
  head: float32('batch', 3, 28),
  open: float32('batch', 'time', 'features'),
  ids: int32('batch', 'time'),
  h: float32(1, 'batch', 64),
  deep: float32(4, 'batch', 64),
  ints: int32('batch', 'time', 28),
};
type Values = { readonly [K in keyof typeof inputs]: SymbolicTensor };

/** The type of what `define` makes of the inputs above. */
function typeOf(define: (values: Values, ops: Ops) => SymbolicTensor): TensorType<DType, Shape> {
  const network = defineNetwork(inputs, (values) => ({ y: define(values as unknown as Values, untyped) }));
  const { dtype, shape } = network.outputs.y;
  return { dtype, shape };
}

describe('the shape rules', () => {
  it.each<[string, (v: Values, ops: Ops) => SymbolicTensor, Shape]>([
    ['lstm output', (v, o) => o.lstm('m', v.x, { hiddenSize: 64 }).output, ['batch', 'time', 64]],
    ['lstm h', (v, o) => o.lstm('m', v.x, { hiddenSize: 64 }).h, [1, 'batch', 64]],
    [
      'lstm output of two directions',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, bidirectional: true }).output,
      ['batch', 'time', 128],
    ],
    [
      'lstm c of three layers in two directions',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 5, numLayers: 3, bidirectional: true }).c,
      [6, 'batch', 5],
    ],
    [
      'lstm h, time first by name',
      (v, o) => o.lstm('m', v.timeFirst, { hiddenSize: 64 }).h,
      [1, 'batch', 64],
    ],
    [
      'lstm h, time first by option',
      (v, o) => o.lstm('m', v.frames, { hiddenSize: 64, batchFirst: false }).h,
      [1, 'frames', 64],
    ],
    [
      'lstm h, batch first by option',
      (v, o) => o.lstm('m', v.timeFirst, { hiddenSize: 64, batchFirst: true }).h,
      [1, 'time', 64],
    ],
    [
      'lstm from a given state',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, initialState: { h: v.h, c: v.h } }).output,
      ['batch', 'time', 64],
    ],
    ['linear on rank 1', (v, o) => o.linear('m', v.row, 10), [10]],
    ['linear on rank 3', (v, o) => o.linear('m', v.x, 10), ['batch', 'time', 10]],
    [
      'embedding',
      (v, o) => o.embedding('m', v.ids, { numEmbeddings: 9, embeddingDim: 5 }),
      ['batch', 'time', 5],
    ],
    ['at along time', (v) => v.timeFirst.at(-1), ['batch', 28]],
    ['at along an axis', (v, o) => o.at(v.frames, 0, 1), ['batch', 28]],
    ['at along an axis from the end', (v) => v.frames.at(0, -1), ['batch', 'frames']],
    ['last', (v, o) => o.last(v.x), ['batch', 28]],
    ['concat along the last axis', (v, o) => o.concat([v.flat, v.wide, v.flat]), ['batch', 92]],
    ['concat along named sizes', (v, o) => o.concat([v.x, v.head], 1), ['batch', 'time+3', 28]],
    ['concat along an axis from the end', (v, o) => o.concat([v.x, v.head], -2), ['batch', 'time+3', 28]],
    ['slice from an entry on', (v, o) => o.slice(v.x, { start: 1 }), ['batch', 'time-1', 28]],
    [
      'slice of a slice',
      (v, o) => o.slice(o.slice(v.x, { start: 1 }), { axis: 1, end: -2 }),
      ['batch', 'time-3', 28],
    ],
    ['slice of the last entries', (v, o) => o.slice(v.x, { start: -5 }), ['batch', 'min(time, 5)', 28]],
    ['slice between entries', (v, o) => o.slice(v.x, { start: 2, end: 6 }), ['batch', 'min(time-2, 4)', 28]],
    ['slice in steps', (v, o) => o.slice(v.x, { start: 1, step: 2 }), ['batch', 'ceil((time-1)/2)', 28]],
    ['slice of a fixed size', (v, o) => o.slice(v.x, { axis: -1, start: -3, step: 2 }), ['batch', 'time', 2]],
    ['an equal part of split', (v, o) => o.split(v.x, { parts: 4 })[3]!, ['batch', 'time', 7]],
    ['a part of split', (v, o) => o.split(v.x, [20, 8])[1]!, ['batch', 'time', 8]],
    [
      'a product of a slice',
      (v, o) => o.reshape(o.slice(v.x, { start: 1 }), [-1, 28]),
      ['batch*(time-1)', 28],
    ],
    ['transpose', (v, o) => o.transpose(v.x, [2, 0, 1]), [28, 'batch', 'time']],
    ['reshape', (v, o) => o.reshape(v.x, ['batch', 'time', 4, 7]), ['batch', 'time', 4, 7]],
    [
      'reshape with a size left',
      (v, o) => o.reshape(v.x, ['batch', 'time', 2, -1]),
      ['batch', 'time', 2, 14],
    ],
    ['reshape with names left', (v, o) => o.reshape(v.x, [-1, 28]), ['batch*time', 28]],
    ['reshape with names and a size left', (v, o) => o.reshape(v.x, ['batch', -1]), ['batch', 'time*28']],
    [
      'reshape that takes a product of names apart',
      (v, o) => o.reshape(o.reshape(v.x, [-1, 7]), ['batch', 'time', 28]),
      ['batch', 'time', 28],
    ],
    [
      'reshape that takes one name of a product out',
      (v, o) => o.reshape(o.reshape(v.x, [-1, 28]), ['time', -1, 28]),
      ['time', 'batch', 28],
    ],
    ['reshape with nothing left', (v, o) => o.reshape(v.flat, ['batch', 28, -1]), ['batch', 28, 1]],
    ['dropout', (v, o) => o.dropout(v.x), ['batch', 'time', 28]],
    ['a sum', (v, o) => o.add(v.x, v.x), ['batch', 'time', 28]],
    ['a difference from a vector', (v, o) => o.sub(v.x, v.row), ['batch', 'time', 28]],
    ['a vector times a tensor', (v, o) => o.mul(v.row, v.x), ['batch', 'time', 28]],
    [
      'two that stretch each other',
      (v, o) =>
        o.div(o.reshape(v.flat, ['batch', 1, 28]), o.reshape(v.frames.at(0, 2), ['batch', 'frames', 1])),
      ['batch', 'frames', 28],
    ],
    ['a product', (v, o) => o.matmul(v.x, o.transpose(v.x, [0, 2, 1])), ['batch', 'time', 'time']],
    ['a product with a vector', (v, o) => o.matmul(v.x, v.row), ['batch', 'time']],
    ['a vector times matrices', (v, o) => o.matmul(v.row, o.transpose(v.head, [0, 2, 1])), ['batch', 3]],
    ['a product of vectors', (v, o) => o.matmul(v.row, v.row), []],
    ['a product with one matrix', (v, o) => o.matmul(v.x, o.reshape(v.row, [28, 1])), ['batch', 'time', 1]],
    ['a number and a tensor', (v, o) => o.sub(1, v.flat), ['batch', 28]],
    ['softmax along an axis', (v, o) => o.softmax(v.x, 1), ['batch', 'time', 28]],
  ])('give the shape of %s', (_, define, shape) => {
    expect(typeOf(define)).toEqual({ dtype: 'float32', shape });
  });

  it('make an activation of a number beside a tensor', () => {
    const network = defineNetwork({ x: float32('batch', 3) }, ({ x }) => ({
      a: add(x, 2),
      b: add(2, x),
      c: sub(x, 2),
      d: sub(2, x),
      e: mul(x, 3),
      f: mul(3, x),
    }));
    expect(network.nodes.map(({ options }) => options)).toEqual([
      { name: 'linear', alpha: 1, beta: 2 },
      { name: 'linear', alpha: 1, beta: 2 },
      { name: 'linear', alpha: 1, beta: -2 },
      { name: 'linear', alpha: -1, beta: 2 },
      { name: 'linear', alpha: 3, beta: 0 },
      { name: 'linear', alpha: 3, beta: 0 },
    ]);
  });

  it.each<[string, (v: Values, ops: Ops) => SymbolicTensor, RegExp]>([
    ['sizes', (v, o) => o.add(v.flat, v.wide), /add_1: \[batch, 28\] and \[batch, 36\] .*28 is not 36\.$/],
    [
      'factors',
      (v, o) => o.matmul(v.x, v.x),
      /matmul_1: \[batch, time, 28\] and .* the last dimension of the first .* 28 is not time\.$/,
    ],
    [
      'batches',
      (v, o) => o.matmul(v.x, o.transpose(v.deep.at(0, 0).at(0, 0), [0])),
      /matmul_1: .* 28 is not 64\.$/,
    ],
    ['names', (v, o) => o.mul(v.x, v.frames), /mul_1: .*time is not frames\.$/],
    [
      'a name and a number',
      (v, o) => o.sub(v.x, v.head),
      /sub_1: \[batch, time, 28\] and \[batch, 3, 28\] .*time is not 3, whose size is known when data arrives/,
    ],
  ])('refuse %s that do not fit together', (_, define, message) => {
    expect(() => typeOf(define)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE_MISMATCH', message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, (v: Values, ops: Ops) => SymbolicTensor]>([
    ['at', (v) => v.ints.at(0)],
    ['concat', (v, o) => o.concat([v.ids, v.ids])],
    ['transpose', (v, o) => o.transpose(v.ids, [1, 0])],
    ['reshape', (v, o) => o.reshape(v.ids, ['time', 'batch'])],
  ])('let int32 through %s', (_, define) => {
    expect(typeOf(define).dtype).toBe('int32');
  });

  it.each<[string, (v: Values, ops: Ops) => SymbolicTensor, string, string]>([
    [
      'lstm on rank 2',
      (v, o) => o.lstm('m', v.flat, { hiddenSize: 64 }).h,
      'E_SHAPE_MISMATCH',
      'm: got an input of shape [batch, 28], expected rank 3.',
    ],
    [
      'lstm on named features',
      (v, o) => o.lstm('m', v.open, { hiddenSize: 64 }).h,
      'E_SHAPE_MISMATCH',
      'm: dimension 2 of [batch, time, features] sizes the weights, so it must be a number, not a name.',
    ],
    [
      'lstm on int32',
      (v, o) => o.lstm('m', v.ints, { hiddenSize: 64 }).h,
      'E_DTYPE_MISMATCH',
      'm: got an input of type int32, expected float32.',
    ],
    [
      'an initial state of another size',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 32, initialState: { h: v.h, c: v.h } }).h,
      'E_SHAPE_MISMATCH',
      'm: initialState.h has shape [1, batch, 64], expected [1, batch, 32]: numLayers * directions, batch, projSize or hiddenSize.',
    ],
    [
      'an initial cell state for other layers',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, initialState: { h: v.h, c: v.deep } }).h,
      'E_SHAPE_MISMATCH',
      'm: initialState.c has shape [4, batch, 64], expected [1, batch, 64]: numLayers * directions, batch, hiddenSize.',
    ],
    [
      'an initial state of rank 2',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 28, initialState: { h: v.flat, c: v.flat } }).h,
      'E_SHAPE_MISMATCH',
      'm: initialState.h: got an input of shape [batch, 28], expected rank 3.',
    ],
    [
      'linear on a named dimension',
      (v, o) => o.linear('m', v.open, 10),
      'E_SHAPE_MISMATCH',
      'm: dimension -1 of [batch, time, features] sizes the weights, so it must be a number, not a name.',
    ],
    [
      'linear on a scalar',
      (v, o) => o.linear('m', v.row.at(0, 0), 10),
      'E_SHAPE_MISMATCH',
      'm: got an input of shape [], expected at least rank 1.',
    ],
    [
      'linear on int32',
      (v, o) => o.linear('m', v.ints, 10),
      'E_DTYPE_MISMATCH',
      'm: got an input of type int32, expected float32.',
    ],
    [
      'embedding on float32',
      (v, o) => o.embedding('m', v.x, { numEmbeddings: 9, embeddingDim: 5 }),
      'E_DTYPE_MISMATCH',
      'm: got an input of type float32, expected int32.',
    ],
    [
      'relu on int32',
      (v, o) => o.relu(v.ids),
      'E_DTYPE_MISMATCH',
      'relu_1: got an input of type int32, expected float32.',
    ],
    [
      'dropout on int32',
      (v, o) => o.dropout(v.ids),
      'E_DTYPE_MISMATCH',
      'dropout_1: got an input of type int32, expected float32.',
    ],
    [
      'softmax along an axis that is not there',
      (v, o) => o.softmax(v.x, 3),
      'E_INVALID_OPTION',
      'softmax_1: axis 3 is not an axis of [batch, time, 28]; give an integer from -3 to 2.',
    ],
    [
      'at without time',
      (v) => v.frames.at(-1),
      'E_INVALID_OPTION',
      "no dimension of [batch, frames, 28] is called 'time'; say which axis is meant, as in at(-1, 1).",
    ],
    [
      'last without time',
      (v, o) => o.last(v.flat),
      'E_INVALID_OPTION',
      "no dimension of [batch, 28] is called 'time'; say which axis is meant, as in at(-1, 1).",
    ],
    [
      'at along an axis that is not there',
      (v) => v.x.at(0, -4),
      'E_INVALID_OPTION',
      'at_1: axis -4 is not an axis of [batch, time, 28]; give an integer from -3 to 2.',
    ],
    [
      'at outside a dimension of known size',
      (v) => v.x.at(28, 2),
      'E_SHAPE_MISMATCH',
      'at_1 on [batch, time, 28]: index 28 is outside a dimension of size 28.',
    ],
    [
      'at before a dimension of known size',
      (v) => v.x.at(-29, 2),
      'E_SHAPE_MISMATCH',
      'at_1 on [batch, time, 28]: index -29 is outside a dimension of size 28.',
    ],
    [
      'concat along the wrong axis',
      (v, o) => o.concat([v.flat, v.wide], 0),
      'E_SHAPE_MISMATCH',
      'concat_1: cannot join float32 [batch, 36] to float32 [batch, 28] along axis 0; type and all other dimensions must be the same.',
    ],
    [
      'concat of other ranks',
      (v, o) => o.concat([v.x, v.flat]),
      'E_SHAPE_MISMATCH',
      'concat_1: cannot join float32 [batch, 28] to float32 [batch, time, 28] along axis 2; type and all other dimensions must be the same.',
    ],
    [
      'concat of other types',
      (v, o) => o.concat([v.x, v.ints]),
      'E_SHAPE_MISMATCH',
      'concat_1: cannot join int32 [batch, time, 28] to float32 [batch, time, 28] along axis 2; type and all other dimensions must be the same.',
    ],
    [
      'transpose that repeats an axis',
      (v, o) => o.transpose(v.x, [0, 0, 1]),
      'E_INVALID_OPTION',
      'transpose_1: [0, 0, 1] does not name each axis of [batch, time, 28] once.',
    ],
    [
      'transpose that leaves out an axis',
      (v, o) => o.transpose(v.x, [1, 0]),
      'E_INVALID_OPTION',
      'transpose_1: [1, 0] does not name each axis of [batch, time, 28] once.',
    ],
    ...(
      [
        ['loses a name', ['batch', 28]],
        ['invents a name', ['batch', 'time', 'extra', -1]],
        ['repeats a name', ['batch', 'batch', 28]],
        ['does not divide', ['batch', 'time', 5, -1]],
        ['is another size', ['batch', 'time', 27]],
        ['has two unknowns', [-1, -1]],
      ] as [string, Shape][]
    ).map(([what, shape]): [string, (v: Values, o: Ops) => SymbolicTensor, string, string] => [
      `reshape that ${what}`,
      (v, o) => o.reshape(v.x, shape),
      'E_SHAPE_MISMATCH',
      `reshape_1: [batch, time, 28] cannot become [${shape.join(', ')}]; the sizes must be equal, named dimensions must stay, and one dimension at most may be -1.`,
    ]),
  ])('refuse %s', (_, define, code, message) => {
    expect(failureOf(() => typeOf(define))).toMatchObject({ code, message });
  });
});

describe('the options', () => {
  it.each<[string, (v: Values, ops: Ops) => SymbolicTensor, string]>([
    ['hiddenSize 0', (v, o) => o.lstm('m', v.x, { hiddenSize: 0 }).h, 'm (lstm): hiddenSize is 0'],
    [
      'hiddenSize NaN',
      (v, o) => o.lstm('m', v.x, { hiddenSize: Number.NaN }).h,
      'm (lstm): hiddenSize is NaN',
    ],
    ['hiddenSize 1.5', (v, o) => o.lstm('m', v.x, { hiddenSize: 1.5 }).h, 'm (lstm): hiddenSize is 1.5'],
    [
      'no hiddenSize',
      (v, o) => o.lstm('m', v.x, {}).h,
      'm (lstm): hiddenSize: expected number, but it is missing',
    ],
    [
      'hiddenSize as text',
      (v, o) => o.lstm('m', v.x, { hiddenSize: '64' }).h,
      'm (lstm): hiddenSize is 64: ',
    ],
    [
      'numLayers -1',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, numLayers: -1 }).h,
      'm (lstm): numLayers is -1',
    ],
    [
      'dropout above 1',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, dropout: 1.1 }).h,
      'm (lstm): dropout is 1.1',
    ],
    [
      'an option with a typo',
      (v, o) => o.lstm('m', v.x, { hiddenSize: 64, numLayer: 2 }).h,
      "m (lstm) has no option 'numLayer'; use numLayers",
    ],
    [
      'an object that cannot be text',
      (v, o) => o.lstm('m', v.x, { hiddenSize: { toString: 1 } }).h,
      'm (lstm): hiddenSize is an object',
    ],
    ['outFeatures 0', (v, o) => o.linear('m', v.x, 0), 'm (linear): outFeatures is 0'],
    ['bias null', (v, o) => o.linear('m', v.x, 3, { bias: null }), 'm (linear): bias is null'],
    ['p below 0', (v, o) => o.dropout(v.x, -0.1), 'dropout_1 (dropout): p is -0.1'],
    ['p NaN', (v, o) => o.dropout(v.x, Number.NaN), 'dropout_1 (dropout): p is NaN'],
    [
      'a table without rows',
      (v, o) => o.embedding('m', v.ids, { numEmbeddings: 0, embeddingDim: 5 }),
      'm (embedding): numEmbeddings is 0',
    ],
    ['an index between entries', (v) => v.x.at(0.5), 'at_1 (at): index is 0.5'],
    ['an axis between axes', (v, o) => o.logSoftmax(v.x, 0.5), 'logSoftmax_1 (logSoftmax): axis is 0.5'],
    [
      'an axis below 0 in transpose',
      (v, o) => o.transpose(v.x, [-1, 0, 1]),
      'transpose_1 (transpose): axes.0 is -1',
    ],
    [
      'a size of 0 in reshape',
      (v, o) => o.reshape(v.x, ['batch', 'time', 0]),
      'reshape_1 (reshape): shape.2 is 0',
    ],
    [
      'a size of 2.5 in reshape',
      (v, o) => o.reshape(v.x, ['batch', 2.5]),
      'reshape_1 (reshape): shape.1 is 2.5',
    ],
    [
      'a kernelSize that is no number, with the padding that follows from it',
      (v, o) => o.conv1d('m', v.series, { outChannels: 2, kernelSize: 3n, padding: 'same' }),
      'm (conv): kernelSize.0 is 3: expected number, received bigint.',
    ],
    [
      'an outputPadding that no window reaches',
      (v, o) =>
        o.convTranspose1d('m', v.series, { outChannels: 2, kernelSize: 3, stride: 2, outputPadding: 2 }),
      'm: outputPadding is 2; give less than the stride, 1 at most.',
    ],
    [
      'an outputPadding that has room for another window',
      (v, o) =>
        o.convTranspose1d('m', v.series, {
          ...{ outChannels: 2, kernelSize: 3, dilation: 3, padding: 1, outputPadding: 1 },
        }),
      'm: outputPadding is 1; give less than the stride, 0 at most.',
    ],
    [
      'a misspelt bound of a slice',
      (v, o) => o.slice(v.x, { begin: 1 }),
      "slice has no option 'begin'; use start",
    ],
    ['a misspelt count of a pad', (v, o) => o.pad(v.x, { left: 1 }), "pad has no option 'left'"],
    [
      'a misspelt option of a parameter',
      (_, o) => o.parameter('w', [3], { requiresGrad: false }),
      "parameter has no option 'requiresGrad'; use frozen",
    ],
    [
      'a misspelt input of an attention',
      (v, o) => o.attention({ query: v.flat, keys: v.x, values: v.x, length: v.lengths }).output,
      "attention has no option 'length'; use lengths",
    ],
    [
      'a scale that is a tensor',
      (v, o) => o.attention({ query: v.flat, keys: v.x, values: v.x, scale: v.flat }).output,
      'attention: scale got a SymbolicTensor; expected a finite number.',
    ],
    ['a bound that is no number', (v, o) => o.clip(v.x, { min: 'a' }), "clip: min got the text 'a'"],
    ['a bound that is NaN', (v, o) => o.hardtanh(v.x, 0, Number.NaN), 'hardtanh: max got the number NaN'],
    ['a slope that is no number', (v, o) => o.leakyRelu(v.x, '1'), "leakyRelu: slope got the text '1'"],
    ['an alpha that is no number', (v, o) => o.elu(v.x, null), 'elu: alpha got null'],
    ['a number without end', (v, o) => o.add(v.x, 1 / 0), 'add: b got the number Infinity'],
    [
      'a fraction among integers',
      (v, o) => o.pad(v.ids, { after: 1, value: 0.5 }),
      'pad_1: value is 0.5, and the input is',
    ],
    [
      'padding that no token is',
      (v, o) => o.stepCount(v.ids, 2 ** 31),
      'stepCount_1: padding is 2147483648, and the',
    ],
  ])('refuse %s, naming the op and what was got', (_, define, start) => {
    const failure = failureOf(() => typeOf(define));
    expect(failure.code).toBe('E_INVALID_OPTION');
    expect(failure.message.slice(0, start.length)).toBe(start);
  });
});

describe('the parameters', () => {
  it('of an lstm are those of nn.LSTM, in its order', () => {
    const network = defineNetwork({ x }, (values) => {
      const { h } = lstm('lstm', values.x, { hiddenSize: 3, numLayers: 2, bidirectional: true });
      return { h };
    });
    const bound = 1 / Math.sqrt(3);
    const group = (suffix: string, features: number) => [
      { name: `lstm.weight_ih${suffix}`, shape: [12, features], init: { kind: 'uniform', bound } },
      { name: `lstm.weight_hh${suffix}`, shape: [12, 3], init: { kind: 'uniform', bound } },
      { name: `lstm.bias_ih${suffix}`, shape: [12], init: { kind: 'uniform', bound } },
      { name: `lstm.bias_hh${suffix}`, shape: [12], init: { kind: 'uniform', bound } },
    ];
    expect(parameterSpecs(network)).toEqual([
      ...group('_l0', 28),
      ...group('_l0_reverse', 28),
      ...group('_l1', 6),
      ...group('_l1_reverse', 6),
    ]);
  });

  it('leave out biases where there are none', () => {
    const network = defineNetwork({ x }, (values) => {
      const { output } = lstm('lstm', values.x, { hiddenSize: 3, bias: false });
      return { y: linear('fc', output, 2, { bias: false }) };
    });
    expect(parameterSpecs(network).map(({ name }) => name)).toEqual([
      'lstm.weight_ih_l0',
      'lstm.weight_hh_l0',
      'fc.weight',
    ]);
  });
});
