/**
 * Finds the inputs that a recurrent layer reads. Empty ones are rejected up front: onnxruntime crashes the process on an
 * empty batch.
 */

import { attributeOf, type OnnxGraph, type OnnxNode } from '../onnx/graph.js';
import { onnxRecurrentOperators } from '../onnx/recurrent-operators.js';

const recurrent: ReadonlySet<string> = new Set([...onnxRecurrentOperators, 'DynamicQuantizeLSTM']);

export function isRecurrent({ opType }: OnnxNode): boolean {
  return recurrent.has(opType);
}

/** What of its inputs leaves a node's result empty where it is empty itself. */
const first = ({ inputs }: OnnxNode) => inputs.slice(0, 1);
const all = ({ inputs }: OnnxNode) => inputs;
/** Features joined to features; along another axis, an empty cache may be joined to what is read. */
const features = (node: OnnxNode) => {
  const axis = attributeOf(node, 'axis', 'int')?.value;
  return axis === -1 || axis === 2 ? node.inputs : [];
};

const ofFirst =
  'Identity Cast Dropout Transpose Squeeze Unsqueeze Reshape Slice ReverseSequence Relu LeakyRelu Elu Selu Sigmoid ' +
  'HardSigmoid Tanh Softplus Softsign Clip Softmax LogSoftmax LayerNormalization BatchNormalization MatMul Gemm ' +
  'Abs Neg Exp Log Sqrt Erf Sign Floor Ceil Round Reciprocal Sin Cos Celu Gelu Mish HardSwish ThresholdedRelu PRelu ' +
  'Split Tile Expand Flatten CastLike InstanceNormalization LpNormalization';
/** By operator; from an empty result of another, nothing follows for its inputs. */
const emptying: ReadonlyMap<string, (node: OnnxNode) => readonly string[]> = new Map([
  ...ofFirst.split(' ').map((op) => [op, first] as const),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Mean'].map((op) => [op, all] as const),
  ['Where', ({ inputs }) => inputs.slice(1)],
  ['Gather', ({ inputs }) => inputs.slice(1, 2)],
  ['Concat', features],
]);

/** The nodes of a graph and of the bodies in it, which see its values. */
function nodesWithin({ nodes }: OnnxGraph): OnnxNode[] {
  return nodes.flatMap((node) => [
    node,
    ...[...node.attributes.values()].flatMap((attribute) =>
      attribute.type === 'graph' ? nodesWithin(attribute.value) : [],
    ),
  ]);
}

/** Names of graph inputs that must not be empty, since a recurrent layer reads them. */
export function sequenceInputs(graph: OnnxGraph): ReadonlySet<string> {
  const { inputs } = graph;
  const nodes = nodesWithin(graph);
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes) for (const output of node.outputs) producers.set(output, node);
  const reached = new Set<string>();
  const open = nodes.filter(isRecurrent).flatMap(first);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || reached.has(name)) continue;
    reached.add(name);
    const producer = producers.get(name);
    if (producer) open.push(...(emptying.get(producer.opType)?.(producer) ?? []));
  }
  return new Set(inputs.map(({ name }) => name).filter((name) => reached.has(name)));
}
