/** Finds the batch axis of a network's inputs and outputs, so that the network can run on a few samples at a time. */
import type { NetworkNode } from './graph-builder.js';
import { valueId } from './graph-builder.js';
import { inputTypes, type Network, valueTypes } from './network.js';
import { type OpName, ops } from './ops/index.js';
import type { AxisUse } from './ops/op.js';
import { inputEntries, type NamedInputs, type OpInputs } from './ops/op-inputs.js';
import type { Shape } from './shape.js';
import type { TensorType } from './tensor.js';

/** The name of the dimension that samples are along. */
export const batchName = 'batch';

/** The axis called `batch` of each input and output; an input without it is the same for all samples. */
export interface BatchAxes {
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: ReadonlyMap<string, number>;
}

/** Undefined for a network that must run on all samples at once: it has no batch, mixes samples, or loses their axis. */
export function batchAxes(network: Network): BatchAxes | undefined {
  const inputs = axesOf(network.inputs);
  const outputs = axesOf(network.outputs);
  if (!inputs || !outputs || inputs.size === 0) return undefined;
  if (outputs.size < Object.keys(network.outputs).length) return undefined;
  const types = valueTypes(network);
  const axes = new Map(inputs);
  for (const node of network.nodes) {
    const use = useOf(node, axes, inputTypes(node, types));
    if (!use) continue;
    const after = axesOf(node.outputs);
    if (use.kind !== 'each' || after?.get('output') !== use.axis) return undefined;
    for (const [port, axis] of after) axes.set(valueId(node.name, port), axis);
  }
  const computed = Object.values(network.outputs).every(({ from }) => axes.has(from));
  return computed ? { inputs, outputs } : undefined;
}

/**
 * What an op does along the batch; undefined where none of its inputs has one. All that do have it where the shape rule
 * expects it, so what the op does to the first of them holds for all.
 */
function useOf<K extends OpName>(
  node: NetworkNode<K>,
  axes: ReadonlyMap<string, number>,
  inputs: OpInputs<TensorType>[K],
): AxisUse | undefined {
  const ids: NamedInputs<string> = node.inputs;
  const [input, id] = inputEntries<string>(ids).find(([, id]) => axes.has(id)) ?? [];
  const axis = axes.get(id ?? '');
  const x = inputEntries<TensorType>(inputs).find(([name]) => name === input)?.[1];
  if (input === undefined || axis === undefined || !x) return undefined;
  return ops[node.op].along(axis, x, node.options, input, inputs);
}

/** The axis called `batch` of each of some values that has one; undefined where a value has it twice. */
function axesOf(types: Readonly<Record<string, { readonly shape: Shape }>>): Map<string, number> | undefined {
  const axes = new Map<string, number>();
  for (const [name, { shape }] of Object.entries(types)) {
    const axis = shape.indexOf(batchName);
    if (axis !== shape.lastIndexOf(batchName)) return undefined;
    if (axis !== -1) axes.set(name, axis);
  }
  return axes;
}
