/** `nn.Linear`: x W^T + b over the last dimension. https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html */
import type { Dim } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import { expectFixedDim, expectInput, mixedAlong, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';

export const linearOp: OpDefinition<'linear'> = {
  inputs: onlyX,
  infer({ x }, { outFeatures }, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 1 });
    expectFixedDim(x, -1, name);
    return { output: { dtype: 'float32', shape: [...x.shape.slice(0, -1), outFeatures] } };
  },

  parameters({ x }, { outFeatures, bias }) {
    const inFeatures = expectFixedDim(x, -1, 'linear');
    const init = { kind: 'uniform', bound: 1 / Math.sqrt(inFeatures) } as const;
    const weight = { name: 'weight', shape: [outFeatures, inFeatures], init };
    return bias ? [weight, { name: 'bias', shape: [outFeatures], init }] : [weight];
  },

  along: (axis, x) => mixedAlong(-1, axis, x),
};

/**
 * A fully connected layer over the last dimension.
 *
 * @param name the module's name; parameters are `<name>.weight` `[outFeatures, inFeatures]` and `<name>.bias`
 * @param x `[..., inFeatures]`; the last dimension must be a number
 * @param options.bias whether to add a bias vector, default true
 * @returns `[..., outFeatures]`
 */
export function linear<const Lead extends readonly Dim[], const F extends Dim, const N extends number>(
  name: string,
  x: Value<'float32', readonly [...Lead, Features<F>]>,
  outFeatures: N,
  options: { readonly bias?: boolean } = {},
): SymbolicTensor<'float32', readonly [...Lead, N]> {
  const output = graphOf('linear', x).addOne(
    'linear',
    name,
    { x },
    {
      outFeatures,
      ...optionsOf('linear', options, { bias: true }),
    },
  );
  return output as SymbolicTensor<'float32', readonly [...Lead, N]>; // what the shape rule says at run time
}
