/** What the cells compute: on a kernel as PyTorch has them, else number by number. */
import type { CellName } from '../../builder/backends/simd/cells.js';
import type { OpOptions } from '../../builder/ops/index.js';
import { type RecurrentName, recurrentNames } from '../../builder/recurrent/cells.js';
import { isTorchCell, torchNonlinearity } from '../../builder/recurrent/own-cell.js';
import { LstmOnnxError } from '../../errors.js';
import { kernelDirection } from './kernel-direction.js';
import type { PrepareDirection } from './layer-direction.js';
import { more } from './more-cells.js';

type Directions = { readonly [K in RecurrentName]: PrepareDirection<OpOptions[K]> };

/** The kernels that there are for PyTorch's cells. */
const kernels: { readonly [K in RecurrentName]?: (options: OpOptions[K]) => CellName } = {
  gru: () => 'gru',
  lstm: () => 'lstm',
  rnn: (options) => (torchNonlinearity(options) === 'relu' ? 'rnnRelu' : 'rnnTanh'),
};

function directionOf<K extends RecurrentName>(kind: K): PrepareDirection<OpOptions[K]> {
  return (options, direction, model) => {
    const kernel = isTorchCell(kind, options) ? kernels[kind] : undefined;
    if (kernel) return kernelDirection(kind, kernel(options), options, direction, model);
    return stepped(kind)(options, direction, model);
  };
}

export const directions = Object.fromEntries(
  recurrentNames.map((kind) => [kind, directionOf(kind)]),
) as Directions; // one for each name

/** @throws E_UNSUPPORTED in a page's first program, which has the kernels alone; another has them all */
function stepped<K extends RecurrentName>(kind: K): Directions[K] {
  const cells: Partial<Directions> = more;
  const cell = cells[kind];
  if (cell) return cell;
  throw new LstmOnnxError('E_UNSUPPORTED', `This program has no ${kind} but PyTorch's.`);
}
