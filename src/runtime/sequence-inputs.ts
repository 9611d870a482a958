/**
 * The inputs that a recurrent layer reads. Where one of them is empty there is nothing to compute, and onnxruntime does
 * worse than to say so: for an empty batch it ends the process.
 */
import type { OnnxGraph, OnnxNode } from '../export/graph.js';

const recurrent: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);
/** What may make something of an empty input. */
const filling: ReadonlySet<string> = new Set(['Concat', 'Pad', 'Shape', 'Size', 'If', 'Loop', 'Scan']);

/** Names of graph inputs from which the sequence of a recurrent layer is computed without anything added to it. */
export function sequenceInputs({ inputs, nodes }: OnnxGraph): ReadonlySet<string> {
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes) for (const output of node.outputs) producers.set(output, node);
  const reached = new Set<string>();
  const open = nodes.filter(({ opType }) => recurrent.has(opType)).map((node) => node.inputs[0] ?? '');
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || reached.has(name)) continue;
    reached.add(name);
    const producer = producers.get(name);
    if (producer && !filling.has(producer.opType)) open.push(...producer.inputs);
  }
  return new Set(inputs.map(({ name }) => name).filter((name) => reached.has(name)));
}
