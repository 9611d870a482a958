/** Sequences of different lengths in one tensor: which values run along them. */
import type { NetworkNode } from './graph-builder.js';
import { lstmInputs } from './ops/lstm-options.js';
import type { Value } from './tensor.js';

/** Ops whose first input runs along the same steps as their output. */
const keepSteps: ReadonlySet<string> = new Set([
  'activation',
  'concat',
  'dropout',
  'linear',
  'logSoftmax',
  'relu',
  'sigmoid',
  'softmax',
  'tanh',
]);

/** The lengths of the LSTM that x comes from, where `axis` is its time. */
export function lengthsAlong(x: Value, axis: number): Value | undefined {
  const { graph } = x;
  let id: string | undefined = x.id;
  while (id !== undefined) {
    const [name, port]: string[] = id.split(':');
    const node: NetworkNode | undefined = graph.nodes.find((candidate) => candidate.name === name);
    if (node?.op === 'lstm' && port === 'output') {
      const { lengths } = lstmInputs(node.inputs);
      const timeAxis = node.options.batchFirst ? 1 : 0;
      const isTime = (axis < 0 ? axis + x.shape.length : axis) === timeAxis;
      return lengths !== undefined && isTime ? graph.find(lengths) : undefined;
    }
    id = node && keepSteps.has(node.op) ? node.inputs[0] : undefined;
  }
  return undefined;
}
