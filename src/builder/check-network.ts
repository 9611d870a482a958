/** Checks networks from untyped callers once, so that the code behind can rely on them. */

import { inWords, isObject } from '../arguments.js';
import { LstmOnnxError, messageOf } from '../errors.js';
import { checkCall } from './check-call.js';
import { GraphBuilder } from './graph-builder.js';
import type { Network } from './network.js';
import { ops } from './ops/index.js';
import type { Sharing } from './ops/op.js';
import { mapInputs } from './ops/op-inputs.js';
import { ParameterNames } from './parameter-names.js';
import { sameShape } from './shape.js';
import { checkTensorType, type TensorType, type Value } from './tensor.js';

/** Networks that passed the check; they are immutable. */
const whole = new WeakSet<object>();

/** Marks a network as checked, since this library has just built it. */
export function noteWhole(network: Network): void {
  whole.add(network);
}

/**
 * Checks once for each value that it is a network: built again from its parts, it must come out the same.
 *
 * @param where the function, for the message
 * @throws E_INVALID_OPTION
 */
export function checkNetwork(where: string, network: unknown): asserts network is Network {
  if (isObject(network) && whole.has(network)) return;
  const problem = problemOf(network);
  if (problem === undefined) {
    whole.add(network as Network);
    return;
  }
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} takes a network as defineNetwork makes it; got ${inWords(network)}${problem === '' ? '' : `: ${problem}`}.`,
  );
}

/** Why a value is not a network; empty if it has no part of one. */
function problemOf(network: unknown): string | undefined {
  if (typeof network === 'function')
    return 'give what defineNetwork returns, not the function that defines it';
  if (!isObject(network)) return '';
  const { inputs, nodes, outputs } = network;
  if (!isObject(inputs) || !Array.isArray(nodes) || !isObject(outputs)) {
    return isObject(network.network) ? 'give its network' : '';
  }
  try {
    const graph = new GraphBuilder(checkCall, new ParameterNames());
    for (const [name, type] of Object.entries(inputs)) {
      checkTensorType(`input '${name}'`, type);
      graph.addInput(name, type);
    }
    for (const node of nodes) addNode(graph, node);
    for (const [name, output] of Object.entries(outputs)) {
      const from = isObject(output) && typeof output.from === 'string' ? graph.find(output.from) : undefined;
      if (!from || !sameType(output, from)) return `its output '${name}' is not what its nodes compute`;
    }
    return Object.keys(outputs).length === 0 ? 'it has no outputs' : undefined;
  } catch (error) {
    if (error instanceof LstmOnnxError) return messageOf(error).replace(/\.$/, '');
    throw error;
  }
}

function addNode(graph: GraphBuilder, node: unknown): void {
  const { name, op, module, tied, inputs, options, outputs }: Partial<Record<string, unknown>> = isObject(
    node,
  )
    ? node
    : {};
  if (
    typeof name !== 'string' ||
    typeof op !== 'string' ||
    !Object.hasOwn(ops, op) ||
    !isObject(inputs) ||
    !isObject(outputs) ||
    !(tied === undefined || isObject(tied))
  ) {
    throw new LstmOnnxError('E_INVALID_OPTION', `${inWords(node)} is not a node`);
  }
  const values = mapInputs<keyof typeof ops, unknown, Value>(inputs, (id) => {
    const value = typeof id === 'string' ? graph.find(id) : undefined;
    if (value) return value;
    throw new LstmOnnxError('E_INVALID_OPTION', `its node '${name}' reads what nothing before it computes`);
  });
  // The builder checks the options against the op's own schema before anything reads them.
  const sharing = { module, tied } as Sharing; // so are the names checked
  const ports = graph.add(op as keyof typeof ops, name, values, options as never, sharing);
  const added = graph.nodes.at(-1);
  const left = Object.keys(added?.options ?? {}).find(
    (option) => !isObject(options) || !Object.hasOwn(options, option),
  );
  if (left !== undefined) {
    throw new LstmOnnxError('E_INVALID_OPTION', `its node '${name}' lacks the option ${left}`);
  }
  for (const [port, type] of Object.entries(ports)) {
    if (sameType(outputs[port], type)) continue;
    throw new LstmOnnxError('E_INVALID_OPTION', `its node '${name}' has another type than it computes`);
  }
}

function sameType(given: unknown, { dtype, shape }: TensorType): boolean {
  return (
    isObject(given) && given.dtype === dtype && Array.isArray(given.shape) && sameShape(given.shape, shape)
  );
}
