/** What a row of a table is about, as a question to a network. */
import type { NetworkNode } from '../../src/builder/graph-builder.js';
import type { Network } from '../../src/builder/network.js';
import { isRecurrent } from '../../src/builder/recurrent/cells.js';

export interface Feature {
  readonly label: string;
  readonly isIn: (network: Network) => boolean;
}

/** A node of any op. */
export interface AnyNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly module?: string;
  readonly tied?: object;
}

export const nodesOf = ({ nodes }: Network): readonly AnyNode[] =>
  nodes.map((node: NetworkNode) => node as unknown as AnyNode); // each op's node has these

/** A feature that some node has. */
export function ofNode(label: string, is: (node: AnyNode, network: Network) => boolean): Feature {
  return { label, isIn: (network) => nodesOf(network).some((node) => is(node, network)) };
}

/** The node that computes a value. */
export const nodeOf = (network: Network, value = ''): AnyNode | undefined =>
  nodesOf(network).find(({ name }) => value.startsWith(`${name}:`));

/** The recurrent layer that a value comes from, by ops that keep every number of a step. */
export function layerBehind(network: Network, value?: string): AnyNode | undefined {
  const node = nodeOf(network, value);
  if (!node || isRecurrent(node as never)) return node;
  const keeps = ['dropout', 'transpose', 'reshape', 'at', 'concat', 'slice'].includes(node.op);
  return keeps ? layerBehind(network, node.inputs.x ?? node.inputs.x1) : undefined;
}
