import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxDim, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { int64s, model, node, value } from '../onnx/broken-models.js';
import { expectSame, float, int, ints, weights } from './onnx-models.js';

const scalar = (name: string, number: number): OnnxTensor => ({
  name,
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(number),
});
const index = (name: string, number: number): OnnxTensor => ({
  name,
  dtype: 'int64',
  shape: [],
  data: BigInt64Array.of(BigInt(number)),
});

/** Nodes from x to y. */
function graphOf(
  nodes: readonly OnnxNode[],
  {
    x = ['batch', 'time', 4],
    rank = 3,
    initializers = [],
    opset = 17,
    dtype = 'float32',
  }: {
    x?: OnnxDim[];
    rank?: number;
    initializers?: OnnxTensor[];
    opset?: number;
    dtype?: 'float32' | 'int64';
  } = {},
): OnnxModel {
  return model(
    nodes,
    {
      inputs: [value('x', x, dtype)],
      outputs: [
        value(
          'y',
          Array.from({ length: rank }, () => null),
        ),
      ],
      initializers,
    },
    { opsets: new Map([['', opset]]) },
  );
}

const ops = (imported: Awaited<ReturnType<typeof expectSame>>) => imported.network.nodes.map(({ op }) => op);

describe('an imported graph computes what the file does:', () => {
  it.each<[string, OnnxModel, string[]]>([
    [
      'Gemm with transB',
      graphOf([node('Gemm', ['x', 'w', 'b'], ['y'], { transB: int(1) })], {
        x: ['batch', 4],
        rank: 2,
        initializers: [weights('w', 3, 4), weights('b', 3)],
      }),
      ['linear'],
    ],
    [
      'Gemm with factors and one bias for all',
      graphOf([node('Gemm', ['x', 'w', 'b'], ['y'], { alpha: float(0.5), beta: float(2) })], {
        x: ['batch', 4],
        rank: 2,
        initializers: [weights('w', 4, 3), weights('b', 1)],
      }),
      ['linear'],
    ],
    [
      'Gemm without bias',
      graphOf([node('Gemm', ['x', 'w'], ['y'])], {
        x: ['batch', 4],
        rank: 2,
        initializers: [weights('w', 4, 3)],
      }),
      ['linear'],
    ],
    [
      'MatMul and Add',
      graphOf([node('MatMul', ['x', 'w'], ['p']), node('Add', ['b', 'p'], ['y'])], {
        initializers: [weights('w', 4, 3), weights('b', 3)],
      }),
      ['linear'],
    ],
    [
      'MatMul, of which the product is used twice',
      graphOf(
        [
          node('MatMul', ['x', 'w'], ['p']),
          node('Add', ['p', 'b'], ['q']),
          node('Concat', ['p', 'q'], ['y'], { axis: int(-1) }),
        ],
        { initializers: [weights('w', 4, 3), weights('b', 3)] },
      ),
      ['linear', 'linear', 'concat'],
    ],
    [
      'MatMul on rows and back',
      graphOf(
        [
          node('Reshape', ['x', 'rows'], ['r']),
          node('MatMul', ['r', 'w'], ['p']),
          node('Shape', ['x'], ['s']),
          node('Slice', ['s', 'zero', 'two'], ['lead']),
          node('Concat', ['lead', 'three'], ['t'], { axis: int(0) }),
          node('Reshape', ['p', 't'], ['q']),
          node('Add', ['q', 'b'], ['y']),
        ],
        {
          initializers: [
            weights('w', 4, 3),
            weights('b', 3),
            int64s('rows', -1, 4),
            int64s('zero', 0),
            int64s('two', 2),
            int64s('three', 3),
          ],
        },
      ),
      ['linear'],
    ],
    [
      'MatMul by a matrix for each entry',
      graphOf([node('MatMul', ['x', 'w'], ['y'])], {
        x: ['batch', 2, 'time', 4],
        rank: 4,
        initializers: [weights('w', 2, 4, 3)],
      }),
      ['at', 'at', 'linear', 'linear', 'concat', 'reshape', 'transpose'],
    ],
    [
      'a transposed weight',
      graphOf([node('Transpose', ['w'], ['v']), node('MatMul', ['x', 'v'], ['y'])], {
        initializers: [weights('w', 3, 4)],
      }),
      ['linear'],
    ],
    [
      'activations',
      graphOf([node('Relu', ['x'], ['a']), node('Tanh', ['a'], ['b']), node('Sigmoid', ['b'], ['y'])]),
      ['relu', 'tanh', 'sigmoid'],
    ],
    [
      'activations with constants',
      graphOf([
        node('LeakyRelu', ['x'], ['a'], { alpha: float(0.2) }),
        node('Elu', ['a'], ['b']),
        node('HardSigmoid', ['b'], ['c']),
        node('Softplus', ['c'], ['d']),
        node('Softsign', ['d'], ['y']),
      ]),
      ['activation', 'activation', 'activation', 'activation', 'activation'],
    ],
    [
      'the last of equal largest and least entries',
      graphOf(
        [
          node('HardSigmoid', ['x'], ['h'], { alpha: float(2) }),
          node('ArgMax', ['h'], ['last'], { axis: int(2), keepdims: int(0), select_last_index: int(1) }),
          node('ArgMin', ['h'], ['least'], { axis: int(2), keepdims: int(0), select_last_index: int(1) }),
          node('Gather', ['table', 'last'], ['a']),
          node('Gather', ['table', 'least'], ['b']),
          node('Add', ['a', 'b'], ['y']),
        ],
        { initializers: [weights('table', 4, 3)] },
      ),
      ['activation', 'argmax', 'activation', 'argmax', 'embedding', 'embedding', 'add'],
    ],
    [
      'Sign, and Shrink with a bias and without',
      graphOf([
        node('Sign', ['x'], ['s']),
        node('Shrink', ['x'], ['soft'], { lambd: float(0.3), bias: float(0.3) }),
        node('Shrink', ['soft'], ['hard']),
        node('Mul', ['s', 'hard'], ['y']),
      ]),
      [
        ...['constant', 'constant', 'constant', 'where', 'where'],
        ...['activation', 'activation', 'constant', 'where', 'where'],
        ...['activation', 'activation', 'constant', 'where', 'where', 'mul'],
      ],
    ],
    [
      'scaling by numbers',
      graphOf(
        [
          node('Mul', ['x', 'two'], ['a']),
          node('Sub', ['one', 'a'], ['b']),
          node('Div', ['b', 'two'], ['c']),
          node('Add', ['c', 'one'], ['y']),
        ],
        { initializers: [scalar('two', 2), scalar('one', 1)] },
      ),
      ['activation', 'activation', 'activation', 'activation'],
    ],
    [
      'two tensors',
      graphOf([node('Tanh', ['x'], ['a']), node('Sub', ['x', 'a'], ['b']), node('Mul', ['a', 'b'], ['y'])]),
      ['tanh', 'sub', 'mul'],
    ],
    [
      'a tensor and constants, of which one is read twice',
      graphOf(
        [
          node('Mul', ['v', 'x'], ['a']),
          node('Tanh', ['v'], ['t']),
          node('Sub', ['a', 't'], ['b']),
          node('Add', ['b', 'row'], ['c']),
          node('Div', ['v', 'two'], ['h']),
          node('Mul', ['c', 'h'], ['y']),
        ],
        { initializers: [weights('v', 4), weights('row', 1, 1, 4), scalar('two', 2)] },
      ),
      ['parameter', 'mul', 'tanh', 'sub', 'parameter', 'add', 'parameter', 'div', 'mul'],
    ],
    [
      'a number divided by a tensor',
      graphOf([node('Sigmoid', ['x'], ['s']), node('Div', ['one', 's'], ['y'])], {
        initializers: [scalar('one', 1)],
      }),
      ['sigmoid', 'parameter', 'div'],
    ],
    [
      'a product of tensors',
      graphOf([
        node('Transpose', ['x'], ['t'], { perm: ints(0, 2, 1) }),
        node('MatMul', ['x', 't'], ['s']),
        node('Softmax', ['s'], ['w'], { axis: int(-1) }),
        node('MatMul', ['w', 'x'], ['y']),
      ]),
      ['transpose', 'matmul', 'softmax', 'matmul'],
    ],
    [
      'Gemm of tensors, both turned',
      graphOf(
        [
          node('Transpose', ['x'], ['t']),
          node('Gemm', ['t', 'x', 'c'], ['y'], {
            transA: int(1),
            transB: int(1),
            alpha: float(0.5),
            beta: float(2),
          }),
        ],
        { x: ['batch', 'batch'], rank: 2, initializers: [weights('c', 1)] },
      ),
      ['transpose', 'matmul', 'activation', 'parameter', 'activation', 'add'],
    ],
    [
      'products with constants that are no linear map',
      graphOf([node('MatMul', ['left', 'x'], ['a']), node('MatMul', ['a', 'v'], ['y'])], {
        x: ['batch', 4, 4],
        rank: 2,
        initializers: [weights('left', 3, 4), weights('v', 4)],
      }),
      ['parameter', 'matmul', 'parameter', 'matmul'],
    ],
    [
      'two tensors that are turned in the same way',
      graphOf([
        node('Relu', ['x'], ['r']),
        node('Transpose', ['x'], ['a'], { perm: ints(1, 0, 2) }),
        node('Transpose', ['r'], ['b'], { perm: ints(1, 0, 2) }),
        node('Add', ['a', 'b'], ['c']),
        node('Transpose', ['c'], ['y'], { perm: ints(1, 0, 2) }),
      ]),
      ['relu', 'add'],
    ],
    [
      'a tensor and its turned mean',
      graphOf([
        node('ReduceMean', ['x'], ['m'], { axes: ints(0) }),
        node('Transpose', ['x'], ['a'], { perm: ints(1, 0, 2) }),
        node('Transpose', ['m'], ['b'], { perm: ints(1, 0, 2) }),
        node('Sub', ['b', 'a'], ['y']),
      ]),
      ['mean', 'sub', 'transpose'],
    ],
    [
      'entries beside the mean of all',
      graphOf([node('ReduceMean', ['x'], ['m'], { keepdims: int(0) }), node('Sub', ['x', 'm'], ['y'])]),
      ['mean', 'mean', 'mean', 'sub'],
    ],
    [
      'the sum of squares',
      graphOf([node('ReduceSumSquare', ['x'], ['y'], { axes: ints(1), keepdims: int(0) })], { rank: 2 }),
      ['activation', 'sum'],
    ],
    [
      'what is left of a size divided by another',
      graphOf(
        [
          node('Shape', ['x'], ['shape']),
          node('Gather', ['shape', 'two'], ['size']),
          node('Mod', ['size', 'three'], ['rest']),
          node('Unsqueeze', ['rest', 'first'], ['start']),
          node('Slice', ['x', 'start', 'end', 'axes'], ['y']),
        ],
        {
          initializers: [
            index('two', 2),
            index('three', 3),
            int64s('first', 0),
            int64s('end', 9),
            int64s('axes', 2),
          ],
        },
      ),
      ['slice'],
    ],
    ['Swish', graphOf([node('Swish', ['x'], ['y'], { alpha: float(1.5) })], { opset: 24 }), ['activation']],
    [
      'one number of all axes',
      graphOf([node('ReduceMax', ['x'], ['y'], { keepdims: int(0) })], { rank: 0 }),
      ['max', 'max', 'max'],
    ],
    [
      'parts of an axis with one number for each',
      graphOf(
        [
          node('Reshape', ['x', 'apart'], ['a']),
          node('ReduceMax', ['a'], ['m'], { axes: ints(3) }),
          node('Sub', ['a', 'm'], ['b']),
          node('Reshape', ['b', 'whole'], ['y']),
        ],
        { initializers: [int64s('apart', 0, 0, 2, 2), int64s('whole', 0, 0, 4)] },
      ),
      ['reshape', 'max', 'reshape', 'reshape', 'sub', 'reshape'],
    ],
    [
      'an axis of 2 * 3 and one of 3 * 2',
      graphOf(
        [
          node('Flatten', ['x'], ['a']),
          node('Transpose', ['x'], ['t'], { perm: ints(0, 2, 1) }),
          node('Flatten', ['t'], ['b']),
          node('Mul', ['a', 'b'], ['y']),
        ],
        { x: ['batch', 2, 3], rank: 2 },
      ),
      ['reshape', 'transpose', 'reshape', 'mul'],
    ],
    ['Softmax over a middle axis', graphOf([node('Softmax', ['x'], ['y'], { axis: int(1) })]), ['softmax']],
    [
      'Softmax of an axis that is two',
      graphOf([node('Reshape', ['x', 'shape'], ['r']), node('LogSoftmax', ['r'], ['y'])], {
        x: ['batch', 3, 4],
        rank: 2,
        initializers: [int64s('shape', 0, -1)],
      }),
      ['reshape', 'logSoftmax'],
    ],
    [
      'Softmax of operator set 12',
      graphOf([node('Softmax', ['x'], ['y'], { axis: int(-1) })], { opset: 12 }),
      ['softmax'],
    ],
    [
      'embedding',
      graphOf([node('Gather', ['w', 'x'], ['y'])], {
        x: ['batch', 'time'],
        dtype: 'int64',
        initializers: [weights('w', 9, 5)],
      }),
      ['embedding'],
    ],
    [
      'one entry',
      graphOf([node('Gather', ['x', 'i'], ['y'], { axis: int(1) })], {
        rank: 2,
        initializers: [index('i', -1)],
      }),
      ['at'],
    ],
    [
      'one entry whose axis stays',
      graphOf([node('Gather', ['x', 'i'], ['y'], { axis: int(1) })], { initializers: [int64s('i', 0)] }),
      ['at', 'reshape'],
    ],
    [
      'the last step, sliced',
      graphOf([node('Slice', ['x', 'm1', 'end', 'one'], ['s']), node('Squeeze', ['s', 'one'], ['y'])], {
        rank: 2,
        initializers: [int64s('m1', -1), int64s('one', 1), int64s('end', Number.MAX_SAFE_INTEGER)],
      }),
      ['at'],
    ],
    [
      'some entries of a fixed axis',
      graphOf([node('Slice', ['x', 'one', 'end', 'two', 'two'], ['y'])], {
        initializers: [int64s('one', 1), int64s('two', 2), int64s('end', 2 ** 31 - 1)],
      }),
      ['slice'],
    ],
    [
      'all entries',
      graphOf([node('Slice', ['x', 'zero', 'end', 'axes'], ['s']), node('Relu', ['s'], ['y'])], {
        initializers: [int64s('zero', 0, 0), int64s('axes', 1, 2), int64s('end', Number.MAX_SAFE_INTEGER, 4)],
      }),
      ['relu'],
    ],
    [
      'all entries backwards',
      graphOf([node('Slice', ['x', 'm1', 'start', 'one', 'm1'], ['y'])], {
        initializers: [int64s('m1', -1), int64s('one', 1), int64s('start', -(2 ** 31))],
      }),
      ['flip'],
    ],
    [
      'Slice, Squeeze and Unsqueeze of operator set 9',
      graphOf(
        [
          node('Slice', ['x'], ['s'], { axes: ints(1), starts: ints(0), ends: ints(1) }),
          node('Squeeze', ['s'], ['q'], { axes: ints(1) }),
          node('Unsqueeze', ['q'], ['y'], { axes: ints(0, 3) }),
        ],
        { rank: 4, opset: 9 },
      ),
      ['at', 'reshape'],
    ],
    ['Flatten', graphOf([node('Flatten', ['x'], ['y'])], { x: ['batch', 3, 4], rank: 2 }), ['reshape']],
    [
      'turns that undo each other',
      graphOf(
        [
          node('Transpose', ['x'], ['a'], { perm: ints(1, 0, 2) }),
          node('Unsqueeze', ['a', 'one'], ['b']),
          node('Squeeze', ['b', 'one'], ['c']),
          node('Transpose', ['c'], ['d'], { perm: ints(1, 0, 2) }),
          node('Tanh', ['d'], ['y']),
        ],
        { initializers: [int64s('one', 1)] },
      ),
      ['tanh'],
    ],
    [
      'turns that do not',
      graphOf([node('Transpose', ['x'], ['a']), node('Unsqueeze', ['a', 'one'], ['y'])], {
        rank: 4,
        initializers: [int64s('one', 1)],
      }),
      ['transpose', 'reshape'],
    ],
    [
      'an axis apart, moved and together again',
      graphOf(
        [
          node('Reshape', ['x', 'apart'], ['a']),
          node('Transpose', ['a'], ['b'], { perm: ints(0, 1, 3, 2) }),
          node('Reshape', ['b', 'whole'], ['y']),
        ],
        { initializers: [int64s('apart', 0, 0, 2, 2), int64s('whole', 0, 0, 4)] },
      ),
      ['reshape', 'transpose', 'reshape'],
    ],
    [
      'sizes that do not divide each other',
      graphOf([node('Reshape', ['x', 'shape'], ['y'])], {
        x: [4, 3],
        rank: 2,
        initializers: [int64s('shape', 6, 2)],
      }),
      ['reshape'],
    ],
    [
      'a step of turned axes',
      graphOf(
        [
          node('Transpose', ['x'], ['a'], { perm: ints(2, 1, 0) }),
          node('Gather', ['a', 'i'], ['y'], { axis: int(1) }),
        ],
        { rank: 2, initializers: [index('i', -1)] },
      ),
      ['at', 'transpose'],
    ],
    [
      'Dropout, Identity and Cast',
      graphOf([
        node('Dropout', ['x'], ['a']),
        node('Identity', ['a'], ['b']),
        node('Cast', ['b'], ['y'], { to: int(1) }),
      ]),
      ['dropout'],
    ],
    [
      'Dropout of operator set 7',
      graphOf([node('Dropout', ['x'], ['y'], { ratio: float(0.25) })], { opset: 7 }),
      ['dropout'],
    ],
    [
      'constants of every kind',
      graphOf([
        node('Constant', [], ['f'], { value_float: float(2) }),
        node('Constant', [], ['i'], { value_int: int(-1) }),
        node('Constant', [], ['is'], { value_ints: ints(0, 1, 4) }),
        node('Mul', ['x', 'f'], ['a']),
        node('Gather', ['a', 'i'], ['b'], { axis: int(1) }),
        node('Reshape', ['b', 'is'], ['y']),
      ]),
      ['activation', 'at', 'reshape'],
    ],
    [
      'Squeeze of whatever is 1, where no size is open that may be',
      graphOf(
        [
          node('Concat', ['x', 'x'], ['c'], { axis: int(0) }),
          node('Squeeze', ['c'], ['s']),
          node('Relu', ['s'], ['y']),
        ],
        { x: ['batch', 1, 4], rank: 2 },
      ),
      ['concat', 'relu', 'reshape'],
    ],
    [
      'a shape with nothing before the axes that are joined',
      graphOf(
        [
          node('Shape', ['x'], ['s']),
          node('Slice', ['s', 'zero', 'zero'], ['before']),
          node('Slice', ['s', 'two', 'three'], ['after']),
          node('Concat', ['before', 'rest', 'after'], ['t'], { axis: int(0) }),
          node('Reshape', ['x', 't'], ['r']),
          node('Relu', ['r'], ['y']),
        ],
        {
          rank: 2,
          initializers: [int64s('zero', 0), int64s('two', 2), int64s('three', 3), int64s('rest', -1)],
        },
      ),
      ['relu', 'reshape'],
    ],
    [
      'shapes by Mul, Div, Equal and Where',
      graphOf(
        [
          node('Shape', ['x'], ['s']),
          node('Mul', ['s', 'two'], ['d']),
          node('Div', ['d', 'two'], ['e']),
          node('Equal', ['e', 'm1'], ['is']),
          node('Where', ['is', 'two', 'e'], ['t']),
          node('Reshape', ['x', 't'], ['r']),
          node('Relu', ['r'], ['y']),
        ],
        { initializers: [int64s('two', 2, 2, 2), int64s('m1', -1)] },
      ),
      ['relu'],
    ],
  ])('%s', async (_, graph, expected) => {
    expect(ops(await expectSame(graph))).toEqual(expected);
  });

  it('without what no output needs', () => {
    const dead = [node('Relu', ['x'], ['y']), node('NonMaxSuppression', ['x', 'gone'], ['z'])];
    expect(readOnnx(encodeModel(graphOf(dead))).network.nodes.map(({ op }) => op)).toEqual(['relu']);
  });

  it('outputs whose names are no identifiers', async () => {
    const { network } = await expectSame(
      model([node('Relu', ['x'], ['/fc/y:0'])], { outputs: [value('/fc/y:0', ['batch', 4])] }),
    );
    expect(Object.keys(network.outputs)).toEqual(['/fc/y:0']);
  });

  it('the names of inputs, whatever they are, through network files and checkpoints', async () => {
    const named = ['onnx::Gather_0', 'вход', 'input_1:0', 'a b', '/x.1'];
    const of = model(
      named.map((name, i) => node('Relu', [name], [`выход ${i}`])),
      {
        inputs: named.map((name) => value(name, ['batch', 4])),
        outputs: named.map((_, i) => value(`выход ${i}`, ['batch', 4])),
      },
    );
    const { network, parameters, notes } = readOnnx(encodeModel(of));
    await expectSame(of); // with the same feeds
    expect(Object.keys(network.inputs)).toEqual(named);
    expect(notes).toEqual([]);
    expect(networkFromJson(networkToJson(network))).toEqual(network);
    expect(decodeCheckpoint(encodeCheckpoint({ network, parameters })).network).toEqual(network);
  });

  it('what has another name or type here, in notes', () => {
    const renamed = model(
      [
        node('Gather', ['table', '7'], ['rows']),
        node('LSTM', ['rows', 'W', 'R', '', 'lstm:h'], ['8'], { hidden_size: int(2) }),
      ],
      {
        inputs: [value('7', ['time', 'batch'], 'int64'), value('lstm:h', ['batch'], 'int32')],
        outputs: [value('8', [null, null, null, 2])],
        initializers: [weights('table', 5, 3), weights('W', 1, 8, 3), weights('R', 1, 8, 2)],
      },
    );
    const { network, notes } = readOnnx(encodeModel(renamed));
    expect(Object.keys(network.inputs)).toEqual(['_7', 'lstm_h']);
    expect(notes).toEqual([
      'The input "7" of the file is called "_7" here.',
      'The input "7" is int64 in the file and int32 here, and so where it is exported.',
      'The input "lstm:h" of the file is called "lstm_h" here.',
      'The output "8" of the file is called "_8" here.',
    ]);
  });
});
