/** The inputs of a network that are ids of tokens. */
import type { Network } from './network.js';

/** How many tokens each input that an embedding reads may have: as many as the smallest of its embeddings. */
export function tokenInputs({ inputs, nodes }: Network): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const node of nodes) {
    if (node.op !== 'embedding') continue;
    const { x } = node.inputs;
    const { numEmbeddings } = node.options;
    if (x in inputs) sizes.set(x, Math.min(sizes.get(x) ?? numEmbeddings, numEmbeddings));
  }
  return sizes;
}
