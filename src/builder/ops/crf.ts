/**
 * A linear-chain conditional random field (Lafferty et al. 2001) as pytorch-crf has it:
 * https://pytorch-crf.readthedocs.io. The op has the parameters and hands the emissions on; the loss `crfNll` reads them
 * in training, and `viterbi` finds the tags.
 */
import { checkOptionNames } from '../../option-names.js';
import type { Dim } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import { checkLengthsInput } from './lengths-input.js';
import { expectFixedDim, expectInput, type OpDefinition, optionsOf } from './op.js';
import { xAndLengths } from './op-inputs.js';

/** As pytorch-crf draws them. */
const init = { kind: 'uniform', bound: 0.1 } as const;

export const crfOp: OpDefinition<'crf'> = {
  inputs: xAndLengths,

  infer({ x, lengths }, _options, name) {
    expectInput(x, name, { dtype: 'float32', rank: 3 });
    expectFixedDim(x, -1, name);
    if (lengths) checkLengthsInput(x, lengths, 1, name);
    return { output: x };
  },

  parameters({ x }) {
    const tags = expectFixedDim(x, -1, 'crf');
    return [
      { name: 'start_transitions', shape: [tags], init },
      { name: 'end_transitions', shape: [tags], init },
      { name: 'transitions', shape: [tags, tags], init },
    ];
  },

  along(axis) {
    if (axis === 1) return { kind: 'lengths', axis };
    // The tags of a sequence depend on each other, which no padding is.
    return { kind: 'each', axis };
  },
};

/** What {@link crf} takes besides the emissions. */
export interface CrfArguments<B extends Dim> {
  /** The steps of each sequence, int32 `[batch]`. @default those of the emissions, which come from a recurrent layer; else all */
  readonly lengths?: Value<'int32', readonly [NoInfer<B>]>;
}

/**
 * A conditional random field over the tags of each sequence, `torchcrf.CRF(tags, batch_first=True)`: how well each tag follows
 * another is learned. Give its output as an output of the network, train it with the loss `crfNll`, and find the tags with
 * `taggerOf(model)`, or with `viterbi`.
 *
 * @param name the module's name; parameters are `<name>.start_transitions` and `<name>.end_transitions`, `[tags]`, and
 *   `<name>.transitions`, `[tags, tags]`, from the tag of the row to that of the column
 * @param emissions a score for each tag of each step, `[batch, time, tags]`; tags must be a number
 * @returns the emissions as they are; the loss and the tagger add the transitions
 * @throws E_SHAPE_MISMATCH, E_DTYPE_MISMATCH, E_INVALID_OPTION for values that do not fit
 */
export function crf<B extends Dim, T extends Dim, const N extends Dim>(
  name: string,
  emissions: Value<'float32', readonly [B, T, Features<N>]>,
  options: CrfArguments<B> = {},
): SymbolicTensor<'float32', readonly [B, T, N]> {
  checkOptionNames('crf', options, { lengths: true }, { mask: 'lengths' });
  const { lengths } = optionsOf<CrfArguments<B>>('crf', options, {});
  const output = graphOf('crf', emissions).addOne('crf', name, { x: emissions, lengths }, {});
  return output as unknown as SymbolicTensor<'float32', readonly [B, T, N]>; // same type as the emissions
}
