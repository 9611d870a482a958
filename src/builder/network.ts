/** A network: typed inputs, nodes in order of execution, typed outputs. Immutable plain data. */

import { inWords, isObject } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkCall } from './check-call.js';
import { noteWhole } from './check-network.js';
import { defining } from './current-graph.js';
import { GraphBuilder, type NetworkNode, valueId } from './graph-builder.js';
import type { OpName } from './ops/index.js';
import { inputValues, mapInputs, type OpInputs } from './ops/op-inputs.js';
import { ParameterNames } from './parameter-names.js';
import { PaddedSequences } from './ragged.js';
import { checkTensorType, checkValue, SymbolicTensor, type TensorType, type Value } from './tensor.js';

/** Tensor types by name. */
export type Signature = Readonly<Record<string, TensorType>>;

/** A network output: its type, and the id of the value it shows. */
export type NetworkOutput<T extends TensorType = TensorType> = T & { readonly from: string };

export interface Network<I extends Signature = Signature, O extends Signature = Signature> {
  readonly inputs: I;
  /** In the order of definition, in which they can run and in which PyTorch draws the parameters. */
  readonly nodes: readonly NetworkNode[];
  readonly outputs: { readonly [K in keyof O]: NetworkOutput<O[K]> };
}

type Symbols<I extends Signature> = {
  readonly [K in keyof I]: SymbolicTensor<I[K]['dtype'], I[K]['shape']>;
};

type TypesOf<O extends Readonly<Record<string, Value>>> = {
  readonly [K in keyof O]: TensorType<O[K]['dtype'], O[K]['shape']>;
};

/**
 * Defines a network.
 *
 * ```ts
 * const simpleLSTM = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
 *   const { output } = lstm('lstm', x, { hiddenSize: 64 });
 *   return { logits: linear('fc', output.at(-1), 10) };
 * });
 * ```
 *
 * @param inputs the inputs by name, made by `float32(...)` and `int32(...)`
 * @param define applies ops to the symbolic inputs and returns the outputs by name; ops that no output needs are
 *   left out of the network, their parameters too
 * @throws E_SHAPE_MISMATCH, E_DTYPE_MISMATCH, E_INVALID_OPTION, E_DUPLICATE_NAME; E_UNSUPPORTED for an op that would read the
 *   padding of sequences as steps
 */
export function defineNetwork<const I extends Signature, const O extends Readonly<Record<string, Value>>>(
  inputs: I,
  define: (inputs: Symbols<I>) => O,
): Network<I, TypesOf<O>> {
  if (!isObject(inputs) || typeof define !== 'function') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `defineNetwork takes the inputs by name and a function; got ${inWords(inputs)} and ${inWords(define)}. ` +
        "As in defineNetwork({ x: float32('batch', 28) }, ({ x }) => ({ y: linear('fc', x, 10) })).",
    );
  }
  for (const [name, type] of Object.entries(inputs)) checkTensorType(`Input '${name}'`, type);
  const graph = new GraphBuilder(checkCall, new ParameterNames(), new PaddedSequences());
  const symbols = Object.fromEntries(
    Object.entries(inputs).map(([name, type]) => [name, graph.addInput(name, type)]),
  );
  const outputs = defining(graph, () => define(symbols as Symbols<I>)); // made from `inputs` name by name on the line above
  checkOutputs(outputs, graph);
  return finishNetwork(inputs, graph, outputs);
}

/** @throws E_INVALID_OPTION for what a definition cannot give */
function checkOutputs(outputs: Readonly<Record<string, Value>>, graph: GraphBuilder): void {
  if (!isObject(outputs) || outputs instanceof SymbolicTensor) {
    const got = outputs instanceof SymbolicTensor ? 'a single value' : inWords(outputs);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The definition of a network gives its outputs by name, as in ({ x }) => ({ y: relu(x) }); this one gave ${got}.`,
    );
  }
  for (const [name, output] of Object.entries(outputs)) {
    checkValue(`Output '${name}'`, output);
    if (output.graph !== graph) {
      throw new LstmOnnxError('E_INVALID_OPTION', `Output '${name}' does not belong to this network.`);
    }
  }
}

/** Finishes a definition, of outputs that are the graph's: keeps the nodes that they need. @throws E_MISSING_NAME without any */
export function finishNetwork<I extends Signature, O extends Readonly<Record<string, Value>>>(
  inputs: I,
  graph: GraphBuilder,
  outputs: O,
): Network<I, TypesOf<O>> {
  const entries = Object.entries(outputs);
  if (entries.length === 0) {
    throw new LstmOnnxError('E_MISSING_NAME', 'The network has no outputs; return at least one by name.');
  }
  const network = {
    inputs,
    nodes: neededNodes(graph.nodes, new Set(entries.map(([, output]) => output.id))),
    outputs: Object.fromEntries(
      entries.map(([name, { dtype, shape, id }]) => [name, { dtype, shape, from: id }]),
    ),
  };
  // Outputs were built from O name by name, which Object.fromEntries cannot tell the compiler.
  const finished = network as unknown as Network<I, TypesOf<O>>;
  noteWhole(finished);
  return finished;
}

/** The nodes that the wanted values depend on, in their order. Walks back once, since inputs precede their users. */
function neededNodes(nodes: readonly NetworkNode[], wanted: Set<string>): NetworkNode[] {
  return nodes
    .toReversed()
    .filter((node) => {
      const needed = Object.keys(node.outputs).some((port) => wanted.has(valueId(node.name, port)));
      if (needed) for (const id of inputValues<string>(node.inputs)) wanted.add(id);
      return needed;
    })
    .reverse();
}

/** The type of every value by id: inputs and all node outputs. */
export function valueTypes(network: Network): ReadonlyMap<string, TensorType> {
  return new Map([
    ...Object.entries(network.inputs),
    ...network.nodes.flatMap((node) =>
      Object.entries(node.outputs).map(([port, type]) => [valueId(node.name, port), type] as const),
    ),
  ]);
}

/** The types of a node's inputs. */
export function inputTypes<K extends OpName>(
  node: NetworkNode<K>,
  types: ReadonlyMap<string, TensorType>,
): OpInputs<TensorType>[K] {
  return mapInputs<K, string, TensorType>(node.inputs, (id) => {
    const type = types.get(id);
    if (!type) {
      throw new LstmOnnxError('E_MISSING_NAME', `Node '${node.name}' reads '${id}', which nothing computes.`);
    }
    return type;
  });
}
