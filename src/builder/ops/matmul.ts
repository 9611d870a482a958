/** `torch.matmul` of two values: https://docs.pytorch.org/docs/stable/generated/torch.matmul.html */
import { LstmOnnxError } from '../../errors.js';
import type { Product, ProductFits } from '../broadcast.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { broadcastShape, stretchedAlong } from './arithmetic.js';
import { type AxisUse, expectInput, type OpDefinition } from './op.js';
import { aAndB } from './op-inputs.js';

/** The parts of the shapes of two factors: batches of matrices; a vector is a row on the left, a column on the right. */
export interface Factors<D extends Dim = Dim> {
  readonly leadA: readonly D[];
  readonly leadB: readonly D[];
  /** The rows of the first, none where it is a vector. */
  readonly rows: readonly D[];
  /** The columns of the second, none where it is a vector. */
  readonly columns: readonly D[];
  /** What the sums are over, of each. */
  readonly depths: readonly [D | undefined, D | undefined];
}

export function factorsOf<D extends Dim>(a: readonly D[], b: readonly D[]): Factors<D> {
  const isRow = a.length === 1;
  const isColumn = b.length === 1;
  return {
    leadA: a.slice(0, -2),
    leadB: b.slice(0, -2),
    rows: isRow ? [] : a.slice(-2, -1),
    columns: isColumn ? [] : b.slice(-1),
    depths: [a.at(-1), isColumn ? b[0] : b.at(-2)],
  };
}

function productShape(a: Shape, b: Shape, name: string): { shape: Shape; lead: Shape } {
  const { leadA, leadB, rows, columns, depths } = factorsOf(a, b);
  const [depth, other] = depths;
  if (depth !== other) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name}: ${formatShape(a)} and ${formatShape(b)} do not fit together: the sums are over the last dimension of the first ` +
        `and the last but one of the second, and ${depth} is not ${other}.`,
    );
  }
  const lead = broadcastShape(leadA, leadB, name);
  return { shape: [...lead, ...rows, ...columns], lead };
}

/** Batches, rows and columns go by themselves to their places; the sums are over the rest. */
function along(axis: number, { shape: own }: { shape: Shape }, input: string, a: Shape, b: Shape): AxisUse {
  const { lead } = productShape(a, b, 'matmul');
  const { rows } = factorsOf(a, b);
  const isFirst = input === 'a';
  if (axis === (isFirst || own.length === 1 ? own.length - 1 : own.length - 2)) return { kind: 'summed' };
  if (axis >= own.length - 2)
    return { kind: 'each', axis: isFirst ? lead.length : lead.length + rows.length };
  return stretchedAlong(axis, own.slice(0, -2), lead);
}

export const matmulOp: OpDefinition<'matmul'> = {
  inputs: aAndB,

  infer({ a, b }, _options, name) {
    for (const input of [a, b]) expectInput(input, name, { dtype: 'float32', minRank: 1 });
    return { output: { dtype: 'float32', shape: productShape(a.shape, b.shape, name).shape } };
  },

  along: (axis, x, _options, input, { a, b }) => along(axis, x, input, a.shape, b.shape),
};

/**
 * The product of matrices, or of each of a batch: `[..., n, k]` and `[..., k, m]` give `[..., n, m]`, the dimensions before the
 * last two stretched over each other as in `add`. A vector is a row on the left and a column on the right, and its dimension
 * of 1 is left out of the result.
 *
 * @throws E_SHAPE_MISMATCH for shapes that do not fit together, E_DTYPE_MISMATCH for int32
 */
export function matmul<A extends Shape, B extends Shape>(
  a: Value<'float32', A>,
  b: Value<'float32', B> & ProductFits<A, B>,
): SymbolicTensor<'float32', Product<A, B>> {
  const output = graphOf('matmul', a).addOne('matmul', undefined, { a, b }, {});
  return output as unknown as SymbolicTensor<'float32', Product<A, B>>; // what the shape rule says at run time
}
