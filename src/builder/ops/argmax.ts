/** `torch.argmax` along one dimension. */
import { checkOptionNames } from '../../option-names.js';
import { normalizeAxis, type RemoveAt, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { expectInput, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const argmaxOp: OpDefinition<'argmax'> = {
  inputs: onlyX,

  infer({ x }, options, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 1 });
    const axis = normalizeAxis(options.axis, x.shape, name);
    return { output: { dtype: 'int32', shape: x.shape.toSpliced(axis, 1) } };
  },

  along(own, x, options) {
    const axis = normalizeAxis(options.axis, x.shape, 'argmax');
    return own === axis ? { kind: 'mixed' } : { kind: 'each', axis: own > axis ? own - 1 : own };
  },
};

/**
 * Where the largest entry along a dimension is, which disappears: the class of logits, the next token, an action. NaN counts as the
 * largest, but on onnxruntime, which passes over it. It has no gradient, so that training needs the logits themselves.
 *
 * @param axis negative: counted from the end; default the last
 * @param options `selectLastIndex`: of equal entries the last instead of the first; default false
 * @returns int32
 * @throws E_INVALID_OPTION for an axis that x does not have
 */
export function argmax<S extends Shape, const A extends number = -1>(
  x: Value<'float32', S>,
  axis?: A,
  options?: { readonly selectLastIndex?: boolean },
): SymbolicTensor<'int32', RemoveAt<S, A>>;
export function argmax(
  x: Value<'float32'>,
  axis = -1,
  options: { readonly selectLastIndex?: boolean } = {},
): SymbolicTensor {
  checkOptionNames('argmax', options, { selectLastIndex: true });
  const { selectLastIndex = false } = options;
  return graphOf('argmax', x).addOne('argmax', undefined, { x }, { axis, selectLastIndex });
}
