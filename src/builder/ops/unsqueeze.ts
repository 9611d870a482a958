/** `torch.unsqueeze`, `torch.squeeze` of one dimension, and `torch.stack`: each a `reshape` that keeps the names. */
import { LstmOnnxError } from '../../errors.js';
import { formatShape, type InsertAt, normalizeAxis, type RemoveAt, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { listOf } from './op.js';
import { severalInputs } from './op-inputs.js';

/**
 * A new dimension of size 1: `unsqueeze(x, 1)` of `[batch, 28]` is `[batch, 1, 28]`.
 *
 * @param axis where it is in the result, negative: counted from the end
 * @throws E_INVALID_OPTION for an axis that the result does not have
 */
export function unsqueeze<D extends DType, S extends Shape, const A extends number>(
  x: Value<D, S>,
  axis: A,
): SymbolicTensor<D, InsertAt<S, A, 1>>;
export function unsqueeze(x: Value, axis: number): SymbolicTensor {
  const graph = graphOf('unsqueeze', x);
  const at = normalizeAxis(axis, [...x.shape, 1], 'unsqueeze');
  return graph.addOne('reshape', undefined, { x }, { shape: x.shape.toSpliced(at, 0, 1) });
}

/**
 * Without a dimension of size 1: `squeeze(x, 1)` of `[batch, 1, 28]` is `[batch, 28]`.
 *
 * @param axis negative: counted from the end
 * @throws E_SHAPE_MISMATCH for a dimension that is not 1, or that has a name and may be more; E_INVALID_OPTION for an axis that x does not have
 */
export function squeeze<D extends DType, S extends Shape, const A extends number>(
  x: Value<D, S>,
  axis: A,
): SymbolicTensor<D, RemoveAt<S, A>>;
export function squeeze(x: Value, axis: number): SymbolicTensor {
  const graph = graphOf('squeeze', x);
  const at = normalizeAxis(axis, x.shape, 'squeeze');
  if (x.shape[at] === 1) {
    return graph.addOne('reshape', undefined, { x }, { shape: x.shape.toSpliced(at, 1) });
  }
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `squeeze: axis ${axis} of ${formatShape(x.shape)} is ${x.shape[at]}; only a dimension of 1 can be left out.`,
  );
}

/**
 * Tensors of one type and shape along a new dimension: `stack([a, b], 1)` of `[batch, 28]` is `[batch, 2, 28]`.
 *
 * @param axis where the dimension is in the result, negative: counted from the end; default 0
 * @throws E_SHAPE_MISMATCH for tensors of other types or shapes, E_INVALID_OPTION for an axis that the result does not have
 */
export function stack<
  D extends DType,
  const S extends Shape,
  const Rest extends readonly Value<D, NoInfer<S>>[],
  const A extends number = 0,
>(
  tensors: readonly [Value<D, S>, ...Rest],
  axis?: A,
): SymbolicTensor<D, InsertAt<S, A, [Value<D, S>, ...Rest]['length']>>;
export function stack(tensors: readonly Value[], axis = 0): SymbolicTensor {
  const parts: SymbolicTensor[] = listOf('stack', tensors).map((x) => unsqueeze(x, axis));
  const [first] = parts;
  if (!first)
    throw new LstmOnnxError('E_INVALID_OPTION', 'stack takes at least one value, as in stack([a, b]).');
  const at = normalizeAxis(axis, first.shape, 'stack');
  return first.graph.addOne('concat', undefined, severalInputs(parts), { axis: at });
}
