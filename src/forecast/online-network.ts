/**
 * The network of a forecast for a series that grows: one new row in, beside the window of rows before it, which is a state. A
 * forecast sees its window alone, and by default scales by it: states of recurrent layers over earlier rows would give other
 * numbers. So what is carried is the window, and the numbers are those of the whole network.
 */
import { type NetworkNode, valueId } from '../builder/graph-builder.js';
import type { Network, NetworkOutput } from '../builder/network.js';
import { mapInputs, severalInputs } from '../builder/ops/op-inputs.js';
import type { TensorType } from '../builder/tensor.js';
import { GIVEN_STATES_KEY, STATES_METADATA_KEY } from '../runtime/state-pairs.js';

/** The names that take the place of an input of the whole network. */
interface OnlineNames {
  readonly row: string;
  readonly state: string;
  readonly next: string;
}

const NAMES: Readonly<Record<string, OnlineNames>> = {
  past: { row: 'row', state: 'window', next: 'nextWindow' },
  pastCategories: { row: 'rowCategories', state: 'windowCategories', next: 'nextWindowCategories' },
};

export interface OnlineNetwork {
  /**
   * `row` `[batch, 1, columns]` in place of `past` `[batch, window, columns]`; a state `window` of that shape, whose oldest row the
   * new one pushes out, and the output `nextWindow`. The same of `pastCategories`, where there are any.
   */
  readonly network: Network;
  /** Which output carries which state, and that none starts from zeros. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** @param whole of which `past`, and `pastCategories` where there are any, are inputs */
export function onlineNetwork(whole: Network): OnlineNetwork {
  const rows: Record<string, TensorType> = {};
  const states: Record<string, TensorType> = {};
  const outputs: Record<string, NetworkOutput> = { ...whole.outputs };
  const pairs: Record<string, string> = {};
  const windows = new Map<string, string>();
  const nodes: NetworkNode[] = [];
  for (const [name, type] of Object.entries(whole.inputs)) {
    const own = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (own === undefined) {
      rows[name] = type;
      continue;
    }
    const { row, state, next } = own;
    rows[row] = { ...type, shape: type.shape.with(1, 1) };
    states[state] = type;
    pairs[state] = next;
    const moved = movedWindow(own, type);
    nodes.push(...moved);
    const from = valueId(moved[1].name, 'output');
    windows.set(name, from);
    outputs[next] = { ...type, from };
  }
  for (const node of whole.nodes) {
    const inputs = mapInputs<typeof node.op, string, string>(node.inputs, (id) => windows.get(id) ?? id);
    nodes.push({ ...node, inputs } as NetworkNode); // the node's own inputs, under the same names
  }
  return {
    network: { inputs: { ...rows, ...states }, nodes, outputs },
    metadata: {
      [STATES_METADATA_KEY]: JSON.stringify(pairs),
      [GIVEN_STATES_KEY]: JSON.stringify(Object.keys(states)),
    },
  };
}

/** The window with the row behind it, then without its first row: a window of one row is the row. */
function movedWindow(
  { row, state }: OnlineNames,
  type: TensorType,
): [NetworkNode<'concat'>, NetworkNode<'slice'>] {
  const { dtype, shape } = type;
  const grown: NetworkNode<'concat'> = {
    name: `online.${state}_and_row`,
    op: 'concat',
    inputs: severalInputs([state, row]),
    options: { axis: 1 },
    outputs: { output: { dtype, shape: shape.with(1, Number(shape[1]) + 1) } },
  };
  const moved: NetworkNode<'slice'> = {
    name: `online.${state}_moved`,
    op: 'slice',
    inputs: { x: valueId(grown.name, 'output') },
    options: { axis: 1, start: 1, step: 1 },
    outputs: { output: type },
  };
  return [grown, moved];
}
