/** `Gather` of rows from the table. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerEmbedding: Lowering<'embedding'> = ({ name }, { emitter, inputs, stored }) => {
  const ids = [stored('weight'), inputs.x.name];
  return { output: { name: emitter.emit('Gather', ids, { name, attributes: { axis: int(0) } }) } };
};
