/** Pad with one number, as the op `pad` for each axis that gets more. */
import { sizeOf } from '../../../nd-array.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { numberOf } from '../size.js';

const Pad: Handler = (node) => {
  const { to } = node;
  const x = node.view(0);
  const mode = node.attribute('mode', 'string')?.value ?? 'constant';
  if (mode !== 'constant') throw node.refusal(`its mode is ${mode}; read is constant`);
  const pads = node.axesFrom('pads', 1) ?? [];
  const rank = x.axes.length;
  const axes = node.axesFrom('axes', 3)?.map((axis) => node.axis(axis, rank)) ?? [...x.axes.keys()];
  if (pads.length !== 2 * axes.length || pads.some((count) => count < 0)) {
    throw node.refusal(`its pads are [${pads.join(', ')}]; read are counts of 0 and more, two for each axis`);
  }
  const value = constantValue(node);
  return [
    axes.reduce((from, axis, i) => {
      const [before = 0, after = 0] = [pads[i], pads[axes.length + i]];
      if (before + after === 0) return from;
      return to.view(to.add('pad', { x: to.tensor(from) }, { axis, before, after, value }));
    }, x),
  ];
};

function constantValue(node: NodeReader): number {
  const given = node.optional(2);
  if (!given) return node.float('value', 0);
  const isOne = given.kind === 'weights' && sizeOf(given.shape) === 1;
  const number = isOne
    ? given.read()[0]
    : given.kind === 'sizes'
      ? numberOf(given.items[0] ?? { factor: 0, names: [''] })
      : undefined;
  if (number !== undefined) return number;
  throw node.refusal('its value is not one constant number');
}

export const paddingHandlers = { Pad } satisfies Record<string, Handler>;
