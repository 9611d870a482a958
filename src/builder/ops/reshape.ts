/** `torch.reshape`: the same entries, in row-major order, under another shape. */
import { LstmOnnxError } from '../../errors.js';
import { factorsOf, productOf } from '../dim-names.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import type { NewShape } from '../type-messages.js';
import { type AxisUse, listOf, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';
import type { ReshapeOptions } from './option-schemas.js';

/** The size of a shape as a number times names, products such as `batch*words` taken apart. */
function factors(shape: Shape): { product: number; names: string[] } {
  const all = shape.map(factorsOf);
  return {
    product: all.reduce((size, { factor }) => size * factor, 1),
    names: all.flatMap(({ names }) => names),
  };
}

/** The names without one occurrence of each of `taken`; undefined if one of those is not there. */
function crossOut(names: readonly string[], taken: readonly string[]): string[] | undefined {
  const left = [...names];
  for (const name of taken) {
    const index = left.indexOf(name);
    if (index === -1) return undefined;
    left.splice(index, 1);
  }
  return left;
}

/** The target shape with its -1 replaced by what is left of the input's size, names joined by `*`. */
function resolveReshape(input: Shape, target: Shape, what: string): Dim[] {
  const from = factors(input);
  const to = factors(target.filter((dim) => dim !== -1));
  const leftNames = crossOut(from.names, to.names);
  const leftProduct = from.product / to.product;
  const unknowns = target.filter((dim) => dim === -1).length;
  const fits =
    leftNames !== undefined &&
    Number.isInteger(leftProduct) &&
    unknowns <= 1 &&
    (unknowns === 1 || (leftProduct === 1 && leftNames.length === 0));
  if (!fits) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: ${formatShape(input)} cannot become ${formatShape(target)}; the sizes must be equal, ` +
        'named dimensions must stay, and one dimension at most may be -1.',
    );
  }
  const rest = leftNames.length === 0 ? leftProduct : productOf({ factor: leftProduct, names: leftNames });
  return target.map((dim) => (dim === -1 ? rest : dim));
}

/** The size of the dimensions before each, and of all: equal for equal sizes, whatever they are written as. */
function sizesBefore(shape: Shape): string[] {
  return Array.from({ length: shape.length + 1 }, (_, count) => {
    const { product, names } = factors(shape.slice(0, count));
    return [product, ...names.toSorted()].join(' ');
  });
}

/**
 * Axes that are regrouped among themselves stand between two places where the same size has gone by in both shapes.
 * Dimensions of 1 change nothing.
 */
function along(axis: number, x: TensorType, options: ReshapeOptions): AxisUse {
  const target = resolveReshape(x.shape, options.shape, 'reshape');
  const [from, to] = [sizesBefore(x.shape), sizesBefore(target)];
  const start = from.findLastIndex((size, i) => i <= axis && to.includes(size));
  const end = from.findIndex((size, i) => i > axis && to.includes(size));
  const own = x.shape.slice(start, end).filter((dim) => dim !== 1);
  const axes = target.map((_, i) => i).slice(to.indexOf(from[start] ?? ''), to.indexOf(from[end] ?? ''));
  const [one, ...more] = axes.filter((i) => target[i] !== 1);
  return own.length === 1 && one !== undefined && more.length === 0 && x.shape[axis] !== 1
    ? { kind: 'each', axis: one }
    : { kind: 'joined', axes };
}

export const reshapeOp: OpDefinition<'reshape'> = {
  inputs: onlyX,
  infer({ x }, options, name) {
    return { output: { dtype: x.dtype, shape: resolveReshape(x.shape, options.shape, name) } };
  },

  along,
};

type NamesOf<S extends Shape> = Extract<S[number], string>;

/** -1 is a number when every name stays, a name otherwise. */
type Reshaped<In extends Shape, Out extends Shape> = {
  readonly [K in keyof Out]: Out[K] extends -1
    ? [Exclude<NamesOf<In>, NamesOf<Out>>] extends [never]
      ? number
      : string
    : Out[K];
};

/**
 * The same entries under another shape. Named dimensions of x must appear in the new shape, or be swallowed by
 * its one -1: `reshape(x, ['batch', 28, 28])`, `reshape(x, [-1, 64])`. A product of names that an earlier reshape made comes apart by
 * them: `[batch*words, 64]` becomes `['batch', 'words', 64]`.
 *
 * @throws E_SHAPE_MISMATCH when the sizes cannot be equal
 */
export function reshape<D extends DType, S extends Shape, const T extends Shape>(
  x: Value<D, S>,
  shape: NewShape<S, T>,
): SymbolicTensor<D, Reshaped<S, T>> {
  const graph = graphOf('reshape', x);
  // Nothing but a T is assignable to what NewShape gives.
  const output = graph.addOne('reshape', undefined, { x }, { shape: listOf('reshape', shape as T) });
  return output as SymbolicTensor<D, Reshaped<S, T>>; // what the shape rule says at run time
}
