/** Operators that keep the elements and change the shape around them. */
import { counted } from '../../counted.js';
import type { OnnxDim } from '../graph.js';
import { broadcastShapes, conflict, describeShape, quotientOfDims, type Shape } from './dims.js';
import { indices, type NodeView, type OpRule, type TensorType, tensorType } from './rule.js';

/** An output of the first input's type; only where the rank is right do its elements stay known. */
function reshaped(node: NodeView, shape: Shape | undefined, keepContents = false): [TensorType | undefined] {
  const input = node.input(0);
  return [input && tensorType(input.dtype, shape, keepContents ? input.contents : undefined)];
}

const Transpose: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { perm: { type: 'ints' } },
  infer: (node) => {
    const shape = node.shape(0);
    if (!shape) return reshaped(node, undefined);
    const perm = node.attribute('perm', 'ints')?.value ?? shape.map((_, i) => shape.length - 1 - i);
    if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== shape.length) {
      node.fail(
        `perm [${perm.join(', ')}] does not reorder the ${counted(shape.length, 'axis', 'axes')} of its input`,
      );
      return reshaped(node, undefined);
    }
    return reshaped(
      node,
      perm.map((axis) => shape[axis] ?? null),
    );
  },
};

/** Axes as numbers from 0 without repeats; undefined and reported where they are not. */
function distinctAxes(node: NodeView, axes: readonly number[], rank: number): Set<number> | undefined {
  const found = axes.map((axis) => node.axis(axis, rank));
  if (found.some((axis) => axis === undefined)) return undefined;
  const distinct = new Set(found.filter((axis) => axis !== undefined));
  if (distinct.size === axes.length) return distinct;
  node.fail(`axes [${axes.join(', ')}] name an axis twice`);
  return undefined;
}

const Squeeze: OpRule = {
  since: 13,
  inputs: [1, 2],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(1, ['int64']);
    const shape = node.shape(0);
    const given = node.has(1) ? node.constants(1) : undefined;
    // Without axes every 1 goes, which is known only where every size is.
    const allKnown = !node.has(1) && shape?.every((dim) => typeof dim === 'number');
    const axes = given ?? (allKnown ? [...(shape ?? []).keys()].filter((i) => shape?.[i] === 1) : undefined);
    if (!shape || !axes) return reshaped(node, undefined);
    const drop = distinctAxes(node, axes, shape.length);
    if (!drop) return reshaped(node, undefined);
    for (const axis of drop) {
      const dim = shape[axis];
      if (typeof dim === 'number' && dim !== 1) {
        node.fail(`axis ${axis} of ${describeShape(shape)} is ${dim}, only a 1 can be squeezed`);
      }
    }
    return reshaped(
      node,
      shape.filter((_, i) => !drop.has(i)),
      true,
    );
  },
};

const Unsqueeze: OpRule = {
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(1, ['int64']);
    const shape = node.shape(0);
    const axes = node.constants(1);
    if (!shape || !axes) return reshaped(node, undefined);
    const rank = shape.length + axes.length;
    const added = distinctAxes(node, axes, rank);
    if (!added) return reshaped(node, undefined);
    const old = shape.values();
    const result = Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (old.next().value ?? null)));
    return reshaped(node, result, rank === 1);
  },
};

/** A 0 copies the input's size at that place (unless `allowzero`), a -1 takes what is left. */
const Reshape: OpRule = {
  since: 5,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { allowzero: { type: 'int', since: 14 } },
  infer: (node) => {
    node.allow(1, ['int64']);
    const target = node.contents(1);
    if (!target) return reshaped(node, node.unknownOfRank(1));
    return reshaped(node, reshapeTo(node, target, node.int('allowzero', 0) !== 0), target.length <= 1);
  },
};

function reshapeTo(node: NodeView, target: Shape, allowZero: boolean): Shape | undefined {
  const input = node.shape(0);
  const asked = `[${target.map((dim) => dim ?? '?').join(', ')}]`;
  if (
    target.filter((dim) => dim === -1).length > 1 ||
    target.some((dim) => typeof dim === 'number' && dim < -1)
  ) {
    node.fail(`the target shape ${asked} may have one -1 and nothing below it`);
    return undefined;
  }
  if (!allowZero && input && target.some((dim, i) => dim === 0 && i >= input.length)) {
    node.fail(`the target shape ${asked} copies a size that ${describeShape(input)} does not have`);
    return undefined;
  }
  const shape = target.map((dim, i) => (dim === 0 && !allowZero ? (input?.[i] ?? null) : dim));
  const open = shape.indexOf(-1);
  const rest = shape.filter((_, i) => i !== open);
  const left: OnnxDim | typeof conflict = input ? quotientOfDims(input, rest) : null;
  const fits =
    open >= 0 || left === null || typeof left === 'string' || left === 1 || holdsZero(input, shape);
  if (left === conflict || !fits) {
    node.fail(`${describeShape(input)} cannot become ${asked}: the sizes differ`);
    return undefined;
  }
  if (open >= 0) shape[open] = left;
  return shape;
}

function holdsZero(input: Shape | undefined, shape: Shape): boolean {
  return Boolean(input?.includes(0) && shape.includes(0));
}

const Flatten: OpRule = {
  since: 9,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { axis: { type: 'int' } },
  infer: (node) => {
    const shape = node.shape(0);
    if (!shape) return reshaped(node, [null, null]);
    const stated = node.int('axis', 1);
    // An axis may also point behind the last one: everything then is rows.
    const axis = stated === shape.length ? stated : node.axis(stated, shape.length);
    if (axis === undefined) return reshaped(node, [null, null]);
    const sides = [shape.slice(0, axis), shape.slice(axis)];
    return reshaped(
      node,
      sides.map((dims) => {
        const size = quotientOfDims(dims, []);
        return size === conflict ? null : size;
      }),
    );
  },
};

const Expand: OpRule = {
  since: 8,
  inputs: [2, 2],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(1, ['int64']);
    const target = node.contents(1);
    const shape = target && broadcastShapes([node.shape(0), target]);
    const negative = target?.some((dim) => typeof dim === 'number' && dim < 0);
    if (shape !== conflict && !negative) return reshaped(node, shape);
    node.fail(`${describeShape(node.shape(0))} does not expand to ${describeShape(target)}`);
    return reshaped(node, undefined);
  },
};

const Tile: OpRule = {
  since: 6,
  inputs: [2, 2],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(1, ['int64']);
    const shape = node.shape(0);
    const repeats = node.contents(1);
    if (!shape || !repeats)
      return reshaped(
        node,
        shape?.map(() => null),
      );
    if (repeats.length !== shape.length) {
      node.fail(`it has ${counted(repeats.length, 'repeat')} for ${describeShape(shape)}`);
      return reshaped(node, undefined);
    }
    const times = (dim: OnnxDim, count: OnnxDim) => (dim === 1 ? count : count === 1 ? dim : null);
    return reshaped(
      node,
      shape.map((dim, i) => {
        const count = repeats[i] ?? null;
        return typeof dim === 'number' && typeof count === 'number' ? dim * count : times(dim, count);
      }),
    );
  },
};

const Pad: OpRule = {
  since: 11,
  inputs: [2, 4],
  outputs: [1, 1],
  attributes: { mode: { type: 'string' } },
  infer: (node) => {
    node.allow(1, ['int64']);
    node.sameDType(0, 2);
    node.allow(3, indices);
    const shape = node.shape(0);
    const pads = node.constants(1);
    const axes = node.has(3) ? node.constants(3) : shape?.map((_, axis) => axis);
    if (!shape || !pads || !axes)
      return reshaped(
        node,
        shape?.map(() => null),
      );
    if (pads.length !== 2 * axes.length) {
      node.fail(
        `it has ${counted(pads.length, 'pad')}, expected two for each of ${counted(axes.length, 'axis', 'axes')}`,
      );
      return reshaped(node, undefined);
    }
    const longer = [...shape];
    for (const [i, stated] of axes.entries()) {
      const axis = node.axis(stated, shape.length);
      if (axis === undefined) return reshaped(node, undefined);
      const by = (pads[i] ?? 0) + (pads[axes.length + i] ?? 0);
      const dim = shape[axis] ?? null;
      longer[axis] = typeof dim === 'number' ? dim + by : by === 0 ? dim : null;
    }
    return reshaped(node, longer);
  },
};

const Identity: OpRule = {
  since: 1,
  inputs: [1, 1],
  outputs: [1, 1],
  infer: (node) => [node.input(0)],
};

export const layoutRules: Readonly<Record<string, OpRule>> = {
  Transpose,
  Squeeze,
  Unsqueeze,
  Reshape,
  Flatten,
  Expand,
  Tile,
  Pad,
  Identity,
};
