/** Which ops go on with the lengths of padded sequences, and which are refused because they would read the padding. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { activation, logSoftmax, relu, softmax } from '../../src/builder/ops/activations.js';
import { argmax } from '../../src/builder/ops/argmax.js';
import { add, mul, sub } from '../../src/builder/ops/arithmetic.js';
import { last } from '../../src/builder/ops/at.js';
import { std } from '../../src/builder/ops/composed.js';
import { concat } from '../../src/builder/ops/concat.js';
import { crf } from '../../src/builder/ops/crf.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { matmul } from '../../src/builder/ops/matmul.js';
import type { NamedInputs } from '../../src/builder/ops/op-inputs.js';
import { pad } from '../../src/builder/ops/pad.js';
import { prelu } from '../../src/builder/ops/prelu.js';
import { sum } from '../../src/builder/ops/reduce.js';
import { repeat, repeatLike } from '../../src/builder/ops/repeat.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { size } from '../../src/builder/ops/size.js';
import { slice } from '../../src/builder/ops/slice.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { greater, where } from '../../src/builder/ops/where.js';
import { float32, int32, type SymbolicTensor, type Value } from '../../src/builder/tensor.js';

type Output = SymbolicTensor<'float32', readonly ['batch', 'time', 4]>;

/** The inputs of the last node of what `define` makes of the output of an LSTM with lengths. */
function lastInputs(
  define: (output: Output, other: SymbolicTensor<'int32', readonly ['batch']>) => Value,
): NamedInputs<string> | undefined {
  const network = defineNetwork(
    { x: float32('batch', 'time', 3), lengths: int32('batch'), other: int32('batch') },
    ({ x, lengths, other }) => ({ y: define(lstm('lstm', x, { hiddenSize: 4, lengths }).output, other) }),
  );
  return network.nodes.at(-1)?.inputs;
}

const embeddingOf = (ids: SymbolicTensor<'int32'>) =>
  embedding('rows', ids as SymbolicTensor<'int32', readonly ['batch', 'time']>, {
    numEmbeddings: 4,
    embeddingDim: 2,
  });

describe('the lengths of padded sequences go on', () => {
  it.each<[string, (output: Output) => Value]>([
    ['a reshape of the features', (output) => reshape(output, ['batch', 'time', 2, 2]).at(-1)],
    ['a reshape that adds an axis of one', (output) => reshape(output, ['batch', 'time', 1, 4]).at(-1)],
    [
      'a reshape that takes the features',
      (output) => reshape(linear('fc', output, 1), ['batch', 'time']).at(-1),
    ],
    ['a softmax over the features', (output) => last(softmax(output))],
    ['several layers', (output) => last(dropout(relu(linear('fc', activation(output, { name: 'elu' }), 2))))],
    ['two transpositions', (output) => transpose(transpose(output, [2, 1, 0]), [2, 1, 0]).at(-1)],
    ['a concatenation of features', (output) => concat([relu(output), output]).at(-1)],
    ['a slice of the features', (output) => slice(output, { axis: 2, start: 1 }).at(-1)],
    ['padding of the features', (output) => pad(output, { axis: 2, after: 1 }).at(-1)],
    ['features repeated', (output) => repeat(output, 2, 2).at(-1)],
    ['what is the same at every step', (output) => concat([output, repeatLike(last(output), output)]).at(-1)],
    ['the largest feature of each step', (output) => embeddingOf(argmax(output)).at(-1)],
    ['a choice for each entry', (output) => where(greater(output, 0), output, 0).at(-1)],
    ['a slope that is learned', (output) => prelu('act', output).at(-1)],
    ['a residual', (output) => add(output, linear('fc', output, 4)).at(-1)],
    ['a product for each step', (output) => matmul(output, reshape(last(output), ['batch', 4, 1])).at(-1)],
    ['a weight for each step', (output) => mul(output, linear('fc', output, 1)).at(-1)],
    [
      'a difference from the last step',
      (output) => sub(reshape(last(output), ['batch', 1, 4]), output).at(-1),
    ],
    ['a pick of one feature', (output) => output.at(2, 2).at(-1)],
  ])('through %s', (_, define) => {
    expect(lastInputs(define)).toHaveProperty('lengths', 'lengths');
  });

  it('to another LSTM, which reads each sequence to its end, and from it', () => {
    expect(lastInputs((output) => lstm('upper', output, { hiddenSize: 2 }).h)).toEqual({
      x: 'lstm:output',
      lengths: 'lengths',
    });
    expect(
      lastInputs((output) => lstm('upper', output, { hiddenSize: 2, reverse: true }).output.at(-1)),
    ).toEqual({ x: 'upper:output', lengths: 'lengths' });
  });

  it('to a softmax over the steps, and from it', () => {
    expect(lastInputs((output) => softmax(output, 1))).toEqual({ x: 'lstm:output', lengths: 'lengths' });
    expect(lastInputs((output) => sum(mul(output, softmax(linear('fc', output, 1), 1))))).toHaveProperty(
      'lengths',
      'lengths',
    );
    expect(lastInputs((output, other) => softmax(output, 1, other))).toHaveProperty('lengths', 'other');
  });

  it('not to a sum of steps that have no weight beyond them', () => {
    expect(
      lastInputs((output) => {
        const weights = softmax(linear('fc', output, 3), 1);
        return matmul(transpose(weights, [0, 2, 1]), relu(output)).at(0, 1);
      }),
    ).toEqual({ x: expect.stringMatching(/^matmul/) });
  });

  it('unless others are given', () => {
    expect(
      lastInputs((output, other) => lstm('upper', output, { hiddenSize: 2, lengths: other }).output.at(-1)),
    ).toEqual({ x: 'upper:output', lengths: 'other' });
  });

  it('not to the first step, which every sequence has, nor to the states', () => {
    expect(lastInputs((output) => output.at(0))).toEqual({ x: 'lstm:output' });
    expect(lastInputs((output) => lstm('upper', output, { hiddenSize: 2 }).h.at(-1, 0))).toEqual({
      x: 'upper:h',
    });
  });

  it('as the network file says, and no further', () => {
    const plain = networkFromJson(
      JSON.stringify({
        version: 1,
        inputs: {
          x: { dtype: 'float32', shape: ['batch', 'time', 3] },
          lengths: { dtype: 'int32', shape: ['batch'] },
        },
        nodes: [
          {
            name: 'lstm',
            op: 'lstm',
            inputs: ['x', 'lengths'],
            options: { hiddenSize: 4, batchFirst: true },
          },
          { name: 'end', op: 'at', inputs: ['lstm:output'], options: { index: -1, axis: 1 } },
        ],
        outputs: { y: 'end:output' },
      }),
    );
    expect(networkFromJson(networkToJson(plain)).nodes.at(-1)?.inputs).toEqual({ x: 'lstm:output' });
  });
});

describe('refused, because it would read padding as steps, is', () => {
  it.each<[string, RegExp, Parameters<typeof lastInputs>[0]]>([
    [
      'the last row of all steps',
      /reshape has joined .*; reshape after last\(x\)/,
      (x) => reshape(x, [-1, 4]).at(-1, 0),
    ],
    [
      'a softmax over all steps and features',
      /reshape has joined/,
      (x) => softmax(reshape(x, ['batch', -1])),
    ],
    [
      'a step in the middle',
      /at_1 \(at\).*'lstm:output' \[batch, time, 4\].*\('lengths'\).*at\(0\)/,
      (x) => x.at(2),
    ],
    ['a step from the end', /at\(-1\)/, (x) => relu(x).at(-2)],
    ['a softmax over the batch', /softmax does not stop/, (x) => softmax(x, 0)],
    [
      'a softmax over the steps, third axis',
      /transpose it to \[batch, time/,
      (x) => softmax(transpose(x, [0, 2, 1]), 2),
    ],
    ['logarithms of probabilities over the steps', /logSoftmax does not stop/, (x) => logSoftmax(x, 1)],
    [
      'a product that sums over steps that are not zero',
      /matmul does not stop/,
      (x) => matmul(transpose(relu(x), [0, 2, 1]), relu(x)),
    ],
    [
      'one over the emissions of tags, which are not zero either',
      /matmul does not stop/,
      (x) => matmul(transpose(crf('crf', relu(x)), [0, 2, 1]), relu(x)),
    ],
    ['a flip of the steps', /flip_1 .*reverse: true/, (x) => flip(x)],
    ['steps of two sequences joined', /concat does not stop/, (x) => concat([x, x], 1)],
    ['steps counted again', /stepCount does not stop/, (x) => stepCount(x)],
    ['some of the steps', /slice does not stop/, (x) => slice(x, { start: 1 })],
    ['steps more', /pad does not stop/, (x) => pad(x, { axis: 1, before: 1 })],
    ['steps twice', /repeat does not stop/, (x) => repeat(x, 2, 1)],
    ['the step of the largest entry', /argmax does not stop/, (x) => argmax(x, 1)],
    ['the number of steps of all', /size does not stop/, (x) => size(x)],
    ['the deviation over the steps', /size does not stop/, (x) => std(x, 1)],
    ['a flip of the batch', /flip does not stop/, (x) => flip(x, 0)],
    ['sequences joined in the batch', /concat does not stop/, (x) => concat([x, x], 0)],
    ['one sequence by itself', /at does not stop|at\(0\)/, (x) => x.at(0, 0)],
    [
      'a last step along the third axis',
      /transpose it to \[batch, time/,
      (x) => transpose(x, [0, 2, 1]).at(-1, 2),
    ],
    [
      'an LSTM over the batch',
      /lstm does not stop/,
      (x) => lstm('b', x, { hiddenSize: 2, batchFirst: false }).h,
    ],
    [
      'steps of sequences of other lengths added',
      /another input has other lengths/,
      (x, other) => add(x, lstm('b', x, { hiddenSize: 4, lengths: other }).output),
    ],
    [
      'features of sequences of other lengths beside each other',
      /another input has other lengths/,
      (x, other) => concat([x, lstm('b', x, { hiddenSize: 4, lengths: other }).output]),
    ],
  ])('%s', (_, message, define) => {
    expect(() => lastInputs(define)).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED', message: expect.stringMatching(message) }),
    );
  });
});
