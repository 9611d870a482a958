/** `linear` on the engine: its weight is packed once, when the model is loaded. */
import { multiplyPanels } from '../../builder/backends/simd/matmul.js';
import { type Prepare, unary } from './operator.js';
import { floatsAt } from './run-tensor.js';
import { packedWeight, placed } from './weights.js';

export const linear: Prepare<'linear'> = ({ outFeatures, bias }, model) => {
  const panels = packedWeight(model, 'weight');
  const atBias = bias ? placed(model, 'bias') : 0;
  return unary((x, { engine, arena }) => {
    const rows = x.data.length / panels.depth;
    const result = arena.allocate(rows * outFeatures);
    const left = { rows, columns: panels.depth, transposed: false, at: arena.place(x) };
    multiplyPanels(engine, left, panels, atBias, result);
    return floatsAt(engine, result, x.shape.with(-1, outFeatures));
  });
};
