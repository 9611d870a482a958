/** Recurrent states as inputs and outputs of a network, so that a sequence can be run piece by piece. */

import { LstmOnnxError } from '../../errors.js';
import { type NetworkNode, valueId } from '../graph-builder.js';
import type { Network, NetworkOutput, Signature } from '../network.js';
import type { TensorType } from '../tensor.js';
import { cellOf, isRecurrent, type RecurrentName } from './cells.js';
import { needsWholeSequence } from './pieces.js';

/**
 * The network with the states of every recurrent layer as inputs `h0`, `c0` and outputs `hn`, `cn`, in PyTorch's
 * `[layers * directions, batch, hidden]`. With several layers the names are prefixed: `encoder_h0`. A layer whose states
 * are inputs or outputs already keeps them; one that starts from computed or learned states is left alone.
 *
 * @throws E_INVALID_OPTION for a network without recurrent layers, E_DUPLICATE_NAME when a name is taken
 */
export function withStates(network: Network): Network {
  const layers = network.nodes.filter((node) => isRecurrent(node));
  if (layers.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The network has no recurrent layer, so there are no states to expose.',
    );
  }
  if (!layers.some((node) => isExposable(node, network))) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'Every recurrent layer of the network starts from learned or computed states, so there are no states to expose; leave ' +
        'the option states out.',
    );
  }
  const inputs: Record<string, TensorType> = { ...network.inputs };
  const outputs: Record<string, NetworkOutput> = { ...network.outputs };
  const add = <T>(kind: string, record: Record<string, T>, name: string, value: T) => {
    if (Object.hasOwn(inputs, name) || Object.hasOwn(outputs, name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `The state ${kind} '${name}' cannot be added: the network has something of that name. Rename that.`,
      );
    }
    record[name] = value;
  };
  const nodes = network.nodes.map((node): NetworkNode => {
    if (!isRecurrent(node) || !isExposable(node, network)) return node;
    const given = node.inputs;
    const { states } = cellOf(node.op);
    const prefix = layers.length === 1 ? '' : `${node.name.replaceAll('.', '_')}_`;
    const names = states.map(({ port, input, output }) => {
      const type = node.outputs[port] as TensorType; // each state has a port
      const name = given[input] ?? `${prefix}${input}`;
      if (given[input] === undefined) add('input', inputs, name, { dtype: type.dtype, shape: type.shape });
      const from = valueId(node.name, port);
      const shown = Object.values(network.outputs).some((known) => known.from === from);
      if (!shown)
        add('output', outputs, `${prefix}${output}`, { dtype: type.dtype, shape: type.shape, from });
      return [input, name] as const;
    });
    return { ...node, inputs: { ...given, ...Object.fromEntries(names) } };
  });
  return { inputs, nodes, outputs };
}

/** Whether a layer starts from states that a caller gives, or from zeros. */
function isExposable({ op, options, inputs }: NetworkNode<RecurrentName>, network: Network): boolean {
  if (options.learnedState) return false;
  const given = cellOf(op).states.flatMap(({ input }) => inputs[input] ?? []);
  return given.every((id) => Object.hasOwn(network.inputs, id));
}

/**
 * Which output carries which state input on: names of the network's inputs to names of its outputs. An input that
 * several states start from cannot be carried by all of them: it is `null`, the caller's to feed. So is the state of a
 * layer that reads from the end, alone or as one of two directions: a later piece comes before an earlier one there. So are
 * all states of a network that takes several steps at once, such as their mean, of which a piece has some alone, and of one
 * with a layer that begins every piece anew, from zeros, learned or computed states.
 */
export function statePairs(network: Network<Signature, Signature>): Map<string, string | null> {
  const outputOf = (id: string) =>
    Object.entries(network.outputs).find(([, output]) => output.from === id)?.[0];
  const pairs = new Map<string, string | null>();
  const seen = new Set<string>();
  const isWhole = needsWholeSequence(network) || network.nodes.some((node) => beginsAnew(node, network));
  for (const node of network.nodes) {
    if (!isRecurrent(node)) continue;
    for (const { port, input: slot } of cellOf(node.op).states) {
      const input = node.inputs[slot];
      if (input === undefined || !Object.hasOwn(network.inputs, input)) continue;
      const output = outputOf(valueId(node.name, port));
      const fromTheEnd = node.options.bidirectional || node.options.reverse;
      if (seen.has(input) || fromTheEnd || isWhole) pairs.set(input, null);
      else if (output !== undefined) pairs.set(input, output);
      seen.add(input);
    }
  }
  return pairs;
}

/** Whether a layer has a state that no caller gives: zeros, learned or computed ones at every run. */
function beginsAnew(node: NetworkNode, { inputs }: Network<Signature, Signature>): boolean {
  if (!isRecurrent(node)) return false;
  return cellOf(node.op).states.some(({ input }) => !Object.hasOwn(inputs, node.inputs[input] ?? ''));
}
