/** One small model for every rule of the checker, each breaking that rule alone. */
import type {
  OnnxAttribute,
  OnnxDim,
  OnnxDType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from '../../src/onnx/graph.js';

export function value(name: string, shape?: readonly OnnxDim[], dtype: OnnxDType = 'float32'): OnnxValueInfo {
  return { name, dtype, ...(shape && { shape }) };
}

export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
  name = '',
): OnnxNode {
  return { name, opType, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

export function floats(name: string, ...shape: number[]): OnnxTensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { name, dtype: 'float32', shape, data: new Float32Array(size).fill(0.5) };
}

export function int64s(name: string, ...values: number[]): OnnxTensor {
  return { name, dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function graph(nodes: readonly OnnxNode[], parts: Partial<OnnxGraph> = {}): OnnxGraph {
  return {
    name: 'g',
    inputs: [value('x', ['batch', 4])],
    outputs: [value('y', ['batch', 4])],
    initializers: [],
    valueInfo: [],
    nodes,
    ...parts,
  };
}

export function model(
  nodes: readonly OnnxNode[],
  parts: Partial<OnnxGraph> = {},
  fields: Partial<OnnxModel> = {},
): OnnxModel {
  return {
    irVersion: 8,
    opsets: new Map([['', 17]]),
    producerName: 'lstm-onnx',
    producerVersion: '',
    metadata: new Map(),
    graph: graph(nodes, parts),
    ...fields,
  };
}

export const int = (number: number): OnnxAttribute => ({ type: 'int', value: number });
const ints = (...numbers: number[]): OnnxAttribute => ({ type: 'ints', value: numbers });
const text = (string: string): OnnxAttribute => ({ type: 'string', value: string });
const relu = node('Relu', ['x'], ['y']);
const anyShape = [value('y', [null, null])];

/** An LSTM of 4 inputs and 2 units on x [time, batch, 4], with `change` to what is right. */
export function lstmModel(
  change: {
    inputs?: string[];
    attributes?: Readonly<Record<string, OnnxAttribute>>;
    initializers?: readonly OnnxTensor[];
    outputs?: readonly OnnxValueInfo[];
    graphInputs?: readonly OnnxValueInfo[];
  } = {},
): OnnxModel {
  const lstm = node('LSTM', change.inputs ?? ['x', 'W', 'R', 'B'], ['y'], {
    hidden_size: int(2),
    ...change.attributes,
  });
  return model([lstm], {
    inputs: [value('x', ['time', 'batch', 4]), ...(change.graphInputs ?? [])],
    outputs: change.outputs ?? [value('y', ['time', 1, 'batch', 2])],
    initializers: change.initializers ?? [floats('W', 1, 8, 4), floats('R', 1, 8, 2), floats('B', 1, 16)],
  });
}

/** A body that computes `output` from the x of the graph around it. */
function body(output: string, opType = 'Relu'): OnnxAttribute {
  const inner = graph([node(opType, ['x'], [output])], {
    inputs: [],
    outputs: [value(output, ['batch', 4])],
  });
  return { type: 'graph', value: { ...inner, name: `body of ${output}` } };
}

function ifModel(thenOutput: string): OnnxModel {
  const branches = { then_branch: body(thenOutput), else_branch: body('no', 'Neg') };
  return model([node('If', ['c'], ['y'], branches)], {
    inputs: [value('c', [], 'bool'), value('x', ['batch', 4])],
  });
}

export interface BrokenModel {
  readonly rule: string;
  readonly model: OnnxModel;
  /** What the message must say. */
  readonly says: RegExp;
}

export const validModels: Readonly<Record<string, OnnxModel>> = {
  relu: model([relu]),
  lstm: lstmModel(),
  'a body that uses a value around it': ifModel('yes'),
  'an initializer that is the default of an input': model([node('Add', ['x', 'd'], ['y'])], {
    inputs: [value('x', ['batch', 4]), value('d', [4])],
    initializers: [floats('d', 4)],
  }),
};

export const brokenModels: readonly BrokenModel[] = [
  {
    rule: 'ir_version is at least that of the operator set',
    model: model([relu], {}, { irVersion: 9, opsets: new Map([['', 22]]) }),
    says: /ir_version 9 is older than operator set 22, which came with 10/,
  },
  { rule: 'ir_version is known', model: model([relu], {}, { irVersion: 99 }), says: /ir_version is 99/ },
  {
    rule: 'the operator set is known',
    model: model([relu], {}, { irVersion: 14, opsets: new Map([['', 1000]]) }),
    says: /operator set is 1000/,
  },
  {
    rule: 'the operator set of each domain is imported',
    model: model([{ ...relu, domain: 'org.example' }]),
    says: /domain "org.example", for which the model imports no operator set/,
  },
  { rule: 'the graph has a name', model: model([relu], { name: '' }), says: /A graph has no name/ },
  {
    rule: 'inputs have a name',
    model: model([relu], { inputs: [value('x', ['batch', 4]), value('', [1])] }),
    says: /An input of graph "g" has no name/,
  },
  {
    rule: 'outputs have a shape',
    model: model([relu], { outputs: [value('y')] }),
    says: /output "y" of graph "g" has no shape/,
  },
  {
    rule: 'inputs have an element type',
    model: model([relu], { inputs: [value('x', ['batch', 4]), value('z', [1], 'undefined')] }),
    says: /input "z" of graph "g" has no element type/,
  },
  {
    rule: 'input names are unique',
    model: model([relu], { inputs: [value('x', ['batch', 4]), value('x', ['batch', 4])] }),
    says: /Input "x" stands twice/,
  },
  {
    rule: 'initializer names are unique',
    model: model([relu], { initializers: [floats('w', 1), floats('w', 1)] }),
    says: /Initializer "w" stands twice/,
  },
  {
    rule: 'initializers have a name',
    model: model([relu], { initializers: [floats('', 1)] }),
    says: /An initializer of graph "g" has no name/,
  },
  {
    rule: 'in ir_version 3 initializers are inputs',
    model: model(
      [node('Add', ['x', 'w'], ['y'])],
      { initializers: [floats('w', 4)] },
      {
        irVersion: 3,
        opsets: new Map([['', 8]]),
      },
    ),
    says: /Initializer "w" is not an input/,
  },
  {
    rule: 'a value is assigned once',
    model: model([relu, node('Neg', ['x'], ['y'])]),
    says: /Neg \(node 1\) assigns "y", which has a value already/,
  },
  {
    rule: 'a node does not assign an input',
    model: model([node('Relu', ['x'], ['x']), relu]),
    says: /assigns "x", which has a value already/,
  },
  {
    rule: 'a body does not assign a value of the graph around it',
    model: ifModel('x'),
    says: /assigns "x", which has a value already/,
  },
  {
    rule: 'node names are unique',
    model: model([node('Relu', ['x'], ['a'], {}, 'same'), node('Neg', ['a'], ['y'], {}, 'same')]),
    says: /Node name "same" is used twice/,
  },
  {
    rule: 'nodes stand in topological order',
    model: model([node('Relu', ['a'], ['y']), node('Neg', ['x'], ['a'])]),
    says: /input "a" of Relu \(node 0\) is produced only later/,
  },
  {
    rule: 'every input of a node is defined',
    model: model([node('Add', ['x', 'nowhere'], ['y'])]),
    says: /input "nowhere" of Add \(node 0\) is produced by no node/,
  },
  {
    rule: 'a node has inputs or outputs',
    model: model(
      [relu, { ...node('Nothing', [], []), domain: 'org.example' }],
      {},
      {
        opsets: new Map([
          ['', 17],
          ['org.example', 1],
        ]),
      },
    ),
    says: /Nothing \(node 1\) has no inputs and no outputs/,
  },
  {
    rule: 'every output of the graph is produced',
    model: model([relu], { outputs: [value('y', ['batch', 4]), value('z', [1])] }),
    says: /Output "z" of graph "g" is produced by no node/,
  },
  {
    rule: 'a node has all its inputs',
    model: model([node('Add', ['x'], ['y'])]),
    says: /Add: it has 1 input, expected 2/,
  },
  {
    rule: 'a required input is not left out',
    model: model([node('Add', ['x', ''], ['y'])]),
    says: /Add: input 1 is left out/,
  },
  {
    rule: 'a required attribute is there',
    model: model([node('Concat', ['x', 'x'], ['y'])], { outputs: anyShape }),
    says: /Concat: the attribute "axis" is missing/,
  },
  {
    rule: 'an attribute is one that the operator takes',
    model: model([node('Relu', ['x'], ['y'], { alpha: { type: 'float', value: 1 } })]),
    says: /attribute "alpha" is not one it takes in operator set 17/,
  },
  {
    rule: 'an attribute is one that the operator takes in this version',
    model: {
      ...lstmModel({ attributes: { layout: int(0) } }),
      irVersion: 7,
      opsets: new Map([['', 13]]),
    },
    says: /attribute "layout" is not one it takes in operator set 13/,
  },
  {
    rule: 'an attribute is of its kind',
    model: model([node('Concat', ['x', 'x'], ['y'], { axis: text('0') })], { outputs: anyShape }),
    says: /attribute "axis" is of kind string, expected int/,
  },
  {
    rule: 'inputs are of a type that the operator takes',
    model: model([node('Tanh', ['x'], ['y'])], {
      inputs: [value('x', [4], 'int64')],
      outputs: [value('y', [4], 'int64')],
    }),
    says: /Tanh: input 0 "x" is int64, expected float16/,
  },
  {
    rule: 'inputs are of one type',
    model: model([node('Add', ['x', 'i'], ['y'])], { initializers: [int64s('i', 1, 2, 3, 4)] }),
    says: /Add: input 1 "i" is int64 and input 0 "x" is float32/,
  },
  {
    rule: 'inputs broadcast',
    model: model([node('Add', ['x', 'w'], ['y'])], { initializers: [floats('w', 3)] }),
    says: /input 0 "x" \[batch, 4\] and input 1 "w" \[3\] do not broadcast/,
  },
  {
    rule: 'an output has its declared size',
    model: model([relu], { outputs: [value('y', ['batch', 5])] }),
    says: /Value "y" is float32 \[batch, 4\], but the file declares float32 \[batch, 5\]/,
  },
  {
    rule: 'an output has its declared rank',
    model: model([relu], { outputs: [value('y', ['batch'])] }),
    says: /Value "y" is float32 \[batch, 4\], but the file declares float32 \[batch\]/,
  },
  {
    rule: 'an output has its declared type',
    model: model([relu], { outputs: [value('y', ['batch', 4], 'float64')] }),
    says: /but the file declares float64/,
  },
  {
    rule: 'a value in between has its declared size',
    model: model([node('Relu', ['x'], ['a']), node('Neg', ['a'], ['y'])], {
      valueInfo: [value('a', [9, 9])],
    }),
    says: /Value "a" is float32 \[batch, 4\], but the file declares float32 \[9, 9\]/,
  },
  {
    rule: 'an output that is an input has its declared type',
    model: model([relu], { outputs: [value('y', ['batch', 4]), value('x', ['batch', 7])] }),
    says: /Value "x" is float32 \[batch, 4\], but the file declares float32 \[batch, 7\]/,
  },
  {
    rule: 'MatMul has equal inner sizes',
    model: model([node('MatMul', ['x', 'w'], ['y'])], { initializers: [floats('w', 3, 4)] }),
    says: /MatMul: the inner sizes 4 and 3/,
  },
  {
    rule: 'Gemm has equal inner sizes',
    model: model([node('Gemm', ['x', 'w'], ['y'], { transB: int(1) })], {
      initializers: [floats('w', 4, 5)],
    }),
    says: /Gemm: the inner sizes 4 and 5/,
  },
  {
    rule: 'Gemm has an addend that stretches to the product',
    model: model([node('Gemm', ['x', 'w', 'c'], ['y'])], {
      initializers: [floats('w', 4, 4), floats('c', 3)],
    }),
    says: /Gemm: C \[3\] does not broadcast to \[batch, 4\]/,
  },
  {
    rule: 'Transpose reorders all axes',
    model: model([node('Transpose', ['x'], ['y'], { perm: ints(0, 0) })], { outputs: anyShape }),
    says: /perm \[0, 0\] does not reorder the 2 axes/,
  },
  {
    rule: 'Squeeze drops only axes of size 1',
    model: model([node('Squeeze', ['x', 'axes'], ['y'])], {
      initializers: [int64s('axes', 1)],
      outputs: [value('y', ['batch'])],
    }),
    says: /axis 1 of \[batch, 4\] is 4, only a 1 can be squeezed/,
  },
  {
    rule: 'an axis exists',
    model: model([node('Softmax', ['x'], ['y'], { axis: int(2) })]),
    says: /Softmax: axis 2 does not exist in rank 2/,
  },
  {
    rule: 'Reshape keeps the number of elements',
    model: model([node('Reshape', ['w', 'shape'], ['y'])], {
      initializers: [floats('w', 2, 3), int64s('shape', 4, 2)],
      outputs: anyShape,
    }),
    says: /Reshape: \[2, 3\] cannot become \[4, 2\]/,
  },
  {
    rule: 'Reshape has one open size',
    model: model([node('Reshape', ['x', 'shape'], ['y'])], {
      initializers: [int64s('shape', -1, -1)],
      outputs: anyShape,
    }),
    says: /may have one -1/,
  },
  {
    rule: 'Concat joins equal sizes',
    model: model([node('Concat', ['x', 'w'], ['y'], { axis: int(0) })], {
      initializers: [floats('w', 2, 3)],
      outputs: anyShape,
    }),
    says: /Concat: \[batch, 4\] and \[2, 3\] differ beside axis 0/,
  },
  {
    rule: 'Slice has as many ends as starts',
    model: model([node('Slice', ['x', 's', 'e'], ['y'])], {
      initializers: [int64s('s', 0, 0), int64s('e', 1)],
      outputs: anyShape,
    }),
    says: /Slice: starts, ends, axes and steps differ in length/,
  },
  {
    rule: 'Split covers the axis',
    model: model([node('Split', ['x', 's'], ['y', 'z'], { axis: int(1) })], {
      initializers: [int64s('s', 1, 1)],
      outputs: anyShape,
    }),
    says: /split \[1, 1\] does not cut 4 into its 2 outputs/,
  },
  {
    rule: 'Expand stretches to the target',
    model: model([node('Expand', ['x', 's'], ['y'])], {
      initializers: [int64s('s', 2, 3)],
      outputs: anyShape,
    }),
    says: /Expand: \[batch, 4\] does not expand to \[2, 3\]/,
  },
  {
    rule: 'Cast names an element type',
    model: model([node('Cast', ['x'], ['y'], { to: int(77) })]),
    says: /Cast: to is 77/,
  },
  {
    rule: 'Constant has one value',
    model: model([relu, node('Constant', [], ['c'], { value_int: int(1), value_ints: ints(1) })]),
    says: /Constant: it has 2 attributes, expected exactly one value/,
  },
  {
    rule: 'Gather picks with integers',
    model: model([node('Gather', ['x', 'x'], ['y'])], { outputs: [value('y', [null, null, null])] }),
    says: /Gather: input 1 "x" is float32, expected int32, int64/,
  },
  {
    rule: 'LSTM runs over a sequence of batches',
    model: model([node('LSTM', ['x', 'W', 'R'], ['y'], { hidden_size: int(2) })], {
      initializers: [floats('W', 1, 8, 4), floats('R', 1, 8, 2)],
      outputs: [value('y', [null, null, null, null])],
    }),
    says: /LSTM: X \(input 0 "x"\) is \[batch, 4\], expected \[\?, \?, \?\]/,
  },
  {
    rule: 'LSTM has W for its inputs',
    model: lstmModel({ initializers: [floats('W', 1, 8, 3), floats('R', 1, 8, 2), floats('B', 1, 16)] }),
    says: /LSTM: W \(input 1 "W"\) is \[1, 8, 3\], expected \[1, 8, 4\]/,
  },
  {
    rule: 'LSTM has R for its units',
    model: lstmModel({ initializers: [floats('W', 1, 8, 4), floats('R', 1, 8, 3), floats('B', 1, 16)] }),
    says: /LSTM: R \(input 2 "R"\) is \[1, 8, 3\], expected \[1, 8, 2\]/,
  },
  {
    rule: 'LSTM has weights for both directions',
    model: lstmModel({
      attributes: { direction: text('bidirectional') },
      outputs: [value('y', ['time', 2, 'batch', 2])],
    }),
    says: /LSTM: W \(input 1 "W"\) is \[1, 8, 4\], expected \[2, 8, 4\](.|\n)*R \((.|\n)*B \(/,
  },
  {
    rule: 'LSTM has a direction',
    model: lstmModel({ attributes: { direction: text('sideways') } }),
    says: /direction is "sideways", expected forward, reverse, bidirectional/,
  },
  {
    rule: 'LSTM counts lengths in int32',
    model: lstmModel({
      inputs: ['x', 'W', 'R', 'B', 'lengths'],
      graphInputs: [value('lengths', ['batch'], 'int64')],
    }),
    says: /LSTM: input 4 "lengths" is int64, expected int32/,
  },
  {
    rule: 'LSTM starts from states of its shape',
    model: lstmModel({
      inputs: ['x', 'W', 'R', 'B', '', 'h0', 'c0'],
      graphInputs: [value('h0', [1, 'batch', 3]), value('c0', [1, 'batch', 2])],
    }),
    says: /initial_h \(input 5 "h0"\) is \[1, batch, 3\], expected \[1, batch, 2\]/,
  },
  {
    rule: 'LSTM gives what is declared',
    model: lstmModel({ outputs: [value('y', ['time', 'batch', 2])] }),
    says: /Value "y" is float32 \[time, 1, batch, 2\], but the file declares float32 \[time, batch, 2\]/,
  },
];
