/**
 * How this library's exports count the steps before the padding (`export/ops/step-count.ts`): Equal, Not and ReduceMax say at which
 * steps anything differs from it, ArgMax finds the last of them, Add makes its place a number, and Mul makes that 0 where there is none.
 */
import type { SymbolicTensor } from '../../../builder/tensor.js';
import { dtypeOfCode } from '../../../onnx/dtypes.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { numberOf } from '../size.js';
import type { CountedSteps, Masked, Value, View } from '../value.js';
import { isPlain, sizesOf } from '../view.js';
import { argmaxHandlers } from './argmax.js';
import { choosingHandlers } from './choosing.js';
import { combiningHandlers } from './combining.js';
import { reduceHandlers } from './reduce.js';

/** What this is of the steps, unless its axes were moved since. */
function countedIn(value: Value | undefined): CountedSteps | undefined {
  if (value?.kind !== 'view') return undefined;
  const { counted, axes, source } = value;
  if (counted) return counted.axes === axes ? counted : undefined;
  const { condition } = source;
  const padding = condition?.options.than;
  if (!condition?.isNegated || condition.options.comparison !== 'equal' || padding === undefined)
    return undefined;
  return isPlain(value) ? stepsOf(value, condition.inputs.a, padding) : undefined;
}

/** Tokens [batch, time] are steps, of features [batch, time, features] each entry differs on its own. */
function stepsOf({ axes }: View, x: SymbolicTensor, padding: number): CountedSteps | undefined {
  if (x.shape.length !== (x.dtype === 'int32' ? 2 : 3)) return undefined;
  return { x, padding, axes, is: x.dtype === 'int32' ? 'steps' : 'entries' };
}

function marked([value]: ReturnType<Handler>, counted: Omit<CountedSteps, 'axes'>): Value[] {
  return value?.kind === 'view' ? [{ ...value, counted: { ...counted, axes: value.axes } }] : [];
}

/** The one axis that a node reduces. */
function reducedAxis(node: NodeReader): number | undefined {
  const [axis, ...more] = node.axesFrom('axes', 1) ?? [];
  return axis === undefined || more.length > 0 || node.int('keepdims', 1) !== 0 ? undefined : axis;
}

const ReduceMax: Handler = (node) => {
  const counted = countedIn(node.input(0));
  const result = reduceHandlers.ReduceMax(node);
  const axis = reducedAxis(node);
  if (counted?.is === 'entries' && axis === 2) return marked(result, { ...counted, is: 'steps' });
  if (counted?.is === 'steps' && (axis === 0 || axis === 1)) {
    return marked(result, { ...counted, is: 'any', timeAxis: axis });
  }
  return result;
};

const ArgMax: Handler = (node) => {
  const counted = countedIn(node.input(0));
  const result = argmaxHandlers.ArgMax(node);
  const axis = node.int('axis', 0);
  const isLast = node.int('select_last_index', 0) !== 0 && node.int('keepdims', 1) === 0;
  if (counted?.is !== 'steps' || !isLast || (axis !== 0 && axis !== 1)) return result;
  return marked(result, { ...counted, is: 'last', timeAxis: axis });
};

function masked(view: View, step: 'number' | 'some', counted: CountedSteps): Masked {
  return { kind: 'masked', sizes: sizesOf(view), is: { step, counted } };
}

const Add: Handler = (node) => {
  const [last, one] = [node.input(0), node.input(1)];
  const counted = countedIn(last);
  const isOne =
    one.kind === 'sizes' && one.items.length === 1 && one.items[0] && numberOf(one.items[0]) === 1;
  if (last.kind !== 'view' || counted?.is !== 'last' || !isOne) return combiningHandlers.Add(node);
  return [masked(last, 'number', counted)];
};

const Cast: Handler = (node) => {
  const any = node.input(0);
  const counted = countedIn(any);
  if (any.kind !== 'view' || counted?.is !== 'any' || dtypeOfCode(node.int('to', 0)) !== 'int64') {
    return choosingHandlers.Cast(node);
  }
  return [masked(any, 'some', counted)];
};

const Mul: Handler = (node) => {
  const [number, some] = [node.input(0), node.input(1)];
  if (number.kind !== 'masked' || some.kind !== 'masked') return combiningHandlers.Mul(node);
  if (number.is.step !== 'number' || some.is.step !== 'some') return combiningHandlers.Mul(node);
  const { x, padding, timeAxis } = number.is.counted;
  const other = some.is.counted;
  if (other.x !== x || other.padding !== padding || other.timeAxis !== timeAxis) {
    return combiningHandlers.Mul(node);
  }
  const { to } = node;
  return [to.view(to.add('stepCount', { x }, { padding, batchFirst: timeAxis === 1 }))];
};

export const countedStepsHandlers = { ReduceMax, ArgMax, Add, Cast, Mul } satisfies Record<string, Handler>;
