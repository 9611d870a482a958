/** Removes what no output needs: nodes, optional outputs of nodes, initializers. */
import type { OnnxNode, OnnxTensor } from '../onnx/graph.js';

/**
 * @param nodes in topological order
 * @param outputs names of the graph's outputs
 */
export function prune(
  nodes: readonly OnnxNode[],
  initializers: readonly OnnxTensor[],
  outputs: Iterable<string>,
): { nodes: OnnxNode[]; initializers: OnnxTensor[] } {
  const needed = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) needed.add(input);
    // An unused output is left out by an empty name; at the end, altogether.
    const used = node.outputs.map((output) => (needed.has(output) ? output : ''));
    kept.push({ ...node, outputs: used.slice(0, used.findLastIndex((output) => output !== '') + 1) });
  }
  return { nodes: kept.reverse(), initializers: initializers.filter(({ name }) => needed.has(name)) };
}
