/** Whether a sequence may be run piece by piece: an op that mixes steps would take those of a piece for all of them. */
import { type NetworkNode, valueId } from '../graph-builder.js';
import { inputTypes, type Network, valueTypes } from '../network.js';
import { type OpName, ops } from '../ops/index.js';
import type { AxisUse } from '../ops/op.js';
import { inputEntries, type NamedInputs, type OpInputs } from '../ops/op-inputs.js';
import type { TensorType } from '../tensor.js';
import { isRecurrent, type RecurrentName } from './cells.js';

/**
 * Whether an op needs steps that a piece of the sequence may not have, such as a mean over time. The last step is not one:
 * a piece has it, as the last so far.
 */
export function needsWholeSequence(network: Network): boolean {
  const types = valueTypes(network);
  /** The axes that steps are along, by value. */
  const steps = new Map<string, readonly number[]>();
  const timeNames = new Set(network.nodes.flatMap((node) => timeNameOf(node, types)));
  for (const [name, { shape }] of Object.entries(network.inputs)) {
    const axis = shape.findIndex((dim) => typeof dim === 'string' && timeNames.has(dim));
    if (axis !== -1) steps.set(name, [axis]);
  }
  for (const node of network.nodes) {
    const after = new Set<number>(isRecurrent(node) ? [timeAxisOf(node)] : []);
    const places = new Set<string>();
    const ids: NamedInputs<string> = node.inputs;
    const inputs = inputTypes(node, types);
    for (const [input, type] of inputEntries<TensorType>(inputs)) {
      const own: number[] = [];
      for (const axis of steps.get(ids[input] ?? '') ?? []) {
        const use = alongOf(node, axis, type, input, inputs);
        if (use.kind === 'mixed' || use.kind === 'summed' || use.kind === 'first') return true;
        // Its weights are for the steps of all sequences together.
        if (use.kind === 'lengths' && node.op === 'softmax') return true;
        if (use.kind === 'joined') own.push(...use.axes);
        else if (use.axis !== undefined) own.push(use.axis);
        else if (node.op !== 'at' && node.op !== 'stepCount') return true;
      }
      for (const axis of own) after.add(axis);
      if (own.length > 0) places.add(own.toSorted((a, b) => a - b).join());
    }
    // The steps of one input along another axis than those of the other: each step is computed with all others.
    if (places.size > 1) return true;
    steps.set(valueId(node.name, 'output'), [...after]);
  }
  return false;
}

function timeNameOf(node: NetworkNode, types: ReadonlyMap<string, TensorType>): string[] {
  if (!isRecurrent(node)) return [];
  const dim = types.get(node.inputs.x)?.shape[timeAxisOf(node)];
  return typeof dim === 'string' ? [dim] : [];
}

function timeAxisOf({ options }: NetworkNode<RecurrentName>): number {
  return options.batchFirst ? 1 : 0;
}

function alongOf<K extends OpName>(
  node: NetworkNode<K>,
  axis: number,
  type: TensorType,
  input: string,
  inputs: OpInputs<TensorType>[K],
): AxisUse {
  return ops[node.op].along(axis, type, node.options, input, inputs);
}
