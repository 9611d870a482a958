/**
 * `Gather` with a scalar index, which drops the axis; nothing where the graph has the entry already. The last step of
 * sequences that end early is the first one when each is reversed.
 */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

const INT64_TYPE = 7; // TensorProto.INT64

export const lowerAt: Lowering<'at'> = ({ name, options }, context) => {
  const { emitter } = context;
  const { x, lengths } = context.inputs;
  const axis = options.axis < 0 ? options.axis + x.type.shape.length : options.axis;
  const { entry } = x;
  if (entry?.axis === axis && entry.index === options.index && entry.lengths === lengths?.name) {
    return { output: { name: entry.name } };
  }
  const pick = (from: string, index: number) =>
    emitter.emit('Gather', [from, emitter.int64(index)], { name, attributes: { axis: int(axis) } });
  if (!lengths) return { output: { name: pick(x.name, options.index) } };
  const steps = emitter.emit('Cast', [lengths.name], {
    name: `${name}.lengths`,
    attributes: { to: int(INT64_TYPE) },
  });
  const reversed = emitter.emit('ReverseSequence', [x.name, steps], {
    name: `${name}.reversed`,
    attributes: { time_axis: int(axis), batch_axis: int(1 - axis) },
  });
  return { output: { name: pick(reversed, 0) } };
};
