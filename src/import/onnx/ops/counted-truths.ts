/**
 * Booleans as integers, of which sums, largest and least are taken, such as the number of steps that a mask keeps. They are floats in the
 * network, which hold them exactly; what else is computed with integers is refused.
 */
import { dtypeOfCode } from '../../../onnx/dtypes.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { numberOf } from '../size.js';
import type { Masked, Value, View } from '../value.js';
import { sizesOf } from '../view.js';
import { activated, activationHandlers } from './activations.js';
import { choosingHandlers } from './choosing.js';
import { countedStepsHandlers } from './counted-steps.js';
import { extremesHandlers } from './extremes.js';
import { reduced, reduceHandlers } from './reduce.js';

function truths(x: View): Masked {
  return { kind: 'masked', sizes: sizesOf(x), is: { step: 'truths', x } };
}

/** What the booleans of an input are in the network. */
function truthsIn(node: NodeReader, index: number): View | undefined {
  const value = node.optional(index);
  return value?.kind === 'masked' && value.is.step === 'truths' ? value.is.x : undefined;
}

const Cast: Handler = (node) => {
  const isInteger = ['int32', 'int64'].includes(dtypeOfCode(node.int('to', 0)) ?? '');
  const known = truthsIn(node, 0);
  if (known) return isInteger ? [truths(known)] : countedStepsHandlers.Cast(node.withInputs(() => known));
  const x = node.input(0);
  const isBoolean = x.kind === 'view' && x.source.condition !== undefined && !x.counted;
  return isInteger && isBoolean ? [truths(x)] : countedStepsHandlers.Cast(node);
};

function reduction(compute: (node: NodeReader, x: View) => View, others: Handler): Handler {
  return (node) => {
    const known = truthsIn(node, 0);
    return known ? [truths(compute(node, known))] : others(node);
  };
}

const negated = (node: NodeReader, x: View) => activated(node, x, { name: 'neg' });

/** One integer. */
function integerIn(node: NodeReader, index: number): number | undefined {
  const value = node.optional(index);
  if (!value) return undefined;
  const [size, ...more] = value.kind === 'sizes' ? value.items : [];
  const number = size && more.length === 0 ? numberOf(size) : undefined;
  if (number === undefined) throw node.refusal('a bound of counted booleans is not one constant integer');
  return number;
}

const Clip: Handler = (node) => {
  const known = truthsIn(node, 0);
  if (!known) return activationHandlers.Clip?.(node) ?? [];
  const [alpha, beta] = [integerIn(node, 1), integerIn(node, 2)];
  const bounds = { ...(alpha === undefined ? {} : { alpha }), ...(beta === undefined ? {} : { beta }) };
  return [truths(activated(node, known, { name: 'clip', ...bounds }))];
};

const Max: Handler = (node) => {
  const known = truthsIn(node, 0);
  if (!known || node.inputCount !== 2) return extremesHandlers.Max(node);
  return [truths(activated(node, known, { name: 'clip', alpha: integerIn(node, 1) ?? 0 }))];
};

/** Comparisons, of counts too. */
function comparing(others: Handler): Handler {
  return (node) => {
    const plain = (value: Value) =>
      value.kind === 'masked' && value.is.step === 'truths' ? value.is.x : value;
    return others(node.withInputs(plain));
  };
}

export const countedTruthsHandlers = {
  Greater: comparing(choosingHandlers.Greater),
  GreaterOrEqual: comparing(choosingHandlers.GreaterOrEqual),
  Less: comparing(choosingHandlers.Less),
  LessOrEqual: comparing(choosingHandlers.LessOrEqual),
  Equal: comparing(choosingHandlers.Equal),
  Cast,
  Clip,
  Max,
  ReduceSum: reduction((node, x) => reduced(node, 'sum', x), reduceHandlers.ReduceSum),
  ReduceMax: reduction((node, x) => reduced(node, 'max', x), countedStepsHandlers.ReduceMax),
  ReduceMin: reduction(
    (node, x) => negated(node, reduced(node, 'max', negated(node, x))),
    reduceHandlers.ReduceMin,
  ),
} satisfies Record<string, Handler>;
