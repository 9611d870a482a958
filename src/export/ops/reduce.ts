/**
 * `ReduceMean`, `ReduceMax` and `ReduceSum`. Of sequences that end early, the entries past their end are replaced first: the mean is a sum
 * over a count, the maximum that of minus infinity in their place.
 */
import type { AxisOptions } from '../../builder/ops/option-schemas.js';
import { normalizeAxis } from '../../builder/shape.js';
import { type Emitter, int, ints } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';

/** TensorProto's numbers of the element types. */
const types = { float32: 1, int64: 7 } as const;

/** From this operator set on, the axes are an input: https://onnx.ai/onnx/operators/onnx__ReduceMax.html */
const AXES_AS_INPUT = 18;

export const lowerMean: Lowering<'mean'> = ({ name, options }, context) => {
  const { emitter } = context;
  const { x, axis, mask } = steps(name, options, context);
  if (!mask) return { output: { name: reduce(context, 'ReduceMean', x, axis, name) } };
  const kept = replaced(emitter, mask, x, 0, name);
  const sum = sumAlong(emitter, kept, axis, `${name}.sum`);
  const ones = emitter.emit('Cast', [mask], { name: `${name}.ones`, attributes: { to: int(types.float32) } });
  const count = sumAlong(emitter, ones, axis, `${name}.count`);
  return { output: { name: emitter.emit('Div', [sum, count], { name }) } };
};

export const lowerMax: Lowering<'max'> = ({ name, options }, context) => {
  const { x, axis, mask } = steps(name, options, context);
  const kept = mask ? replaced(context.emitter, mask, x, Number.NEGATIVE_INFINITY, name) : x;
  return { output: { name: reduce(context, 'ReduceMax', kept, axis, name) } };
};

/** A sequence without steps has the sum 0, while mean and maximum take its first step. */
export const lowerSum: Lowering<'sum'> = ({ name, options }, context) => {
  const { emitter } = context;
  const { x, axis, mask } = steps(name, options, context, 0);
  const kept = mask ? replaced(emitter, mask, x, 0, name) : x;
  return { output: { name: sumAlong(emitter, kept, axis, name) } };
};

/**
 * The input, and where it has lengths what is within them: bool `[batch, time, 1, ...]` or time-first.
 *
 * @param least how many steps of a sequence count at least
 */
export function steps(
  name: string,
  options: AxisOptions,
  context: LoweringContext<'mean' | 'max' | 'sum' | 'softmax'>,
  least: 0 | 1 = 1,
) {
  const { emitter, inputs } = context;
  const { lengths } = inputs;
  const { name: x, type } = inputs.x;
  const axis = normalizeAxis(options.axis, type.shape, name);
  if (!lengths) return { x, axis, mask: undefined };
  const shape = emitter.emit('Shape', [x], { name: `${name}.shape` });
  const time = emitter.emit('Gather', [shape, emitter.int64(axis)], { name: `${name}.time` });
  const numbers = emitter.emit('Range', [emitter.int64(0), time, emitter.int64(1)], {
    name: `${name}.numbers`,
  });
  const whole = emitter.emit('Cast', [lengths.name], {
    name: `${name}.lengths`,
    attributes: { to: int(types.int64) },
  });
  const counts =
    least > 0 ? emitter.emit('Max', [whole, emitter.int64(least)], { name: `${name}.counts` }) : whole;
  const column = (value: string) =>
    emitter.emit('Unsqueeze', [value, emitter.int64([1])], { name: `${name}.column` });
  const sides = axis === 1 ? [numbers, column(counts)] : [column(numbers), counts];
  const isStep = emitter.emit('Less', sides, { name: `${name}.isStep` });
  const others = type.shape.slice(2).map((_, i) => i + 2);
  if (others.length === 0) return { x, axis, mask: isStep };
  const mask = emitter.emit('Unsqueeze', [isStep, emitter.int64(others)], { name: `${name}.mask` });
  return { x, axis, mask };
}

export function replaced(emitter: Emitter, mask: string, x: string, by: number, name: string): string {
  const data = Float32Array.of(by);
  const constant = emitter.initializer(`${name}.padding`, { dtype: 'float32', shape: [], data });
  return emitter.emit('Where', [mask, x, constant], { name: `${name}.kept` });
}

function sumAlong(emitter: Emitter, x: string, axis: number, name: string): string {
  return emitter.emit('ReduceSum', [x, emitter.int64([axis])], { name, attributes: { keepdims: int(0) } });
}

export function reduce(
  { emitter, opset }: LoweringContext,
  opType: 'ReduceMean' | 'ReduceMax',
  x: string,
  axis: number,
  name: string,
): string {
  const keepdims = int(0);
  return opset < AXES_AS_INPUT
    ? emitter.emit(opType, [x], { name, attributes: { axes: ints(axis), keepdims } })
    : emitter.emit(opType, [x, emitter.int64([axis])], { name, attributes: { keepdims } });
}
