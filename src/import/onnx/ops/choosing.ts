/**
 * Comparisons and what is chosen by them: Greater and the like, Not, And, Or, Where, PRelu. A tensor of booleans is one of ones and zeros in
 * the network, unless Where takes the comparison itself.
 */
import type { Comparison } from '../../../builder/comparisons.js';
import { sizeOf } from '../../../nd-array.js';
import { dtypeOfCode } from '../../../onnx/dtypes.js';
import { addModule } from '../add-module.js';
import { aligned } from '../aligned.js';
import { isSolid, reshapedWeights } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { isOne, numberOf } from '../size.js';
import { describeValue, type Source, type SourceCondition, type Value, type View } from '../value.js';
import { isPlain, over, sizesOf } from '../view.js';
import { activated } from './activations.js';
import { combined } from './combining.js';
import { countingHandlers } from './counting.js';
import { reduceHandlers } from './reduce.js';
import { shapeHandlers } from './shapes.js';

/** The same with its sides in the other order. */
const mirrored: Readonly<Record<Comparison, Comparison>> = {
  greater: 'less',
  greaterOrEqual: 'lessOrEqual',
  less: 'greater',
  lessOrEqual: 'greaterOrEqual',
  equal: 'equal',
};

/** @param others reads what does not compare two tensors of the network */
function comparing(comparison: Comparison, others?: Handler): Handler {
  return (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    if (a.kind === 'view' && b.kind === 'view') return [comparedWith(node, comparison, a, b)];
    const isMasked = a.kind === 'masked' || b.kind === 'masked';
    const x = a.kind === 'view' ? a : b;
    if (isMasked || x.kind !== 'view') {
      if (others) return others(node);
      throw node.refusal(
        `it compares ${describeValue(a)} with ${describeValue(b)}; one must depend on the inputs`,
      );
    }
    const [constant, own] = x === a ? [b, comparison] : [a, mirrored[comparison]];
    const number = singleNumber(constant, x);
    if (number !== undefined) return [comparedWithNumber(node, own, x, number)];
    return [comparedWith(node, comparison, node.floats(0), node.floats(1))];
  };
}

/** Of a constant that does not stretch x. */
function singleNumber(constant: Value, x: View): number | undefined {
  if (constant.kind === 'sizes' && constant.items.length === 1 && constant.shape.length <= x.axes.length) {
    return constant.items[0] && numberOf(constant.items[0]);
  }
  const isOneNumber =
    constant.kind === 'weights' &&
    isSolid(constant) &&
    sizeOf(constant.shape) === 1 &&
    constant.shape.length <= x.axes.length;
  return isOneNumber ? constant.read()[0] : undefined;
}

function comparedWithNumber({ to }: NodeReader, comparison: Comparison, x: View, than: number): View {
  const condition = { inputs: { a: x.source.tensor() }, options: { comparison, than }, isNegated: false };
  return over(x, onesAndZeros(to, condition));
}

function comparedWith({ to }: NodeReader, comparison: Comparison, x: View, y: View): View {
  const { a, b, view } = aligned(x, y, to, to.dims);
  const source = onesAndZeros(to, { inputs: { a, b }, options: { comparison }, isNegated: false });
  return over(view(source.tensor()), source);
}

/** 1 where the condition holds, 0 elsewhere. */
function onesAndZeros(to: NodeReader['to'], condition: SourceCondition): Source {
  const number = (value: number) => to.add('constant', {}, { shape: [], values: [value] });
  const [x, y] = condition.isNegated ? [number(0), number(1)] : [number(1), number(0)];
  const tensor = to.add('where', { ...condition.inputs, x, y }, condition.options);
  return { type: tensor, tensor: () => tensor, condition };
}

/** To booleans: 1 where a number is not 0. Other casts are read elsewhere. */
const Cast: Handler = (node) => {
  const x = node.input(0);
  if (x.kind !== 'view' || dtypeOfCode(node.int('to', 0)) !== 'bool') return countingHandlers.Cast(node);
  if (x.source.condition) return [x];
  const options = { comparison: 'equal', than: 0 } as const;
  const condition = { inputs: { a: x.source.tensor() }, options, isNegated: true };
  return [over(x, onesAndZeros(node.to, condition))];
};

const Not: Handler = (node) => [negated(node, node.floats(0))];

function negated(node: NodeReader, x: View): View {
  const { condition } = x.source;
  if (!condition) return activated(node, x, { name: 'linear', alpha: -1, beta: 1 });
  return over(x, onesAndZeros(node.to, { ...condition, isNegated: !condition.isNegated }));
}

/** A product of ones and zeros. */
const And: Handler = (node) => [combined(node, 'mul', node.floats(0), node.floats(1))];

/** One or both: not neither. */
const Or: Handler = (node) => {
  const [a, b] = [negated(node, node.floats(0)), negated(node, node.floats(1))];
  return [negated(node, combined(node, 'mul', a, b))];
};

const Where: Handler = (node) => {
  const condition = node.input(0);
  return condition.kind === 'view' ? [chosen(node, condition)] : reduceHandlers.Where(node);
};

function chosen(node: NodeReader, by: View): View {
  const { to } = node;
  const [yes, no] = [choice(node, 1), choice(node, 2)];
  fitTogether(node, [by, yes, no]);
  const own = isPlain(by) ? by.source.condition : undefined;
  const { inputs, options, isNegated } = own ?? {
    inputs: { a: to.tensor(by) },
    options: { comparison: 'greater', than: 0 },
    isNegated: false,
  };
  const [x, y] = isNegated ? ([no, yes] as const) : ([yes, no] as const);
  return to.view(to.add('where', { ...inputs, x: to.tensor(x), y: to.tensor(y) }, options));
}

/** What to choose; a single number is a constant of the network. */
function choice(node: NodeReader, index: number): View {
  const value = node.input(index);
  const number =
    value.kind === 'weights' && isSolid(value) && value.shape.length === 0 ? value.read()[0] : undefined;
  if (number === undefined || !Number.isFinite(number)) return node.floats(index);
  return node.to.view(node.to.add('constant', {}, { shape: [], values: [number] }));
}

/** Says of dimensions in the same place that they are one. */
function fitTogether({ to }: NodeReader, views: readonly View[]): void {
  const all = views.map((view) => sizesOf(view).toReversed());
  const rank = Math.max(...all.map((sizes) => sizes.length));
  for (let axis = 0; axis < rank; axis++) {
    const [first, ...others] = all.flatMap((sizes) => {
      const size = sizes[axis];
      return size && !isOne(size) ? [size] : [];
    });
    for (const other of others) if (first) to.dims.unify(first, other, 'Dimensions of what is chosen from');
  }
}

/** With a weight for all or for each channel; another one is written out. */
const PRelu: Handler = (node) => {
  const x = node.floats(0);
  const weight = node.weights(1);
  const sizes = sizesOf(x);
  const own = Array.from({ length: sizes.length - weight.shape.length }, () => 1).concat(weight.shape);
  const count = sizeOf(weight.shape);
  if (weight.shape.length <= sizes.length && (count === 1 || own[1] === count)) {
    return addModule(node, 'prelu', { weight: reshapedWeights(weight, [count]) }, { numParameters: count });
  }
  const { to } = node;
  const product = combined(node, 'mul', x, to.frozen(weight));
  const inputs = { a: to.tensor(x), x: to.tensor(x), y: to.tensor(product) };
  return [to.view(to.add('where', inputs, { comparison: 'greater', than: 0 }))];
};

export const choosingHandlers = {
  Greater: comparing('greater'),
  GreaterOrEqual: comparing('greaterOrEqual'),
  Less: comparing('less', reduceHandlers.Less),
  LessOrEqual: comparing('lessOrEqual'),
  Equal: comparing('equal', shapeHandlers.Equal),
  Cast,
  Not,
  And,
  Or,
  Where,
  PRelu,
} satisfies Record<string, Handler>;
