/** Which nodes of a graph are read: what no output needs may be anything. */
import { LstmOnnxError } from '../../errors.js';
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.js';
import { quoted } from '../quoted.js';
import { MAX_NODES, tooMany } from './limits.js';

/**
 * The nodes that the outputs depend on, in the file's order, which must be one of execution.
 *
 * @throws E_INVALID_FILE for two nodes that produce one value; E_UNSUPPORTED for more nodes than are read
 */
export function neededNodes({ nodes, outputs }: OnnxGraph): OnnxNode[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const produced = new Set<string>();
  for (const name of nodes.flatMap((node) => node.outputs)) {
    if (name !== '' && produced.has(name)) {
      throw new LstmOnnxError('E_INVALID_FILE', `Two nodes of the graph produce ${quoted(name)}.`);
    }
    produced.add(name);
  }
  const needed = nodes
    .toReversed()
    .filter((node) => {
      const isNeeded = node.outputs.some((name) => wanted.has(name));
      if (isNeeded) for (const name of namesRead(node)) wanted.add(name);
      return isNeeded;
    })
    .reverse();
  if (needed.length > MAX_NODES) throw tooMany(`${needed.length} nodes`, MAX_NODES);
  return needed;
}

/** The names that a node reads: its inputs, and those that its branches take from around them. */
function namesRead(node: OnnxNode): string[] {
  const within = [...node.attributes.values()].flatMap((attribute) =>
    attribute.type === 'graph'
      ? [...attribute.value.nodes.flatMap(namesRead), ...attribute.value.outputs.map(({ name }) => name)]
      : [],
  );
  return [...node.inputs, ...within];
}
