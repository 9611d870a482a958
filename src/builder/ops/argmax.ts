/** `torch.argmax` along one dimension. */
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
 * Where the largest entry along a dimension is, which disappears: the class of logits, the next token, an action. Of equal entries it is
 * the first. It has no gradient, so that training needs the logits themselves.
 *
 * @param axis negative: counted from the end; default the last
 * @returns int32
 * @throws E_INVALID_OPTION for an axis that x does not have
 */
export function argmax<S extends Shape, const A extends number = -1>(
  x: Value<'float32', S>,
  axis?: A,
): SymbolicTensor<'int32', RemoveAt<S, A>>;
export function argmax(x: Value<'float32'>, axis = -1): SymbolicTensor {
  return graphOf('argmax', x).addOne('argmax', undefined, { x }, { axis });
}
