/** Optimizes a network for its forward pass: same outputs, least work. */

import { type NetworkNode, valueId } from './graph-builder.js';
import type { Network } from './network.js';
import { inputValues } from './ops/op-inputs.js';
import { isRecurrent } from './recurrent/cells.js';
import { normalizeAxis } from './shape.js';

export interface Step {
  readonly node: NetworkNode;
  /** The ports whose values are used. */
  readonly wanted: ReadonlySet<string>;
}

const plans = new WeakMap<Network, readonly Step[]>();

/** The steps of a network, computed once and kept. */
export function executionPlan(network: Network): readonly Step[] {
  const known = plans.get(network);
  if (known) return known;
  const nodes = lastStepsFromStates(network.nodes);
  const read = new Set([
    ...nodes.flatMap((node) => inputValues<string>(node.inputs)),
    ...Object.values(network.outputs).map(({ from }) => from),
  ]);
  const steps = nodes.map((node) => ({
    node,
    wanted: new Set(Object.keys(node.outputs).filter((port) => read.has(valueId(node.name, port)))),
  }));
  plans.set(network, steps);
  return steps;
}

/** What a recurrent layer in one direction gives for the step it reads last is its h: then nobody need write every output. */
function lastStepsFromStates(nodes: readonly NetworkNode[]): readonly NetworkNode[] {
  const layers = new Map(nodes.flatMap((node) => (isRecurrent(node) ? [[node.name, node] as const] : [])));
  return nodes.map((node): NetworkNode => {
    if (node.op !== 'at') return node;
    const [name = '', port] = node.inputs.x.split(':');
    const layer = layers.get(name);
    if (!layer || port !== 'output' || layer.options.bidirectional) return node;
    if (node.options.index !== (layer.options.reverse ? 0 : -1)) return node;
    // The first step is the same for all lengths, the last is where they say.
    if (node.options.index === -1 && node.inputs.lengths !== layer.inputs.lengths) return node;
    const timeAxis = layer.options.batchFirst ? 1 : 0;
    if (normalizeAxis(node.options.axis, layer.outputs.output?.shape ?? [], node.name) !== timeAxis)
      return node;
    return { ...node, inputs: { x: valueId(name, 'h') }, options: { index: -1, axis: 0 } };
  });
}
