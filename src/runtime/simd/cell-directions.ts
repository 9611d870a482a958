/** A direction of a layer of each cell: on a kernel where it is PyTorch's cell, else step by step. */
import type { OpOptions } from '../../builder/ops/index.js';
import type { RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../builder/recurrent/layers.js';
import { gruStep, lstmStep } from './cell-steps.js';
import { kernelDirection } from './kernel-direction.js';
import type { PrepareDirection } from './layer-direction.js';
import { steppedDirection } from './stepped-direction.js';

/** Whether the cell is another than PyTorch's. */
function hasOwnCell({ peepholes, clip, inputForget, activations }: LayerOptions): boolean {
  return peepholes === true || clip !== undefined || inputForget === true || activations !== undefined;
}

export const directions: { readonly [K in RecurrentName]: PrepareDirection<OpOptions[K]> } = {
  gru(options, direction, model) {
    const { bias, resetAfter } = options;
    if (resetAfter && !hasOwnCell(options)) return kernelDirection('gru', 'gru', options, direction, model);
    const rowsOfN = (name: string) => {
      const { data } = model.parameter(`${name}${direction.suffix}`);
      return data.subarray((2 * data.length) / 3);
    };
    const own = resetAfter
      ? undefined
      : { weight: rowsOfN('weight_hh'), bias: bias ? rowsOfN('bias_hh') : undefined };
    return steppedDirection('gru', options, direction, model, gruStep(options, own));
  },
  lstm(options, direction, model) {
    if (!hasOwnCell(options)) return kernelDirection('lstm', 'lstm', options, direction, model);
    const peephole = options.peepholes
      ? model.parameter(`weight_peephole${direction.suffix}`).data
      : undefined;
    return steppedDirection('lstm', options, direction, model, lstmStep(options, peephole));
  },
};
