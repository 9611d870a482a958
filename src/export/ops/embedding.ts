/** `Gather` of rows from the table. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerEmbedding: Lowering<'embedding'> = ({ name }, context) => {
  const { emitter, parameter } = context;
  const table = emitter.initializer(`${name}.weight`, { dtype: 'float32', ...parameter('weight') });
  const rows = emitter.emit('Gather', [table, context.inputs.x.name], { name, attributes: { axis: int(0) } });
  return { output: { name: rows } };
};
