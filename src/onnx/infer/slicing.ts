/** Operators that take a tensor apart along an axis, or put parts together. */

import { counted } from '../../counted.js';
import { dim } from '../../nd-array.js';
import type { OnnxDim } from '../graph.js';
import { conflict, describeShape, mergeShapes, type Shape, sumDims } from './dims.js';
import { indices, type NodeView, type OpRule, type TensorType, tensorType } from './rule.js';

/** An end this far out stands for "to the end", whatever the size. */
const OPEN_END = 2 ** 31 - 1;

const Slice: OpRule = {
  since: 10,
  inputs: [3, 5],
  outputs: [1, 1],
  infer: (node) => {
    for (const index of [1, 2, 3, 4]) node.allow(index, indices);
    node.sameDType(1, 2, 3, 4);
    const input = node.input(0);
    if (!input?.shape) return [input];
    const plan = slicePlan(node, input.shape);
    if (plan === undefined)
      return [
        tensorType(
          input.dtype,
          input.shape.map(() => null),
        ),
      ];
    if (plan === conflict) return [tensorType(input.dtype)];
    const shape = input.shape.map((dim, axis) => {
      const cut = plan.get(axis);
      return cut ? slicedSize(dim, cut) : dim;
    });
    return [tensorType(input.dtype, shape, slicedContents(input, plan.get(0)))];
  },
};

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** What is cut from each axis; undefined where the graph computes it, {@link conflict} where it is wrong. */
function slicePlan(node: NodeView, shape: Shape): Map<number, Cut> | undefined | typeof conflict {
  const starts = node.constants(1);
  const ends = node.constants(2);
  const axes = node.has(3) ? node.constants(3) : starts?.map((_, i) => i);
  const steps = node.has(4) ? node.constants(4) : starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) return undefined;
  if ([ends, axes, steps].some((values) => values.length !== starts.length)) {
    node.fail('starts, ends, axes and steps differ in length');
    return conflict;
  }
  const plan = new Map<number, Cut>();
  for (const [i, start] of starts.entries()) {
    const axis = node.axis(dim(axes, i), shape.length);
    const cut = { start, end: dim(ends, i), step: dim(steps, i) };
    if (axis === undefined) return conflict;
    if (cut.step === 0 || plan.has(axis)) {
      node.fail(cut.step === 0 ? 'a step is 0' : `axis ${axis} is sliced twice`);
      return conflict;
    }
    plan.set(axis, cut);
  }
  return plan;
}

/** Positions count from the end where negative and stop at the ends, as in Python. */
function bounds({ start, end, step }: Cut, size: number): [number, number] {
  const clamp = (position: number, low: number, high: number) =>
    Math.min(Math.max(position < 0 ? position + size : position, low), high);
  return step > 0
    ? [clamp(start, 0, size), clamp(end, 0, size)]
    : [clamp(start, -1, size - 1), clamp(end, -1, size - 1)];
}

function slicedSize(dim: OnnxDim, cut: Cut): OnnxDim {
  if (typeof dim !== 'number') {
    const whole = cut.step === 1 && cut.start === 0 && cut.end >= OPEN_END;
    return whole ? dim : null;
  }
  const [start, end] = bounds(cut, dim);
  return Math.max(0, Math.ceil((end - start) / cut.step));
}

function slicedContents(input: TensorType, cut: Cut | undefined): readonly OnnxDim[] | undefined {
  if (!input.contents || !cut || input.shape?.length !== 1) return undefined;
  const [start, end] = bounds(cut, input.contents.length);
  const kept: OnnxDim[] = [];
  for (let i = start; cut.step > 0 ? i < end : i > end; i += cut.step) kept.push(input.contents[i] ?? null);
  return kept;
}

/** In equal parts, or in those of the second input. */
const Split: OpRule = {
  since: 13,
  inputs: [1, 2],
  outputs: [1, Number.POSITIVE_INFINITY],
  attributes: { axis: { type: 'int' }, num_outputs: { type: 'int', since: 18 } },
  infer: (node) => {
    node.allow(1, ['int64']);
    const input = node.input(0);
    if (!input) return [];
    const unknown = Array(node.outputCount).fill(tensorType(input.dtype));
    if (!input.shape) return unknown;
    const axis = node.axis(node.int('axis', 0), input.shape.length);
    if (axis === undefined) return unknown;
    const parts = splitSizes(node, input.shape[axis] ?? null);
    return parts.map((size) => tensorType(input.dtype, input.shape?.with(axis, size)));
  },
};

function splitSizes(node: NodeView, whole: OnnxDim): readonly OnnxDim[] {
  const count = node.outputCount;
  const unknown = Array<OnnxDim>(count).fill(null);
  if (node.has(1)) {
    const sizes = node.constants(1);
    if (!sizes) return unknown;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length === count && (typeof whole !== 'number' || total === whole)) return sizes;
    node.fail(
      `split [${sizes.join(', ')}] does not cut ${whole ?? '?'} into its ${counted(count, 'output')}`,
    );
    return unknown;
  }
  const stated = node.int('num_outputs', undefined);
  if (node.opset >= 18 && stated === undefined) {
    node.fail('it needs the input split or the attribute num_outputs');
    return unknown;
  }
  if (stated !== undefined && stated !== count) {
    node.fail(`num_outputs is ${stated}, but it lists ${counted(count, 'output')}`);
    return unknown;
  }
  if (typeof whole !== 'number') return unknown;
  const size = Math.ceil(whole / count);
  if (size * count === whole) return unknown.fill(size);
  if (stated === undefined) {
    node.fail(`${whole} cannot be split into ${count} equal parts`);
    return unknown;
  }
  // From version 18 on the last part takes what is left.
  return unknown.fill(size).with(-1, Math.max(0, whole - size * (count - 1)));
}

const Gather: OpRule = {
  since: 1,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { axis: { type: 'int' } },
  infer: (node) => {
    node.allow(1, indices);
    const data = node.input(0);
    if (!data) return [undefined];
    const picks = node.shape(1);
    if (!data.shape || !picks) return [tensorType(data.dtype)];
    const axis = node.axis(node.int('axis', 0), data.shape.length);
    if (axis === undefined) return [tensorType(data.dtype)];
    const shape = [...data.shape.slice(0, axis), ...picks, ...data.shape.slice(axis + 1)];
    const contents = data.shape.length === 1 && picks.length <= 1 ? gathered(node, data) : undefined;
    return [tensorType(data.dtype, shape, contents)];
  },
};

function gathered(node: NodeView, { contents }: TensorType): readonly OnnxDim[] | undefined {
  const picks = node.constants(1);
  if (!contents || !picks) return undefined;
  for (const pick of picks) node.axis(pick, contents.length);
  return picks.map((pick) => contents.at(pick) ?? null);
}

const Concat: OpRule = {
  since: 4,
  inputs: [1, Number.POSITIVE_INFINITY],
  outputs: [1, 1],
  attributes: { axis: { type: 'int', required: true } },
  infer: (node) => {
    const indexes = node.node.inputs.map((_, index) => index);
    const dtype = node.sameDType(...indexes);
    if (dtype === 'undefined') return [undefined];
    const shapes = indexes.map((index) => node.shape(index)).filter((shape) => shape !== undefined);
    const rank = shapes[0]?.length ?? 0;
    if (shapes.some((shape) => shape.length !== rank)) {
      node.fail(`it joins different ranks: ${shapes.map(describeShape).join(', ')}`);
      return [tensorType(dtype)];
    }
    if (shapes.length === 0) return [tensorType(dtype)];
    const axis = node.axis(node.int('axis', 0), rank);
    if (axis === undefined) return [tensorType(dtype)];
    const parts = indexes.map((index) => node.contents(index));
    const contents = rank === 1 && parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    return [tensorType(dtype, joined(node, shapes, axis, shapes.length === indexes.length), contents)];
  },
};

function joined(
  node: NodeView,
  shapes: readonly Shape[],
  axis: number,
  complete: boolean,
): Shape | undefined {
  const open = shapes.map((shape) => shape.with(axis, null));
  const around = open.reduce<Shape | undefined>((sum, shape) => {
    const both = mergeShapes(sum, shape);
    if (both !== conflict) return both;
    node.fail(`${shapes.map(describeShape).join(' and ')} differ beside axis ${axis}`);
    return sum;
  }, undefined);
  const along = complete ? sumDims(shapes.map((shape) => shape[axis] ?? null)) : null;
  return around?.with(axis, along);
}

export const slicingRules: Readonly<Record<string, OpRule>> = { Slice, Split, Gather, Concat };
