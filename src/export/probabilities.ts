/** Probabilities beside the logits of a classifier. */
import { type NetworkNode, valueId } from '../builder/graph-builder.js';
import type { Network } from '../builder/network.js';
import { LstmOnnxError } from '../errors.js';

const outputName = 'probabilities';

/**
 * The network with an output `probabilities`, the softmax of its output `logits` (or of its only output) over the last
 * dimension, after the outputs it has.
 *
 * @throws E_INVALID_OPTION where it does not say which output that is, or that one is a softmax already;
 *   E_DUPLICATE_NAME when the name is taken
 */
export function withProbabilities(network: Network): Network {
  const names = Object.keys(network.outputs);
  const name = Object.hasOwn(network.outputs, 'logits')
    ? 'logits'
    : names.length === 1
      ? names[0]
      : undefined;
  const logits = name === undefined ? undefined : network.outputs[name];
  if (logits?.dtype !== 'float32' || logits.shape.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The outputs are ${names.join(', ')}, but softmax needs one called logits, or a single float32 output.`,
    );
  }
  const [producer] = logits.from.split(':');
  const op = network.nodes.find((node) => node.name === producer)?.op;
  if (op === 'softmax' || op === 'logSoftmax') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The output '${name}' is a ${op} already; leave softmax out.`,
    );
  }
  if (op === 'crf') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The output '${name}' is of a crf, whose tags depend on each other, so that the softmax of a step is not their probability; leave ` +
        'softmax out.',
    );
  }
  if (Object.hasOwn(network.outputs, outputName) || Object.hasOwn(network.inputs, outputName)) {
    throw new LstmOnnxError('E_DUPLICATE_NAME', `The network has something called '${outputName}' already.`);
  }
  const taken = new Set([...Object.keys(network.inputs), ...network.nodes.map((node) => node.name)]);
  let number = 1;
  while (taken.has(`softmax_${number}`)) number++;
  const { dtype, shape, from } = logits;
  const node: NetworkNode<'softmax'> = {
    name: `softmax_${number}`,
    op: 'softmax',
    inputs: { x: from },
    options: { axis: -1 },
    outputs: { output: { dtype, shape } },
  };
  return {
    inputs: network.inputs,
    nodes: [...network.nodes, node],
    outputs: {
      ...network.outputs,
      [outputName]: { dtype, shape, from: valueId(node.name, 'output') },
    },
  };
}
