import { describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { LstmOnnxError } from '../../src/errors.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.js';
import { cpuMilliseconds } from '../cpu-time.js';
import { floats, type graph, int64s, model, node, value } from '../onnx/broken-models.js';
import { decodeProto } from '../onnx/proto-decoder.js';
import { float, int, ints, numbers, text, texts, weights } from './onnx-models.js';

const H = 4;

function failure(of: OnnxModel | Uint8Array): string {
  try {
    readOnnx(of instanceof Uint8Array ? of : encodeModel(of));
  } catch (error) {
    if (error instanceof LstmOnnxError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

/** One LSTM node with these inputs after W and R. */
function lstmWith(
  inputs: string[],
  parts: Parameters<typeof graph>[1] = {},
  attributes = {},
  more: OnnxNode[] = [],
): OnnxModel {
  return model([node('LSTM', ['x', 'W', 'R', ...inputs], ['Y', 'Y_h'], attributes, 'cell'), ...more], {
    outputs: [value('Y', [null, null, null, H])],
    ...parts,
    inputs: [
      ...(parts.inputs?.some(({ name }) => name === 'x') ? [] : [value('x', ['time', 'batch', 3])]),
      ...(parts.inputs ?? []),
    ],
    initializers: [weights('W', 1, 4 * H, 3), weights('R', 1, 4 * H, H), ...(parts.initializers ?? [])],
  });
}

describe('readOnnx refuses, with operator and node,', () => {
  it.each<[string, OnnxModel, RegExp]>([
    [
      'an operator that networks do not have',
      model([node('Resize', ['x'], ['y'], {}, 'pool')]),
      /E_UNSUPPORTED: Resize "pool": this operator has no counterpart in a network\. The file itself runs on onnxruntime\.$/,
    ],
    [
      'all operators that networks do not have, in one message',
      model([node('Resize', ['x'], ['a']), node('TopK', ['a'], ['b']), node('Resize', ['b'], ['y'])]),
      /Resize \("a"\): this operator has no counterpart in a network, nor have "TopK"\. The file/,
    ],
    [
      'a quantized model as quantized, whatever is in its constants',
      model([node('DynamicQuantizeLSTM', ['x', 'w'], ['y'])], {
        initializers: [{ name: 'w', dtype: 'int8', shape: [1], data: Int8Array.of(1) }],
      }),
      /DynamicQuantizeLSTM .*The model is quantized/,
    ],
    ['one without a name, by what it gives', model([node('Resize', ['x'], ['y'])]), /Resize \("y"\)/],
    [
      'an operator of another domain',
      model([{ ...node('LSTM', ['x'], ['y'], {}, 'n'), domain: 'com.microsoft' }]),
      /E_UNSUPPORTED: LSTM "n": .*"com.microsoft"/,
    ],
    [
      'weights that are inputs',
      model([node('LSTM', ['x', 'w', 'w'], ['y'], {}, 'n')], {
        inputs: [value('x', [1, 1, 3]), value('w', [1, 16, 3])],
      }),
      /E_UNSUPPORTED: LSTM "n": input 1 .*freeze the weights/,
    ],
    [
      'a Squeeze of whatever is 1, where the data tells what is',
      model([node('Squeeze', ['x'], ['y'], {}, 'thin')], { inputs: [value('x', ['batch', 1, 4])] }),
      /E_UNSUPPORTED: Squeeze "thin": .*\[batch, 1, 4\], and batch may be 1 too: say which axis.*torch\.squeeze\(x, dim\)/,
    ],
    [
      'the same of a product of sizes',
      model([node('Flatten', ['x'], ['f'], { axis: int(2) }), node('Squeeze', ['f'], ['y'])], {
        inputs: [value('x', ['batch', 'time', 4])],
      }),
      /Squeeze .*\[batch\*time, 4\], and batch\*time may be 1 too/,
    ],
    [
      'the same of a constant that is repeated',
      model(
        [
          node('Shape', ['x'], ['s'], { end: int(1) }),
          node('Expand', ['v', 's'], ['e']),
          node('Squeeze', ['e'], ['q']),
          node('Add', ['x', 'q'], ['y']),
        ],
        { inputs: [value('x', ['batch', 4])], initializers: [weights('v', 1)] },
      ),
      /Squeeze .*\[batch\], and batch may be 1 too/,
    ],
    [
      'integers added',
      model([node('Add', ['a', 'b'], ['y'], {}, 'sum')], {
        inputs: [value('a', ['batch', 4]), value('b', ['batch', 4], 'int64')],
      }),
      /E_UNSUPPORTED: Add "sum": input 1 has integers, expected floats/,
    ],
    [
      'tensors of sizes that cannot be one',
      model([node('Mul', ['a', 'b'], ['y'], {}, 'times')], {
        inputs: [value('a', ['batch', 4]), value('b', ['batch', 3])],
      }),
      /E_UNSUPPORTED: Mul "times": Dimensions of tensors that are computed with must have equal sizes, but one is 4 and the other 3/,
    ],
    [
      'sizes added to a tensor',
      model([node('Mul', ['x', 'v'], ['y'], {}, 'scale')], { initializers: [int64s('v', 1, 4)] }),
      /Mul "scale": it computes with a tensor and sizes; read are two tensors of floats, one with one number,/,
    ],
    [
      'a product of tensors whose sizes do not fit',
      model([node('MatMul', ['a', 'b'], ['y'])], {
        inputs: [value('a', ['batch', 4]), value('b', [3, 'batch'])],
      }),
      /MatMul .*What a product of matrices sums over must have equal sizes, but one is 4 and the other 3/,
    ],
    [
      'a cast to integers',
      model([node('Cast', ['x'], ['y'], { to: int(7) }, 'c')]),
      /Cast "c": it turns floats into int64/,
    ],
    [
      'a weight of the wrong size',
      model([node('Gemm', ['x', 'w'], ['y'], {}, 'fc')], { initializers: [weights('w', 3, 3)] }),
      /Gemm "fc": \[batch, 4\] is multiplied by a constant of \[3, 3\]/,
    ],
    [
      'a bias of the wrong size',
      model([node('Gemm', ['x', 'w', 'b'], ['y'], {}, 'fc')], {
        initializers: [weights('w', 4, 3), weights('b', 2)],
      }),
      /Gemm "fc": the bias has shape \[2\]/,
    ],
    [
      'integers where a tensor should be',
      model([node('Relu', ['i'], ['y'], {}, 'r')], { initializers: [int64s('i', 1)] }),
      /Relu "r": input 0 is integers/,
    ],
    [
      'a slice of a dimension that varies',
      model([node('Slice', ['x', 'a', 'b'], ['y'], {}, 's')], {
        initializers: [int64s('a', -3), int64s('b', 2)],
      }),
      /Slice "s": slice_1: -3:2 of batch is of a size that cannot be told/,
    ],
    [
      'some entries backwards',
      model([node('Slice', ['x', 'a', 'b', 'axis', 'step'], ['y'], {}, 's')], {
        initializers: [int64s('a', -1), int64s('b', 0), int64s('axis', 0), int64s('step', -1)],
      }),
      /Slice "s": it takes -1:0:-1 of batch entries/,
    ],
    [
      'parts of a dimension that varies',
      model([node('Split', ['x'], ['y', 'z'], { axis: int(0) }, 's')]),
      /Split "s": it splits batch of \[batch, 4\]/,
    ],
    [
      'padding by what is beside it',
      model([node('Pad', ['x', 'pads'], ['y'], { mode: text('wrap') }, 'p')], {
        initializers: [int64s('pads', 0, 1, 0, 1)],
      }),
      /Pad "p": its mode is wrap; read is constant/,
    ],
    [
      'the last step of which anything differs, without those that have none',
      model(
        [
          node('Equal', ['x', 'zero'], ['same']),
          node('Not', ['same'], ['differs']),
          node('Cast', ['differs'], ['steps'], { to: int(1) }),
          node('ArgMax', ['steps'], ['last'], { axis: int(1), keepdims: int(0), select_last_index: int(1) }),
          node('Add', ['last', 'one'], ['y'], {}, 'number'),
        ],
        {
          inputs: [value('x', ['batch', 'time'], 'int32')],
          outputs: [value('y', ['batch'], 'int64')],
          initializers: [
            { name: 'zero', dtype: 'int32', shape: [], data: Int32Array.of(0) },
            int64s('one', 1),
          ],
        },
      ),
      /The output "y" is a mask of steps/,
    ],
    [
      'a diagonal',
      model([node('Einsum', ['x', 'x'], ['y'], { equation: text('ii,ij->ij') }, 'e')]),
      /Einsum "e": it computes "ii,ij->ij"/,
    ],
    [
      'a sum over two axes',
      model([node('Einsum', ['x', 'x'], ['y'], { equation: text('ij,ij->') }, 'e')]),
      /it sums over 2 axes/,
    ],
    [
      'more mirrored entries than there are',
      model([node('Pad', ['x', 'pads'], ['y'], { mode: text('reflect') }, 'p')], {
        initializers: [int64s('pads', 0, 4, 0, 0)],
      }),
      /Pad "p": it mirrors more entries of axis 1/,
    ],
    [
      'many entries one by one',
      model([node('Pad', ['x', 'pads'], ['y'], { mode: text('edge') }, 'p')], {
        initializers: [int64s('pads', 0, 65, 0, 0)],
      }),
      /Pad "p": it takes 65 entries one by one; at most 64/,
    ],
    [
      'other arithmetic with counted booleans',
      model(
        [
          node('Greater', ['x', 'zero'], ['isOver']),
          node('Cast', ['isOver'], ['ones'], { to: int(7) }),
          node('ReduceSum', ['ones', 'axis'], ['count']),
          node('Mul', ['count', 'count'], ['y'], {}, 'square'),
        ],
        {
          initializers: [
            { name: 'zero', dtype: 'float32', shape: [], data: Float32Array.of(0) },
            int64s('axis', 1),
          ],
          outputs: [value('y', ['batch', 1], 'int64')],
        },
      ),
      /Mul "square": it computes with a mask of steps/,
    ],
    [
      'a bound below zero',
      model([node('Shrink', ['x'], ['y'], { lambd: float(-1) }, 's')]),
      /Shrink "s": its lambd is -1/,
    ],
    [
      'padding that takes away',
      model([node('Pad', ['x', 'pads'], ['y'], {}, 'p')], { initializers: [int64s('pads', 0, -1, 0, 0)] }),
      /Pad "p": its pads are \[0, -1, 0, 0\]/,
    ],
    [
      'an impossible reshape',
      model([node('Reshape', ['x', 's'], ['y'], {}, 'r')], { initializers: [int64s('s', 0, 0, 3)] }),
      /Reshape "r": \[batch, 4\] cannot become/,
    ],
    [
      'a Softmax over two axes',
      model(
        [node('Softmax', ['x'], ['y'], {}, 's')],
        { inputs: [value('x', ['b', 't', 4])] },
        { opsets: new Map([['', 12]]) },
      ),
      /Softmax "s": in operator set 12 axis 1 of 3/,
    ],
    [
      'the last step where sequences end before',
      lstmWith(
        ['', 'lens'],
        {
          inputs: [value('lens', ['batch'], 'int32')],
          initializers: [{ name: 'i', dtype: 'int64', shape: [], data: BigInt64Array.of(-1n) }],
          outputs: [value('y', [null, null, null])],
        },
        {},
        [node('Gather', ['Y', 'i'], ['y'], {}, 'last')],
      ),
      /Gather "last": .*take Y_h/,
    ],
    [
      'constant lengths other than the time',
      lstmWith(['', 'lens'], {
        inputs: [value('x', [4, 2, 3])],
        initializers: [{ name: 'lens', dtype: 'int32', shape: [2], data: Int32Array.of(4, 3) }],
      }),
      /LSTM "cell": its sequence_lens .*every length is the time of X; make sequence_lens an input/,
    ],
    [
      'one given state beside a constant one',
      lstmWith(['', '', 'h', 'c'], {
        inputs: [value('h', [1, 'batch', H])],
        initializers: [{ ...weights('c', 1, 1, H), data: new Float32Array(H).fill(0.5) }],
      }),
      /LSTM "cell": one of its two initial states/,
    ],
    [
      'states that differ by sequence',
      lstmWith(['', '', 'h'], { initializers: [weights('h', 1, 2, H)] }),
      /LSTM "cell": the initial state \(input 5\)/,
    ],
    [
      'other activations in the other direction',
      model(
        [
          node(
            'LSTM',
            ['x', 'W', 'R'],
            ['Y'],
            {
              direction: text('bidirectional'),
              activations: texts('Sigmoid', 'Tanh', 'Tanh', 'Sigmoid', 'Relu', 'Tanh'),
            },
            'cell',
          ),
        ],
        {
          inputs: [value('x', ['t', 'b', 3])],
          outputs: [value('Y')],
          initializers: [weights('W', 2, 16, 3), weights('R', 2, 16, 4)],
        },
      ),
      /LSTM "cell": its two directions/,
    ],
    [
      'an unknown activation',
      lstmWith([], {}, { activations: texts('Gelu', 'Tanh', 'Tanh') }),
      /its activation is "Gelu"/,
    ],
    ...(['Affine', 'ThresholdedRelu', 'ScaledTanh'] as const).map((name): [string, OnnxModel, RegExp] => [
      `${name} without an alpha, which runtimes take for another than the specification`,
      lstmWith([], {}, { activations: texts('Sigmoid', name, 'Tanh') }),
      new RegExp(`LSTM "cell": its activation ${name} has no alpha.*state activation_alpha`),
    ]),
    [
      'ScaledTanh without a beta',
      lstmWith([], {}, { activations: texts('Tanh', 'ScaledTanh', 'Tanh'), activation_alpha: numbers(1.7) }),
      /LSTM "cell": its activation ScaledTanh has no beta.*state activation_beta/,
    ],
    [
      'weights that do not fit each other',
      lstmWith([], { inputs: [value('x', ['t', 'b', 5])] }),
      /E_SHAPE_MISMATCH: LSTM "cell": W has shape \[1, 16, 3\], expected \[1, 16, 5\]/,
    ],
    [
      'a recurrence weight that is a matrix',
      model([node('LSTM', ['x', 'W', 'flat'], ['Y'], {}, 'cell')], {
        inputs: [value('x', ['time', 'batch', 3])],
        outputs: [value('Y', [null, null, null, H])],
        initializers: [weights('W', 1, 4 * H, 3), weights('flat', 4 * H, H)],
      }),
      /E_SHAPE_MISMATCH: LSTM "cell": R has rank 2, expected 3/,
    ],
    [
      'a hidden_size that is not',
      lstmWith([], {}, { hidden_size: int(9) }),
      /E_SHAPE_MISMATCH: LSTM "cell": hidden_size is 9/,
    ],
    [
      'a direction that is none',
      lstmWith([], {}, { direction: text('both') }),
      /E_INVALID_FILE: LSTM "cell": direction is "both"/,
    ],
    [
      'an attribute of another type',
      lstmWith([], {}, { direction: int(1) }),
      /E_INVALID_FILE: LSTM "cell": the attribute direction is int/,
    ],
    [
      'an input that is missing',
      model([node('Relu', [''], ['y'], {}, 'r')]),
      /E_INVALID_FILE: Relu "r": input 0 is missing/,
    ],
    [
      'a value that nothing gives',
      model([node('Relu', ['gone'], ['y'], {}, 'r')]),
      /E_INVALID_FILE: Relu "r": "gone" is read/,
    ],
    [
      'nodes in the wrong order',
      model([node('Relu', ['a'], ['y'], {}, 'r'), node('Relu', ['x'], ['a'])]),
      /E_INVALID_FILE: Relu "r": "a" is read/,
    ],
    [
      'a value that two nodes give',
      model([node('Relu', ['x'], ['y']), node('Tanh', ['x'], ['y'])]),
      /E_INVALID_FILE: Two nodes of the graph produce "y"/,
    ],
  ])('%s', (_, of, says) => {
    expect(failure(of)).toMatch(says);
  });
});

describe('readOnnx refuses', () => {
  it.each<[string, OnnxModel, RegExp]>([
    [
      'an old operator set',
      model([node('Relu', ['x'], ['y'])], {}, { opsets: new Map([['', 6]]) }),
      /E_UNSUPPORTED: .*operator set 6.*convert_version/,
    ],
    [
      'a newer one',
      model([node('Relu', ['x'], ['y'])], {}, { opsets: new Map([['', 25]]) }),
      /E_UNSUPPORTED: .*operator set 25/,
    ],
    [
      'only other operator sets',
      model([node('Relu', ['x'], ['y'])], {}, { opsets: new Map([['ai.onnx.ml', 3]]) }),
      /E_UNSUPPORTED/,
    ],
    [
      'an old file format',
      model([node('Relu', ['x'], ['y'])], {}, { irVersion: 2 }),
      /E_UNSUPPORTED: .*ir_version 2/,
    ],
    [
      'an input of unknown rank',
      model([node('Relu', ['x'], ['y'])], { inputs: [value('x')] }),
      /E_UNSUPPORTED: .*how many dimensions the input "x" has/,
    ],
    [
      'an input of bools',
      model([node('Relu', ['x'], ['y'])], { inputs: [value('x', [1], 'bool')] }),
      /E_UNSUPPORTED: The input "x" is bool/,
    ],
    [
      'an input of no entries',
      model([node('Relu', ['x'], ['y'])], { inputs: [value('x', [0])] }),
      /E_UNSUPPORTED: .*\[0\]/,
    ],
    [
      'an output that is a constant',
      model([], { initializers: [weights('y', 2)], outputs: [value('y', [2])] }),
      /E_UNSUPPORTED|E_INVALID_FILE/,
    ],
    [
      'an output that nothing gives',
      model([], { outputs: [value('y', [2])] }),
      /E_INVALID_FILE: "y" is read/,
    ],
  ])('%s', (_, of, says) => {
    expect(failure(of)).toMatch(says);
  });

  it('weights in another file, and says how to bring them into this one', () => {
    expect(failure(external())).toMatch(/E_MISSING_DATA: .*in other files: "weights.bin"\./);
  });
});

it('readOnnx says with every graph that is right and not read what runs it', () => {
  const squeeze = model([node('Squeeze', ['x'], ['y'])], { inputs: [value('x', ['batch', 1, 'time'])] });
  for (const of of [model([node('NonMaxSuppression', ['x'], ['y'])]), squeeze]) {
    expect(() => readOnnx(encodeModel(of))).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED', hints: [{ call: 'Model.load' }] }),
    );
  }
});

it('readOnnx escapes and cuts the names of a file in its messages', () => {
  const long = `\u001b[2J\n${'n'.repeat(100_000)}`;
  const failures = [
    model([node('Relu', [long], ['y'])]),
    model([node('Relu', ['x'], ['a']), { ...node('LSTM', ['x'], ['y'], {}, long), domain: long }]),
    model([node(long, ['x'], ['y'])]),
    model([node('Resize', ['x'], ['y', ...Array.from({ length: 500 }, (_, i) => `${i}${long}`)])]),
    model([node('Relu', [long], ['y'])], { initializers: [int64s(long, ...new Array(65).fill(1))] }),
    model([node('Relu', ['x'], ['y'])], { inputs: [value(long)], outputs: [value(long)] }),
    model([node('Relu', ['x'], [long]), node('Tanh', ['x'], [long])], { outputs: [value(long)] }),
    model([], { initializers: [floats(long, 2)], outputs: [value(long)] }),
    lstmWith([], {}, { direction: text(long) }),
    lstmWith([], {}, { activations: texts(long, 'Tanh', 'Tanh') }),
  ].map(failure);
  for (const message of failures) {
    expect(message).toMatch(/^E_\w+: /);
    expect(message.length).toBeLessThan(2_000);
    expect(message).not.toContain('\n');
    expect(message).not.toContain('\u001b');
  }
});

function external(): Uint8Array {
  const bytes = encodeModel(
    model([node('Gemm', ['x', 'w'], ['y'])], {
      initializers: [{ name: 'w', dtype: 'float32', shape: [0], data: new Float32Array(0) }],
    }),
  );
  // data_location EXTERNAL (field 14) and a location (field 13) put into the tensor by hand.
  const file = decodeProto(bytes);
  file.graph!.initializer![0]!.dims = [4, 4];
  file.graph!.initializer![0]!.dataLocation = 1;
  file.graph!.initializer![0]!.externalData = [{ key: 'location', value: 'weights.bin' }];
  return onnx.ModelProto.encode(file).finish();
}

describe('a small file cannot ask for much memory', () => {
  const rejected = (nodes: OnnxNode[], initializers: OnnxTensor[], parts = {}) => {
    const before = process.memoryUsage.rss();
    const message = failure(
      model(nodes, { initializers, inputs: [value('x', ['time', 'batch', 3])], ...parts }),
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 2 ** 20);
    return message;
  };

  it('by using its weights again and again', () => {
    const hidden = 256;
    const nodes = Array.from({ length: 500 }, (_, i) => node('LSTM', ['x', 'W', 'R'], [`y${i}`]));
    const outputs = nodes.map((_, i) => value(`y${i}`));
    // Zeros, which several layers may have by chance: each gets its own.
    const zeros = ({ data, ...tensor }: OnnxTensor) => ({
      ...tensor,
      data: new Float32Array(data?.length ?? 0),
    });
    const initializers = [weights('W', 1, 4 * hidden, 3), weights('R', 1, 4 * hidden, hidden)].map(zeros);
    expect(rejected(nodes, initializers, { outputs })).toMatch(
      /E_INVALID_FILE: .*Reading the weights would take the memory for this file past/,
    );
  });

  it('by joining constants with themselves', () => {
    const nodes = Array.from({ length: 40 }, (_, i) =>
      node('Concat', [`w${i}`, `w${i}`], [`w${i + 1}`], { axis: int(0) }),
    );
    const last = node('MatMul', ['x', 'w40'], ['y']);
    expect(rejected([...nodes, last], [weights('w0', 3, 3)])).toMatch(
      /E_INVALID_FILE: .*Reading the weights would take the memory for this file past/,
    );
  });

  it.each(['float16', 'bfloat16', 'float64'] as const)(
    'nor much time, by reading %s again and again',
    (dtype) => {
      const count = 500_000;
      const width = dtype === 'float64' ? 8 : 2;
      const table = { name: 'table', dtype, shape: [count] };
      const many = Array.from({ length: 2_000 }, (_, i) => `s${i}`);
      const nodes = [
        ...many.map((name) => node('Gather', ['table', 'first'], [name], { axis: int(0) })),
        node('Concat', many, ['all'], { axis: int(0) }),
        node('Gather', ['all', 'zero'], ['number'], { axis: int(0) }),
        node('Mul', ['x', 'number'], ['y']),
      ];
      const bytes = encodeModel(
        model(nodes, {
          initializers: [
            dtype === 'float64'
              ? { ...table, data: new Float64Array(count) }
              : { ...table, raw: new Uint8Array(width * count) },
            int64s('first', 0),
            { name: 'zero', dtype: 'int64', shape: [], data: BigInt64Array.of(0n) },
          ],
        }),
      );
      const took = cpuMilliseconds(() => expect(readOnnx(bytes).network.nodes).toHaveLength(1));
      // Converted anew at every reading it is 4 s, and 30 s of halves.
      expect(took).toBeLessThan(2_000);
    },
  );

  it('but for large weights of halves, which become floats and are turned', () => {
    const size = 4_200;
    const bytes = encodeModel(
      model([node('MatMul', ['x', 'w'], ['y'])], {
        inputs: [value('x', ['batch', size])],
        initializers: [
          { name: 'w', dtype: 'float16', shape: [size, size], raw: new Uint8Array(2 * size * size) },
        ],
      }),
    );
    expect([...readOnnx(bytes).parameters.values()].map(({ shape }) => shape)).toEqual([[size, size]]);
  });

  it('by joining sizes with themselves', () => {
    const nodes = Array.from({ length: 40 }, (_, i) =>
      node('Concat', [`s${i}`, `s${i}`], [`s${i + 1}`], { axis: int(0) }),
    );
    const last = node('Reshape', ['x', 's40'], ['y']);
    expect(rejected([...nodes, last], [int64s('s0', 1, 1)])).toMatch(/E_UNSUPPORTED: .*at most 64/);
  });

  it('by joining tensors with themselves', () => {
    const nodes = Array.from({ length: 60 }, (_, i) =>
      node('Concat', [`t${i}`, `t${i}`], [`t${i + 1}`], { axis: int(0) }),
    );
    expect(rejected([node('Relu', ['x'], ['t0']), ...nodes], [], { outputs: [value('t60')] })).toMatch(
      /E_UNSUPPORTED/,
    );
  });

  it('by dimensions without end', () => {
    const nodes = Array.from({ length: 40 }, (_, i) =>
      node('Unsqueeze', [`t${i}`], [`t${i + 1}`], { axes: ints(0) }),
    );
    expect(rejected([node('Relu', ['x'], ['t0']), ...nodes], [], { outputs: [value('t40')] })).toMatch(
      /E_UNSUPPORTED/,
    );
  });

  it('by states of any size', () => {
    const nodes = [
      node('ConstantOfShape', ['s'], ['h']),
      node('LSTM', ['x', 'W', 'R', '', '', 'h', 'h'], ['y']),
    ];
    const huge = int64s('s', 1, 2 ** 40, 2 ** 40);
    const of = model(nodes, {
      inputs: [value('x', ['time', 'batch', 3])],
      outputs: [value('y')],
      initializers: [weights('W', 1, 16, 3), weights('R', 1, 16, 4), huge],
    });
    // By its shape, before any number of it is there.
    expect(failure(of)).toMatch(/E_SHAPE_MISMATCH: .*the initial state \(input 5\)/);
  });
});
