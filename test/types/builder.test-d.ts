import { expectTypeOf, test } from 'vitest';
import { defineNetwork, type Network, type NetworkOutput } from '../../src/builder/network.js';
import { logSoftmax, relu, sigmoid, softmax, tanh } from '../../src/builder/ops/activations.js';
import { argmax } from '../../src/builder/ops/argmax.js';
import { add, div, mul, sub } from '../../src/builder/ops/arithmetic.js';
import { at, last } from '../../src/builder/ops/at.js';
import { attention } from '../../src/builder/ops/attention.js';
import { glu, std } from '../../src/builder/ops/composed.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { flip } from '../../src/builder/ops/flip.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { matmul } from '../../src/builder/ops/matmul.js';
import { pad } from '../../src/builder/ops/pad.js';
import { constant, parameter } from '../../src/builder/ops/parameter.js';
import { max, mean, sum } from '../../src/builder/ops/reduce.js';
import { repeat, repeatLike } from '../../src/builder/ops/repeat.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { slice, split } from '../../src/builder/ops/slice.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { squeeze, stack, unsqueeze } from '../../src/builder/ops/unsqueeze.js';
import { greater, less, where } from '../../src/builder/ops/where.js';
import { type Predictions, predict } from '../../src/builder/predict.js';
import type { Add, Shape } from '../../src/builder/shape.js';
import { shared, tie } from '../../src/builder/shared.js';
import {
  type DType,
  float32,
  int32,
  type SymbolicTensor,
  type TensorType,
  type Value,
} from '../../src/builder/tensor.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../src/builder/train/evaluate.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { unroll } from '../../src/builder/unroll.js';
import { type Dataset, dataset, splitDataset } from '../../src/data/dataset.js';
import type { NdArray } from '../../src/nd-array.js';

/** The symbolic tensor that `float32(...shape)` becomes inside a definition. */
type Float<S extends Shape> = SymbolicTensor<'float32', S>;

declare const sequence: Float<readonly ['batch', 'time', 28]>;
declare const timeFirst: Float<readonly ['time', 'batch', 28]>;
declare const frames: Float<readonly ['batch', 'frames', 28]>;
declare const someAxis: number;
declare const anything: SymbolicTensor;

test('input types keep their names and sizes', () => {
  expectTypeOf(float32('batch', 'time', 28)).toEqualTypeOf<
    TensorType<'float32', readonly ['batch', 'time', 28]>
  >();
  expectTypeOf(int32('batch', 'time')).toEqualTypeOf<TensorType<'int32', readonly ['batch', 'time']>>();
  // @ts-expect-error a dimension is a number or a name
  float32('batch', null);
});

test('sizes add up as literals', () => {
  expectTypeOf<Add<64, 64>>().toEqualTypeOf<128>();
  expectTypeOf<Add<999, 1>>().toEqualTypeOf<1000>();
  expectTypeOf<Add<0, 7>>().toEqualTypeOf<7>();
  expectTypeOf<Add<5, 12345>>().toEqualTypeOf<12350>();
  expectTypeOf<Add<number, 1>>().toEqualTypeOf<number>();
});

test('an lstm gives output, h and c in the shapes of nn.LSTM', () => {
  const one = lstm('lstm', sequence, { hiddenSize: 64 });
  expectTypeOf(one.output).toEqualTypeOf<Float<readonly ['batch', 'time', 64]>>();
  expectTypeOf(one.h).toEqualTypeOf<Float<readonly [1, 'batch', 64]>>();
  expectTypeOf(one.c).toEqualTypeOf<Float<readonly [1, 'batch', 64]>>();

  const both = lstm('lstm', sequence, { hiddenSize: 64, bidirectional: true });
  expectTypeOf(both.output).toEqualTypeOf<Float<readonly ['batch', 'time', 128]>>();
  expectTypeOf(both.h).toEqualTypeOf<Float<readonly [2, 'batch', 64]>>();

  const deep = lstm('lstm', sequence, { hiddenSize: 5, numLayers: 3, bidirectional: true });
  expectTypeOf(deep.output).toEqualTypeOf<Float<readonly ['batch', 'time', 10]>>();
  expectTypeOf(deep.c).toEqualTypeOf<Float<readonly [6, 'batch', 5]>>();
});

test('a gru and an rnn give output and h in the shapes of nn.GRU and nn.RNN', () => {
  for (const layer of [gru, rnn]) {
    const both = layer('layer', sequence, { hiddenSize: 64, numLayers: 2, bidirectional: true });
    expectTypeOf(both.output).toEqualTypeOf<Float<readonly ['batch', 'time', 128]>>();
    expectTypeOf(both.h).toEqualTypeOf<Float<readonly [4, 'batch', 64]>>();
    expectTypeOf(both).not.toHaveProperty('c');
    const named = layer('layer', timeFirst, { hiddenSize: 5 });
    expectTypeOf(named.h).toEqualTypeOf<Float<readonly [1, 'batch', 5]>>();
    layer('upper', both.output, { hiddenSize: 64, numLayers: 4, initialState: { h: both.h } });
    // @ts-expect-error the state of another size
    layer('upper', both.output, { hiddenSize: 5, numLayers: 4, initialState: { h: both.h } });
    // @ts-expect-error the option of an LSTM
    layer('layer', sequence, { hiddenSize: 5, projSize: 2 });
  }
  gru('gru', sequence, { hiddenSize: 5, resetAfter: false });
  rnn('rnn', sequence, { hiddenSize: 5, nonlinearity: 'relu' });
  // @ts-expect-error no activation of that name
  rnn('rnn', sequence, { hiddenSize: 5, nonlinearity: 'step' });
});

test('an lstm finds the batch second where time comes first or batchFirst is false', () => {
  const named = lstm('lstm', timeFirst, { hiddenSize: 64 });
  expectTypeOf(named.output).toEqualTypeOf<Float<readonly ['time', 'batch', 64]>>();
  expectTypeOf(named.h).toEqualTypeOf<Float<readonly [1, 'batch', 64]>>();

  const told = lstm('lstm', frames, { hiddenSize: 64, batchFirst: false });
  expectTypeOf(told.h).toEqualTypeOf<Float<readonly [1, 'frames', 64]>>();
  const forced = lstm('lstm', timeFirst, { hiddenSize: 64, batchFirst: true });
  expectTypeOf(forced.h).toEqualTypeOf<Float<readonly [1, 'time', 64]>>();
});

test('sizes that are known at run time only are numbers in the shape', () => {
  const size = 3 as number;
  const direction = true as boolean;
  const { output, h } = lstm('lstm', sequence, { hiddenSize: size, bidirectional: direction });
  expectTypeOf(output).toEqualTypeOf<Float<readonly ['batch', 'time', number]>>();
  expectTypeOf(h).toEqualTypeOf<Float<readonly [number, 'batch', number]>>();
});

test('an lstm does not take other ranks, named features or int32', () => {
  const wrong = {} as {
    flat: Float<readonly ['batch', 28]>;
    named: Float<readonly ['batch', 'time', 'features']>;
    ids: SymbolicTensor<'int32', readonly ['batch', 'time', 28]>;
  };
  // @ts-expect-error rank 2
  lstm('lstm', wrong.flat, { hiddenSize: 64 });
  // @ts-expect-error the features size the weights
  lstm('lstm', wrong.named, { hiddenSize: 64 });
  // @ts-expect-error int32
  lstm('lstm', wrong.ids, { hiddenSize: 64 });
  // @ts-expect-error without a size
  lstm('lstm', sequence, {});
  // @ts-expect-error a typo
  lstm('lstm', sequence, { hiddenSize: 64, numLayer: 2 });
});

test('an lstm with a projection has its size in h and output, and hiddenSize in c', () => {
  const one = lstm('lstm', sequence, { hiddenSize: 64, projSize: 16 });
  expectTypeOf(one.output).toEqualTypeOf<Float<readonly ['batch', 'time', 16]>>();
  expectTypeOf(one.h).toEqualTypeOf<Float<readonly [1, 'batch', 16]>>();
  expectTypeOf(one.c).toEqualTypeOf<Float<readonly [1, 'batch', 64]>>();
  const both = lstm('lstm', sequence, { hiddenSize: 64, projSize: 16, bidirectional: true });
  expectTypeOf(both.output).toEqualTypeOf<Float<readonly ['batch', 'time', 32]>>();
  lstm('next', sequence, { hiddenSize: 64, projSize: 16, initialState: { h: one.h, c: one.c } });
  // @ts-expect-error c is of hiddenSize
  lstm('next', sequence, { hiddenSize: 64, projSize: 16, initialState: { h: one.h, c: one.h } });
});

test('an lstm takes lengths of its batch, learned states and activations by name', () => {
  const lengths = {} as Value<'int32', readonly ['batch']>;
  lstm('lstm', sequence, { hiddenSize: 4, lengths, initialState: 'learned' });
  // @ts-expect-error of another batch
  lstm('lstm', sequence, { hiddenSize: 4, lengths: {} as Value<'int32', readonly ['people']> });
  // @ts-expect-error not integers
  lstm('lstm', sequence, { hiddenSize: 4, lengths: {} as Value<'float32', readonly ['batch']> });
  lstm('lstm', sequence, { hiddenSize: 4, activations: { gates: { name: 'hardSigmoid', alpha: 0.2 } } });
  // @ts-expect-error no such activation
  lstm('lstm', sequence, { hiddenSize: 4, activations: { cell: 'swish' } });
  expectTypeOf(stepCount(sequence)).toEqualTypeOf<SymbolicTensor<'int32', readonly ['batch']>>();
});

test('initialState has the shape of the states', () => {
  const encoder = lstm('encoder', sequence, { hiddenSize: 64, numLayers: 2 });
  const decoder = lstm('decoder', frames, { hiddenSize: 64, numLayers: 2, initialState: encoder });
  expectTypeOf(decoder.h).toEqualTypeOf<Float<readonly [2, 'batch', 64]>>();
  const state = {} as Value<'float32', readonly [1, 'batch', 64]>;
  lstm('lstm', sequence, { hiddenSize: 64, initialState: { h: state, c: state } });
  // @ts-expect-error one layer for two
  lstm('lstm', sequence, { hiddenSize: 64, numLayers: 2, initialState: { h: state, c: state } });
  // @ts-expect-error one direction for two
  lstm('lstm', sequence, { hiddenSize: 64, bidirectional: true, initialState: { h: state, c: state } });
  // @ts-expect-error another size
  lstm('lstm', sequence, { hiddenSize: 32, initialState: { h: state, c: state } });
  // @ts-expect-error both states are needed
  lstm('lstm', sequence, { hiddenSize: 64, initialState: { h: state } });
  const otherBatch = {} as Value<'float32', readonly [1, 'people', 64]>;
  // @ts-expect-error another batch
  lstm('lstm', sequence, { hiddenSize: 64, initialState: { h: otherBatch, c: otherBatch } });
});

test('linear replaces the last dimension, which must be a number', () => {
  expectTypeOf(linear('fc', sequence, 10)).toEqualTypeOf<Float<readonly ['batch', 'time', 10]>>();
  const features = {} as Float<readonly ['batch', 64]>;
  expectTypeOf(linear('fc', features, 10, { bias: false })).toEqualTypeOf<Float<readonly ['batch', 10]>>();
  const named = {} as Float<readonly ['batch', 'features']>;
  // @ts-expect-error the last dimension is a name
  linear('fc', named, 10);
  // @ts-expect-error int32
  linear('fc', {} as SymbolicTensor<'int32', readonly ['batch', 64]>, 10);
  // @ts-expect-error a scalar has no last dimension
  linear('fc', {} as Float<readonly []>, 10);
});

test('at picks along time, or along the axis it is given', () => {
  expectTypeOf(sequence.at(-1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(timeFirst.at(0)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(frames.at(-1, 1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(frames.at(-1, 0)).toEqualTypeOf<Float<readonly ['frames', 28]>>();
  expectTypeOf(sequence.at(0, -1)).toEqualTypeOf<Float<readonly ['batch', 'time']>>();
  expectTypeOf(sequence.at(0, -3)).toEqualTypeOf<Float<readonly ['time', 28]>>();
  // @ts-expect-error no dimension is called time
  frames.at(-1);
  // @ts-expect-error time is gone
  sequence.at(-1).at(-1);
});

test('at and last as functions ask for time like the method', () => {
  expectTypeOf(at(sequence, -1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(at(frames, -1, 1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(last(sequence)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  // @ts-expect-error no dimension is called time
  at(frames, -1);
  // @ts-expect-error no dimension is called time
  last(frames);
});

test('unsqueeze, squeeze and stack keep the other dimensions', () => {
  expectTypeOf(unsqueeze(sequence, 1)).toEqualTypeOf<Float<readonly ['batch', 1, 'time', 28]>>();
  expectTypeOf(unsqueeze(sequence, -1)).toEqualTypeOf<Float<readonly ['batch', 'time', 28, 1]>>();
  expectTypeOf(squeeze(unsqueeze(sequence, 0), 0)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(stack([last(sequence), sum(sequence)], 1)).toEqualTypeOf<Float<readonly ['batch', 2, 28]>>();
  // @ts-expect-error another shape
  stack([last(sequence), sequence]);
});

test('pad makes a dimension longer', () => {
  expectTypeOf(pad(sequence, { axis: -1, before: 2, after: 3 })).toEqualTypeOf<
    Float<readonly ['batch', 'time', 33]>
  >();
  expectTypeOf(pad(sequence, { before: 1 })).toEqualTypeOf<Float<readonly ['batch', string, 28]>>();
  // @ts-expect-error no dimension is called time
  pad(frames, { before: 1 });
});

test('where stretches what it chooses from over what it compares', () => {
  const ids = argmax(sequence);
  expectTypeOf(where(greater(ids, 0), 1, 0)).toEqualTypeOf<Float<readonly ['batch', 'time']>>();
  expectTypeOf(where(less(sequence, 1), 0, sum(sequence, 0))).toEqualTypeOf<typeof sequence>();
  // @ts-expect-error integers and floats
  greater(ids, sum(sequence, 2));
  // @ts-expect-error dimensions that do not fit
  greater(sequence, last(frames));
});

test('std and glu take a dimension', () => {
  expectTypeOf(std(sequence, 1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(std(sequence, -1, { keepDim: true })).toEqualTypeOf<Float<readonly ['batch', 'time', 1]>>();
  expectTypeOf(glu(sequence)).toEqualTypeOf<Float<readonly ['batch', 'time', number]>>();
});

test('argmax gives integers', () => {
  expectTypeOf(argmax(sequence)).toEqualTypeOf<SymbolicTensor<'int32', readonly ['batch', 'time']>>();
  expectTypeOf(argmax(sequence, 1)).toEqualTypeOf<SymbolicTensor<'int32', readonly ['batch', 28]>>();
});

test('repeat takes a number, or the size of another value', () => {
  const flat = last(sequence);
  expectTypeOf(repeatLike(flat, sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(repeatLike(flat, frames, 1)).toEqualTypeOf<typeof frames>();
  expectTypeOf(repeat(unsqueeze(flat, 1), 5, 1)).toEqualTypeOf<Float<readonly ['batch', 5, 28]>>();
  // @ts-expect-error no dimension is called time
  repeatLike(flat, frames);
});

test('slice and split name what they take', () => {
  expectTypeOf(slice(sequence, { start: 1 })).toEqualTypeOf<Float<readonly ['batch', 'time-1', 28]>>();
  expectTypeOf(slice(sequence, { end: -2 })).toEqualTypeOf<Float<readonly ['batch', 'time-2', 28]>>();
  expectTypeOf(slice(sequence, { start: -5 })).toEqualTypeOf<Float<readonly ['batch', string, 28]>>();
  expectTypeOf(slice(sequence, { axis: -1, start: 4, end: 12 })).toEqualTypeOf<
    Float<readonly ['batch', 'time', 8]>
  >();
  expectTypeOf(slice(sequence, { axis: 2, end: -9 })).toEqualTypeOf<Float<readonly ['batch', 'time', 19]>>();
  expectTypeOf(slice(sequence, { axis: 2, start: -100, end: 99 })).toEqualTypeOf<typeof sequence>();
  expectTypeOf(split(sequence, [20, 8])).toEqualTypeOf<
    readonly [Float<readonly ['batch', 'time', 20]>, Float<readonly ['batch', 'time', 8]>]
  >();
  expectTypeOf(split(sequence, { parts: 2 })).toEqualTypeOf<
    readonly [Float<readonly ['batch', 'time', number]>, Float<readonly ['batch', 'time', number]>]
  >();
  // @ts-expect-error no dimension is called time
  slice(frames, { start: 1 });
});

test('mean, max, sum and flip ask for time, or for an axis', () => {
  expectTypeOf(mean(sequence)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(max(frames, 1)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(sum(sequence)).toEqualTypeOf<Float<readonly ['batch', 28]>>();
  expectTypeOf(flip(sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(flip(frames, 1)).toEqualTypeOf<typeof frames>();
  // @ts-expect-error no dimension is called time
  mean(frames);
  // @ts-expect-error no dimension is called time
  max(frames);
  // @ts-expect-error no dimension is called time
  sum(frames);
  // @ts-expect-error no dimension is called time
  flip(frames);
});

test('two tensors computed entry by entry stretch over each other', () => {
  const column = {} as Float<readonly ['batch', 'time', 1]>;
  const row = {} as Float<readonly [28]>;
  const open = {} as Float<readonly ['batch', number, 28]>;
  expectTypeOf(add(sequence, sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(sub(sequence, row)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(mul(row, column)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(div(open, sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(div(sequence, open)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(mul(sequence, {} as Float<Shape>)).toEqualTypeOf<Float<Shape>>();
  expectTypeOf(mul(2, sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(sub(sequence, 1)).toEqualTypeOf<typeof sequence>();
  // @ts-expect-error time and frames may differ
  add(sequence, frames);
  // @ts-expect-error 28 and 27
  add(sequence, {} as Float<readonly ['batch', 'time', 27]>);
  // @ts-expect-error integers
  add(sequence, {} as SymbolicTensor<'int32', readonly ['batch', 'time', 28]>);
  expectTypeOf(div(2, sequence)).toEqualTypeOf<typeof sequence>();
});

test('products of matrices have the shapes of numpy.matmul', () => {
  const turned = transpose(sequence, [0, 2, 1]);
  expectTypeOf(matmul(sequence, turned)).toEqualTypeOf<Float<readonly ['batch', 'time', 'time']>>();
  const row = {} as Float<readonly [28]>;
  expectTypeOf(matmul(sequence, row)).toEqualTypeOf<Float<readonly ['batch', 'time']>>();
  expectTypeOf(matmul(row, turned)).toEqualTypeOf<Float<readonly ['batch', 'time']>>();
  expectTypeOf(matmul(row, row)).toEqualTypeOf<Float<readonly []>>();
  const one = {} as Float<readonly [28, 3]>;
  expectTypeOf(matmul(sequence, one)).toEqualTypeOf<Float<readonly ['batch', 'time', 3]>>();
  const heads = {} as Float<readonly [1, 4, 28, 3]>;
  const parts = {} as Float<readonly ['batch', 1, 'time', 28]>;
  expectTypeOf(matmul(parts, heads)).toEqualTypeOf<Float<readonly ['batch', 4, 'time', 3]>>();
  expectTypeOf(matmul(sequence, {} as Float<Shape>)).toEqualTypeOf<Float<Shape>>();
  // @ts-expect-error 28 and time
  matmul(sequence, sequence);
  // @ts-expect-error batches of other names
  matmul(frames, {} as Float<readonly ['time', 28, 3]>);
});

test('attention gives the shape of one step of the values', () => {
  const query = {} as Float<readonly ['batch', 28]>;
  const values = {} as Float<readonly ['batch', 'time', 5]>;
  const { output, weights } = attention({ query, keys: sequence, values });
  expectTypeOf(output).toEqualTypeOf<Float<readonly ['batch', 5]>>();
  expectTypeOf(weights).toEqualTypeOf<Float<readonly ['batch', 'time', 1]>>();
  // @ts-expect-error features of another size
  attention({ query: {} as Float<readonly ['batch', 27]>, keys: sequence, values });
});

test('parameters and constants have the shapes that they are given', () => {
  expectTypeOf(parameter('w', [4, 1])).toEqualTypeOf<Float<readonly [4, 1]>>();
  expectTypeOf(mul(sequence, parameter('w', [28], { init: 'ones' }))).toEqualTypeOf<typeof sequence>();
  expectTypeOf(constant(1)).toEqualTypeOf<Float<readonly []>>();
  expectTypeOf(constant([1, 2, 3])).toEqualTypeOf<Float<readonly [3]>>();
  expectTypeOf(constant({} as NdArray<'float32'>)).toEqualTypeOf<Float<Shape>>();
  // @ts-expect-error a name is no size of a parameter
  parameter('w', ['time']);
});

test('tensors of any shape are tensors, whether or not they have a time', () => {
  expectTypeOf(sequence).toExtend<SymbolicTensor>();
  expectTypeOf(frames).toExtend<SymbolicTensor>();
  expectTypeOf(frames).toExtend<SymbolicTensor<'float32'>>();
  expectTypeOf(frames).toExtend<Value>();
  expectTypeOf(frames).not.toExtend<typeof sequence>();
});

test('ops take what is known in part', () => {
  const head = <S extends Shape>(x: Value<'float32', readonly [...S, number]>) => linear('fc', x, 10);
  expectTypeOf(head(sequence).dtype).toEqualTypeOf<'float32'>();
  expectTypeOf(transpose(anything, [1, 0]).dtype).toEqualTypeOf<DType>();
  expectTypeOf(reshape(anything, ['batch', 3])).toEqualTypeOf<SymbolicTensor<DType, readonly ['batch', 3]>>();
  const untyped = JSON.parse('{}');
  expectTypeOf(linear('fc', untyped, 10).dtype).toEqualTypeOf<'float32'>();
  expectTypeOf(lstm('lstm', untyped, { hiddenSize: 8 }).output.dtype).toEqualTypeOf<'float32'>();
  expectTypeOf(at(untyped, -1).dtype).toEqualTypeOf<DType>();
});

test('an axis that is known at run time only leaves the remaining shape open', () => {
  expectTypeOf(frames.at(0, someAxis)).toEqualTypeOf<Float<Shape>>();
  expectTypeOf(anything.at(-1)).toEqualTypeOf<SymbolicTensor<DType, Shape>>();
});

test('concat adds the sizes along its axis and keeps the others', () => {
  const a = {} as Float<readonly ['batch', 64]>;
  const b = {} as Float<readonly ['batch', 36]>;
  expectTypeOf(concat([a, a])).toEqualTypeOf<Float<readonly ['batch', 128]>>();
  expectTypeOf(concat([a, b, a])).toEqualTypeOf<Float<readonly ['batch', 164]>>();
  expectTypeOf(concat([a, a], 1)).toEqualTypeOf<Float<readonly ['batch', 128]>>();
  expectTypeOf(concat([a, a], 0)).toEqualTypeOf<Float<readonly ['batch+batch', 64]>>();
  expectTypeOf(concat([a])).toEqualTypeOf<Float<readonly ['batch', 64]>>();
  const head = {} as Float<readonly ['batch', 3, 28]>;
  expectTypeOf(concat([sequence, head], 1)).toEqualTypeOf<Float<readonly ['batch', 'time+3', 28]>>();
  expectTypeOf(concat([sequence, head], -2)).toEqualTypeOf<Float<readonly ['batch', 'time+3', 28]>>();
});

test('concat does not join tensors of other ranks or element types, nor none', () => {
  const a = {} as Float<readonly ['batch', 64]>;
  const ids = {} as SymbolicTensor<'int32', readonly ['batch', 64]>;
  // @ts-expect-error nothing to join
  concat([]);
  // @ts-expect-error int32 to float32
  concat([a, ids]);
  // @ts-expect-error rank 3 to rank 2
  concat([a, sequence]);
  expectTypeOf(concat([ids, ids])).toEqualTypeOf<SymbolicTensor<'int32', readonly ['batch', 128]>>();
});

test('transpose orders the dimensions', () => {
  expectTypeOf(transpose(sequence, [1, 0, 2])).toEqualTypeOf<Float<readonly ['time', 'batch', 28]>>();
  expectTypeOf(transpose(sequence, [2, 0, 1])).toEqualTypeOf<Float<readonly [28, 'batch', 'time']>>();
  // @ts-expect-error an axis is left out
  transpose(sequence, [1, 0]);
  // @ts-expect-error there is no axis 3
  transpose(sequence, [3, 0, 1]);
  // @ts-expect-error an axis twice
  transpose(sequence, [0, 0, 1]);
  // axes that are known at run time only
  transpose(sequence, [] as number[]);
});

test('reshape gives the shape asked for, with -1 as a number or a name', () => {
  expectTypeOf(reshape(sequence, ['batch', 'time', 4, 7])).toEqualTypeOf<
    Float<readonly ['batch', 'time', 4, 7]>
  >();
  expectTypeOf(reshape(sequence, ['batch', 'time', -1])).toEqualTypeOf<
    Float<readonly ['batch', 'time', number]>
  >();
  expectTypeOf(reshape(sequence, [-1, 28])).toEqualTypeOf<Float<readonly [string, 28]>>();
  // a size that is worked out is a number, which is enough for linear
  linear('fc', reshape(sequence, ['batch', 'time', -1]), 10);
  // @ts-expect-error a product of names does not size weights
  linear('fc', reshape(sequence, [28, -1]), 10);
  // @ts-expect-error no dimension is called tim
  reshape(sequence, ['batch', 'tim', 28]);
  // @ts-expect-error time is neither kept nor swallowed
  reshape(sequence, ['batch', 784]);
  // shapes that are known at run time only, and what was worked out before
  reshape(sequence, [] as number[]);
  reshape(sequence, ['batch' as string, 28]);
  reshape(reshape(sequence, [-1, 28]), ['batch', 'time', 28]);
  const joined = concat([sequence, {} as Float<readonly ['batch', number, 28]>], 1);
  reshape(joined, ['batch', 'time+3', 4, 7]);
  // @ts-expect-error no dimension is called tim+3
  reshape(joined, ['batch', 'tim+3', 28]);
});

test('activations and dropout keep the type and want float32', () => {
  expectTypeOf(relu(sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(tanh(sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(sigmoid(sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(softmax(sequence, 1)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(logSoftmax(sequence)).toEqualTypeOf<typeof sequence>();
  expectTypeOf(dropout(sequence, 0.2)).toEqualTypeOf<typeof sequence>();
  const ids = {} as SymbolicTensor<'int32', readonly ['batch']>;
  // @ts-expect-error int32
  relu(ids);
  // @ts-expect-error int32
  softmax(ids);
  // @ts-expect-error int32
  dropout(ids);
});

test('embedding takes int32 of any shape and adds a dimension', () => {
  const ids = {} as SymbolicTensor<'int32', readonly ['batch', 'time']>;
  const table = { numEmbeddings: 100, embeddingDim: 16 };
  expectTypeOf(embedding('embedding', ids, { numEmbeddings: 100, embeddingDim: 16 })).toEqualTypeOf<
    Float<readonly ['batch', 'time', 16]>
  >();
  expectTypeOf(embedding('embedding', ids, table)).toEqualTypeOf<Float<readonly ['batch', 'time', number]>>();
  // @ts-expect-error float32 ids
  embedding('embedding', sequence, table);
  // @ts-expect-error without the table's size
  embedding('embedding', ids, { embeddingDim: 16 });
});

const tagger = defineNetwork({ words: int32('batch', 'time'), extra: float32('batch', 8) }, (inputs) => {
  expectTypeOf(inputs.words).toEqualTypeOf<SymbolicTensor<'int32', readonly ['batch', 'time']>>();
  // @ts-expect-error no such input
  void inputs.word;
  const vectors = embedding('embedding', inputs.words, { numEmbeddings: 100, embeddingDim: 16 });
  const { output } = lstm('lstm', vectors, { hiddenSize: 32, bidirectional: true });
  return {
    tags: linear('tag', output, 5),
    class: linear('class', concat([output.at(-1), inputs.extra]), 2),
  };
});

test("a network's type names its inputs and outputs with their shapes", () => {
  expectTypeOf<keyof typeof tagger.outputs>().toEqualTypeOf<'tags' | 'class'>();
  expectTypeOf(tagger.outputs.tags).toEqualTypeOf<
    NetworkOutput<TensorType<'float32', readonly ['batch', 'time', 5]>>
  >();
  expectTypeOf(tagger.outputs.class.shape).toEqualTypeOf<readonly ['batch', 2]>();
  expectTypeOf(tagger.inputs.words.shape).toEqualTypeOf<readonly ['batch', 'time']>();
  expectTypeOf(tagger).toExtend<Network>();
  // @ts-expect-error no such output
  void tagger.outputs.tag;
  // @ts-expect-error networks do not change
  tagger.nodes = [];
  // @ts-expect-error an output is a value of the network
  defineNetwork({ x: float32('batch', 1) }, () => ({ y: 1 }));
});

test('predict is fed by input name and element type, and answers by output name', () => {
  const parameters = new Map();
  const words = {} as NdArray<'int32'>;
  const extra = {} as NdArray<'float32'>;
  expectTypeOf(predict(tagger, parameters, { words, extra })).resolves.toEqualTypeOf<
    Predictions<typeof tagger>
  >();
  expectTypeOf<Predictions<typeof tagger>['tags']>().toEqualTypeOf<NdArray<'float32'>>();
  expectTypeOf<keyof Predictions<typeof tagger>>().toEqualTypeOf<'tags' | 'class'>();
  // @ts-expect-error an input is missing
  void predict(tagger, parameters, { words });
  // @ts-expect-error an unknown input
  void predict(tagger, parameters, { words, extra, more: extra });
  // @ts-expect-error words are int32
  void predict(tagger, parameters, { words: extra, extra });
  // @ts-expect-error not an element type that networks compute with
  void predict(tagger, parameters, { words: {} as NdArray<'int64'>, extra });
  // any network takes feeds by any name
  void predict(tagger as Network, parameters, { anything: extra });
});

test('fit takes the names of the network', () => {
  const data = {} as Dataset;
  void train(tagger, data, { loss: crossEntropy, output: 'tags' });
  void train(tagger as Network, data, { loss: crossEntropy, output: 'anything' });
  // @ts-expect-error a typo
  void train(tagger, data, { loss: crossEntropy, output: 'tag' });
  // @ts-expect-error a loss is needed
  void train(tagger, data, {});
});

test('a data set keeps the names and element types of its inputs, which fit and predict hold to the network', () => {
  const words = {} as NdArray<'int32'>;
  const extra = {} as NdArray<'float32'>;
  const data = dataset({ inputs: { words, extra }, targets: words });
  expectTypeOf(data.inputs).toEqualTypeOf<{ words: NdArray<'int32'>; extra: NdArray<'float32'> }>();
  expectTypeOf(splitDataset(data, 0.1)[1]).toEqualTypeOf<typeof data>();
  void train(tagger, data, { loss: crossEntropy, output: 'tags' });
  void predict(tagger, new Map(), data.inputs);
  // as arrays, without dataset()
  void train(tagger, { inputs: { words, extra }, targets: words }, { loss: crossEntropy, output: 'tags' });
  // @ts-expect-error the input is called words
  void train(tagger, dataset({ inputs: { word: words, extra }, targets: words }), { loss: crossEntropy });
  // @ts-expect-error an input is missing
  void evaluate(tagger, new Map(), dataset({ inputs: { words }, targets: words }), { loss: crossEntropy });
  const more = dataset({ inputs: { words, extra, more: extra }, targets: words });
  // @ts-expect-error an unknown input
  void train(tagger, more, { loss: crossEntropy, output: 'tags' });
});

test('a shared function keeps its type, generic or not', () => {
  const encode = shared((x: Value<'float32', readonly ['batch', 28]>) => linear('fc', x, 3));
  expectTypeOf(encode(sequence.at(-1))).toEqualTypeOf<Float<readonly ['batch', 3]>>();
  const any = shared(<const S extends Shape>(x: Value<'float32', readonly [...S, 28]>) => linear('fc', x, 3));
  expectTypeOf(any(sequence)).toEqualTypeOf<Float<readonly ['batch', 'time', 3]>>();
  // @ts-expect-error the layer reads 28 features
  encode(linear('other', sequence.at(-1), 3));
  // @ts-expect-error names of parameters
  tie(encode, 'fc.weight');
});

test('an unrolled loop gives the steps of what its function gives, and the last', () => {
  const { h, c } = lstm('encoder', sequence, { hiddenSize: 6 });
  const { outputs, last: end } = unroll(3, { x: sequence.at(-1), h, c }, (state, index) => {
    expectTypeOf(state.h).toEqualTypeOf<Float<readonly [1, 'batch', 6]>>();
    expectTypeOf(index).toEqualTypeOf<number>();
    const next = lstm('cell', unsqueeze(state.x, 1), { hiddenSize: 6, initialState: state });
    const seen = next.output.at(0, 1);
    return { x: linear('fc', seen, 28), h: next.h, c: next.c, logits: linear('head', seen, 5) };
  });
  expectTypeOf(outputs.x).toEqualTypeOf<Float<readonly [3, 'batch', 28]>>();
  expectTypeOf(outputs.logits).toEqualTypeOf<Float<readonly [3, 'batch', 5]>>();
  expectTypeOf(end.h).toEqualTypeOf<Float<readonly [1, 'batch', 6]>>();
  expectTypeOf(end.logits).toEqualTypeOf<Float<readonly ['batch', 5]>>();
  const along = unroll(3, { h }, (state) => state, 1);
  expectTypeOf(along.outputs.h).toEqualTypeOf<Float<readonly [1, 3, 'batch', 6]>>();
  // @ts-expect-error the next state has other sizes
  unroll(3, { x: sequence.at(-1) }, ({ x }) => ({ x: linear('fc', x, 5) }));
  // @ts-expect-error the next state lacks h
  unroll(3, { h }, (state) => ({ other: state.h }));
});
