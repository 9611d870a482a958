/** The size of a dimension as a number: `Shape`, `Gather`, `Cast`. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

const FLOAT_TYPE = 1; // TensorProto.FLOAT

export const lowerSize: Lowering<'size'> = ({ name, options }, { emitter, inputs: { x } }) => {
  const shape = emitter.emit('Shape', [x.name], { name: `${name}.shape` });
  const count = emitter.emit('Gather', [shape, emitter.int64(options.axis)], { name: `${name}.count` });
  return { output: { name: emitter.emit('Cast', [count], { name, attributes: { to: int(FLOAT_TYPE) } }) } };
};
