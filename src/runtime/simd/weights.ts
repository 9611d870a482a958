/** Weights in the engine's memory, where they stay while the model is loaded. */

import { type Panels, packPanels } from '../../builder/backends/simd/matmul.js';
import { dim } from '../../nd-array.js';
import type { Preparation } from './operator.js';
import { Arena } from './run-tensor.js';

/** The address of a parameter. */
export function placed({ arena, parameter }: Preparation, name: string): number {
  return arena.place({ dtype: 'float32', data: parameter(name).data });
}

/** PyTorch's weight `[out, in]` as panels for products x W^T. */
export function packedWeight({ engine, arena, parameter }: Preparation, name: string): Panels {
  const { shape, data } = parameter(name);
  const [columns, rows] = [dim(shape, 0), dim(shape, 1)];
  const plain = new Arena(engine);
  const at = plain.place({ dtype: 'float32', data });
  const panels = packPanels(engine, { rows, columns, transposed: true, at });
  arena.adopt(panels.at);
  plain.release();
  return panels;
}
