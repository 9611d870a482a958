/**
 * ReduceMean, ReduceMax and ReduceSum along whole axes, and how this library's exports write them for sequences of different lengths
 * (`export/ops/reduce.ts`): Range, Max and Less make a mask of the steps, Where keeps those, ReduceSum, Div and ReduceMax
 * reduce them, Softmax weighs them.
 */
import { dim, sizeOf } from '../../../nd-array.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, isOne, numberOf, sameSize } from '../size.js';
import type { Masked, StepMask, Value, View } from '../value.js';
import { sizesOf, sourceAxis } from '../view.js';
import { activated, activationHandlers } from './activations.js';
import { scalingHandlers } from './scaling.js';
import { shapeHandlers } from './shapes.js';

type Op = 'mean' | 'max' | 'sum';

/** The axes are an attribute or, in newer operator sets, an input. */
function reduction(op: Op): Handler {
  return (node) => {
    const x = node.input(0);
    if (x.kind === 'masked') {
      const { is } = x;
      if (op === 'max' && is.step === 'kept' && is.filledWith === Number.NEGATIVE_INFINITY) {
        return [maskedMaximum(node, is.x, is.mask)];
      }
      if (op === 'sum') return [maskedSum(node, x)];
      throw unread(node);
    }
    return [reduced(node, op, node.floats(0))];
  };
}

/** The reduction of the axes that the node states, or of all. */
export function reduced(node: NodeReader, op: Op, view: View): View {
  const rank = view.axes.length;
  const stated = node.axesFrom('axes', 1)?.map((axis) => node.axis(axis, rank)) ?? [];
  if (stated.length === 0 && node.int('noop_with_empty_axes', 0) !== 0) return view;
  const axes = new Set(stated.length > 0 ? stated : view.axes.keys());
  // The last axis first, so that those before it stay where they are.
  const without = [...axes].sort((a, b) => b - a).reduce((from, axis) => along(node, op, from, axis), view);
  if (node.int('keepdims', 1) === 0) return without;
  const left = [...without.axes];
  return { ...without, axes: view.axes.map((_, i) => (axes.has(i) ? [] : (left.shift() ?? []))) };
}

/** The sum of what is computed of each entry, and of the sum. */
function norm(
  ofEntry: (node: NodeReader, x: View) => View,
  ofSum = (_: NodeReader, sum: View) => sum,
): Handler {
  return (node) => [ofSum(node, reduced(node, 'sum', ofEntry(node, node.floats(0))))];
}

const absolute = (node: NodeReader, x: View) => activated(node, x, { name: 'abs' });
const squared = (node: NodeReader, x: View) => activated(node, x, { name: 'pow', alpha: 2 });
const root = (node: NodeReader, x: View) => activated(node, x, { name: 'sqrt' });

/** The least is the largest of the negated. */
const ReduceMin: Handler = (node) => {
  const negated = (x: View) => activated(node, x, { name: 'neg' });
  return [negated(reduced(node, 'max', negated(node.floats(0))))];
};

/** The reduction of one axis, which disappears. */
function along(node: NodeReader, op: Op, x: View, axis: number): View {
  const { to } = node;
  if (isOne(dim(sizesOf(x), axis))) return { ...x, axes: x.axes.toSpliced(axis, 1) };
  const below = sourceAxis(x, axis);
  if (below === undefined) return to.view(to.add(op, { x: to.tensor(x) }, { axis }));
  const reduced = to.add(op, { x: x.source.tensor() }, { axis: below });
  const source = { type: reduced, tensor: () => reduced };
  return { kind: 'view', source, layout: x.layout.toSpliced(below, 1), axes: x.axes.toSpliced(axis, 1) };
}

/** 0, 1, ... up to a size: the numbers of the steps. */
const Range: Handler = (node) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => node.sizes(index).items[0]);
  if (!start || !limit || !delta || numberOf(start) !== 0 || numberOf(delta) !== 1) throw unread(node);
  return [{ kind: 'masked', sizes: [limit], is: { step: 'numbers' } }];
};

/** Lengths, at least 1. */
const Max: Handler = (node) => {
  const [x, least] = [node.input(0), node.input(1)];
  const isLeastOne =
    least.kind === 'sizes' && least.items.length === 1 && numberOf(least.items[0] ?? fixed(0)) === 1;
  if (x.kind !== 'view' || x.source.type.dtype !== 'int32' || x.axes.length !== 1 || !isLeastOne) {
    throw unread(node);
  }
  return [{ kind: 'masked', sizes: sizesOf(x), is: { step: 'counts', lengths: x } }];
};

/** [time] below [batch, 1], or [time, 1] below [batch]. */
const Less: Handler = (node) => {
  const [numbers, counts] = [masked(node, 0), countsOf(node, 1)];
  if (numbers.is.step !== 'numbers') throw unread(node);
  const [time = fixed(0), batch = fixed(0)] = [numbers.sizes[0], counts.sizes[0]];
  const timeAxis = numbers.sizes.length === 1 ? 1 : 0;
  if (numbers.sizes.length + counts.sizes.length !== 3) throw unread(node);
  const mask = { lengths: counts.lengths, timeAxis, least: counts.least } as const;
  return [
    {
      kind: 'masked',
      sizes: timeAxis === 1 ? [batch, time] : [time, batch],
      is: { step: 'mask', mask },
    },
  ];
};

/** Lengths, perhaps at least 1, and their axes. */
function countsOf(node: NodeReader, index: number) {
  const value = node.input(index);
  if (value.kind === 'view' && value.source.type.dtype === 'int32') {
    const [batch, ...others] = value.axes;
    if (batch && others.every((axis) => axis.length === 0)) {
      return { lengths: { ...value, axes: [batch] }, sizes: sizesOf(value), least: 0 } as const;
    }
  }
  const { is, sizes } = masked(node, index);
  if (is.step !== 'counts') throw unread(node);
  return { lengths: is.lengths, sizes, least: 1 } as const;
}

/** By a mask, or of sizes. */
const Where: Handler = (node) =>
  node.input(0).kind === 'masked' ? [keptSteps(node)] : shapeHandlers.Where(node);

/** x within the mask, one number elsewhere. */
function keptSteps(node: NodeReader): Masked {
  const [condition, x, filling] = [masked(node, 0), node.floats(1), node.weights(2)];
  const filledWith = sizeOf(filling.shape) === 1 ? filling.read()[0] : undefined;
  const [first, second] = sizesOf(x);
  const [one, two, ...rest] = condition.sizes;
  const fits = first && second && one && two && sameSize(first, one) && sameSize(second, two);
  const isWhole = rest.length === x.axes.length - 2 && rest.every(isOne);
  if (condition.is.step !== 'mask' || !fits || !isWhole || filledWith === undefined) {
    throw unread(node);
  }
  return { ...condition, sizes: sizesOf(x), is: { step: 'kept', mask: condition.is.mask, x, filledWith } };
}

/** With masks of at least one step, a part of the mean. */
function maskedSum(node: NodeReader, { is, sizes }: Masked): Value {
  if (is.step !== 'mask' && is.step !== 'kept') throw unread(node);
  if (is.step === 'kept' && is.filledWith !== 0) throw unread(node);
  const { mask } = is;
  const [axis, ...more] = node.axesFrom('axes', 1) ?? [];
  const isTime = axis !== undefined && node.axis(axis, sizes.length) === mask.timeAxis && more.length === 0;
  if (!isTime || node.int('keepdims', 1) !== 0) throw unread(node);
  const left = sizes.toSpliced(mask.timeAxis, 1);
  if (is.step !== 'kept') return { kind: 'masked', sizes: left, is: { step: 'count', mask } };
  if (mask.least === 0) return reducedSteps(node, 'sum', is.x, mask);
  return { kind: 'masked', sizes: left, is: { step: 'sum', mask, x: is.x } };
}

/** A sum of steps by their count, or another division. */
const Div: Handler = (node) => {
  const mean = maskedMean(node, node.input(0), node.input(1));
  return mean ? [mean] : scalingHandlers.Div(node);
};

/** Undefined where it is another division. */
function maskedMean(node: NodeReader, a: Value, b: Value): View | undefined {
  if (a.kind !== 'masked' || b.kind !== 'masked' || a.is.step !== 'sum' || b.is.step !== 'count')
    return undefined;
  const { mask } = b.is;
  const isSame = a.is.mask.lengths === mask.lengths && a.is.mask.timeAxis === mask.timeAxis;
  return isSame && mask.least === 1 ? reducedSteps(node, 'mean', a.is.x, mask) : undefined;
}

function maskedMaximum(node: NodeReader, x: View, mask: StepMask): View {
  const [axis, ...more] = node.axesFrom('axes', 1) ?? [];
  const isTime = axis !== undefined && node.axis(axis, x.axes.length) === mask.timeAxis && more.length === 0;
  if (!isTime || mask.least === 0 || node.int('keepdims', 1) !== 0) throw unread(node);
  return reducedSteps(node, 'max', x, mask);
}

function reducedSteps(node: NodeReader, op: Op | 'softmax', x: View, { lengths, timeAxis }: StepMask): View {
  const { to } = node;
  return to.view(to.add(op, { x: to.tensor(x), lengths: to.tensor(lengths) }, { axis: timeAxis }));
}

function masked(node: NodeReader, index: number): Masked {
  const value = node.input(index);
  if (value.kind === 'masked') return value;
  throw unread(node);
}

function unread(node: NodeReader) {
  return node.refusal(
    'it is read only as a part of the mean, the maximum, the sum or the softmax over the steps of each sequence, as this library writes them',
  );
}

/** Of the steps of each sequence, or of whole axes. */
const Softmax: Handler = (node) => {
  const scores = node.input(0);
  if (scores.kind !== 'masked') return activationHandlers.Softmax(node);
  const { is, sizes } = scores;
  const axis = node.axis(node.int('axis', node.opset < 13 ? 1 : -1), sizes.length);
  const isWhole = node.opset >= 13 || axis === sizes.length - 1;
  if (is.step !== 'kept' || is.filledWith !== Number.NEGATIVE_INFINITY || is.mask.least === 0)
    throw unread(node);
  if (axis !== is.mask.timeAxis || !isWhole) throw unread(node);
  return [reducedSteps(node, 'softmax', is.x, is.mask)];
};

export const reduceHandlers = {
  Softmax,
  ReduceMean: reduction('mean'),
  ReduceMax: reduction('max'),
  ReduceSum: reduction('sum'),
  ReduceMin,
  ReduceL1: norm(absolute),
  ReduceL2: norm(squared, root),
  ReduceSumSquare: norm(squared),
  Range,
  Max,
  Less,
  Where,
  Div,
} satisfies Record<string, Handler>;
