/** Sequences of different lengths in one tensor: which values run along them. */
import type { NetworkNode } from './graph-builder.js';
import { lstmInputs } from './ops/lstm-options.js';
import { normalizeAxis } from './shape.js';
import type { Value } from './tensor.js';

/** The lengths of the LSTM that x comes from, where `axis` is its time. */
export function lengthsAlong(x: Value, axis: number): Value | undefined {
  const { graph } = x;
  const [name, port] = x.id.split(':');
  const node = graph.nodes.find((candidate) => candidate.name === name);
  if (!node) return undefined;
  const along = normalizeAxis(axis, x.shape, 'at');
  if (node.op === 'lstm' && port === 'output') {
    const { lengths } = lstmInputs(node.inputs);
    return lengths !== undefined && along === (node.options.batchFirst ? 1 : 0)
      ? graph.find(lengths)
      : undefined;
  }
  const before = axisBefore(node, along, x.shape.length);
  if (before === undefined) return undefined;
  for (const id of node.inputs) {
    const input = graph.find(id);
    const lengths = input && lengthsAlong(input, before);
    if (lengths) return lengths;
  }
  return undefined;
}

/** Which axis of the inputs this axis of the output is, step by step; undefined where the steps are others. */
function axisBefore(node: NetworkNode, axis: number, rank: number): number | undefined {
  const isOther = (own: number) => (own < 0 ? own + rank : own) !== axis;
  switch (node.op) {
    case 'activation':
    case 'dropout':
    case 'relu':
    case 'sigmoid':
    case 'tanh':
      return axis;
    case 'linear':
      return isOther(-1) ? axis : undefined;
    case 'concat':
    case 'flip':
    case 'logSoftmax':
    case 'softmax':
      return isOther(node.options.axis) ? axis : undefined;
    case 'transpose':
      return node.options.axes[axis];
    default:
      return undefined;
  }
}
