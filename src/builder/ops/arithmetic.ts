/** Two tensors added, subtracted, multiplied or divided entry by entry, stretched over each other where one has 1. */
import { expectNumber } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { type Broadcast, broadcast, type Fits, misfit } from '../broadcast.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { type AxisUse, expectInput, type OpDefinition } from './op.js';
import { aAndB } from './op-inputs.js';
import { writtenNumber } from './parameter.js';

/** The ops of this file. */
export type ArithmeticName = 'add' | 'sub' | 'mul' | 'div';

/** The shape of the result. @throws E_SHAPE_MISMATCH for shapes that do not fit together */
export function broadcastShape<D extends Dim>(a: readonly D[], b: readonly D[], name: string): (D | 1)[] {
  const shape = broadcast(a, b);
  if (shape) return shape;
  const [left, right] = misfit(a, b) ?? [];
  const isNamed = typeof left !== typeof right;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${name}: ${formatShape(a)} and ${formatShape(b)} do not fit together: counted from the last dimension, two must be the ` +
      `same or one of them 1, and ${left} is not ${right}${isNamed ? ', whose size is known when data arrives' : ''}.`,
  );
}

/** Where the entries along an axis of x go that is stretched over others to a shape. */
export function stretchedAlong(axis: number, x: Shape, output: Shape): AxisUse {
  const after = axis + output.length - x.length;
  return x[axis] === output[after] ? { kind: 'each', axis: after } : { kind: 'mixed' };
}

export const arithmeticOp: OpDefinition<ArithmeticName> = {
  inputs: aAndB,

  infer({ a, b }, _options, name) {
    for (const input of [a, b]) expectInput(input, name, { dtype: 'float32' });
    return { output: { dtype: 'float32', shape: broadcastShape(a.shape, b.shape, name) } };
  },

  along: (axis, { shape }, _options, _input, { a, b }) =>
    stretchedAlong(axis, shape, broadcastShape(a.shape, b.shape, 'shapes')),
};

/** factor x + addend */
interface Scale {
  readonly alpha: number;
  readonly beta: number;
}

/** Adds the op; beside a number the activation that says the same, or a constant where none does. */
function combined(
  op: ArithmeticName,
  a: Value | number,
  b: Value | number,
  scale?: { readonly first: (a: number) => Scale; readonly second: (b: number) => Scale },
): SymbolicTensor {
  const x = typeof b === 'number' ? (a as Value) : b; // checked on the next line
  const graph = graphOf(op, x);
  if (typeof a === 'number') expectNumber(`${op}: a`, a);
  if (typeof b === 'number') expectNumber(`${op}: b`, b);
  if (scale && (typeof a === 'number' || typeof b === 'number')) {
    const options = typeof a === 'number' ? scale.first(a) : scale.second(b as number); // one of the two is
    return graph.addOne('activation', undefined, { x }, { name: 'linear', ...options });
  }
  const tensorOf = (side: Value | number) =>
    typeof side === 'number'
      ? graph.addOne('constant', undefined, {}, { shape: [], values: [writtenNumber(side)] })
      : side;
  return graph.addOne(op, undefined, { a: tensorOf(a), b: tensorOf(b) }, {});
}

export function add<A extends Shape>(a: Value<'float32', A>, b: number): SymbolicTensor<'float32', A>;
export function add<B extends Shape>(a: number, b: Value<'float32', B>): SymbolicTensor<'float32', B>;
/**
 * `a + b`, entry by entry. Shapes are stretched over each other as in PyTorch: counted from the last dimension, two must be
 * the same or one of them 1. A name is the same as itself alone, since no other size is known to be equal.
 *
 * @param b a value of the network; a number may stand for it, or for a
 * @throws E_SHAPE_MISMATCH for shapes that do not fit together, E_DTYPE_MISMATCH for int32
 */
export function add<A extends Shape, B extends Shape>(
  a: Value<'float32', A>,
  b: Value<'float32', B> & Fits<A, B>,
): SymbolicTensor<'float32', Broadcast<A, B>>;
export function add(a: Value | number, b: Value | number): SymbolicTensor {
  return combined('add', a, b, {
    first: (number) => ({ alpha: 1, beta: number }),
    second: (number) => ({ alpha: 1, beta: number }),
  });
}

export function sub<A extends Shape>(a: Value<'float32', A>, b: number): SymbolicTensor<'float32', A>;
export function sub<B extends Shape>(a: number, b: Value<'float32', B>): SymbolicTensor<'float32', B>;
/**
 * `a - b`, entry by entry. Shapes and numbers as in {@link add}.
 */
export function sub<A extends Shape, B extends Shape>(
  a: Value<'float32', A>,
  b: Value<'float32', B> & Fits<A, B>,
): SymbolicTensor<'float32', Broadcast<A, B>>;
export function sub(a: Value | number, b: Value | number): SymbolicTensor {
  return combined('sub', a, b, {
    first: (number) => ({ alpha: -1, beta: number }),
    second: (number) => ({ alpha: 1, beta: -number }),
  });
}

export function mul<A extends Shape>(a: Value<'float32', A>, b: number): SymbolicTensor<'float32', A>;
export function mul<B extends Shape>(a: number, b: Value<'float32', B>): SymbolicTensor<'float32', B>;
/**
 * `a * b`, entry by entry. Shapes and numbers as in {@link add}.
 */
export function mul<A extends Shape, B extends Shape>(
  a: Value<'float32', A>,
  b: Value<'float32', B> & Fits<A, B>,
): SymbolicTensor<'float32', Broadcast<A, B>>;
export function mul(a: Value | number, b: Value | number): SymbolicTensor {
  return combined('mul', a, b, {
    first: (number) => ({ alpha: number, beta: 0 }),
    second: (number) => ({ alpha: number, beta: 0 }),
  });
}

export function div<A extends Shape>(a: Value<'float32', A>, b: number): SymbolicTensor<'float32', A>;
export function div<B extends Shape>(a: number, b: Value<'float32', B>): SymbolicTensor<'float32', B>;
/**
 * `a / b`, entry by entry. Shapes and numbers as in {@link add}.
 */
export function div<A extends Shape, B extends Shape>(
  a: Value<'float32', A>,
  b: Value<'float32', B> & Fits<A, B>,
): SymbolicTensor<'float32', Broadcast<A, B>>;
export function div(a: Value | number, b: Value | number): SymbolicTensor {
  return combined('div', a, b);
}
