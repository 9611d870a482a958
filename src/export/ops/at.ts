/** `Gather` with a scalar index, which drops the axis; nothing where the graph has the last entry already. */
import { int } from '../emitter.js';
import { inputOf, type Lowering } from '../lowering.js';

export const lowerAt: Lowering<'at'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = inputOf(context);
  const axis = options.axis < 0 ? options.axis + x.type.shape.length : options.axis;
  if (x.last?.axis === axis && options.index === -1) return { output: { name: x.last.name } };
  const gathered = emitter.emit('Gather', [x.name, emitter.int64(options.index)], {
    name,
    attributes: { axis: int(axis) },
  });
  return { output: { name: gathered } };
};
