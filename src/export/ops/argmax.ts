/** `ArgMax`, whose int64 becomes the int32 of networks. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

const INT32_TYPE = 6; // TensorProto.INT32

export const lowerArgmax: Lowering<'argmax'> = ({ name, options }, { emitter, inputs: { x } }) => {
  const index = emitter.emit('ArgMax', [x.name], {
    name: `${name}.index`,
    attributes: {
      axis: int(options.axis),
      keepdims: int(0),
      ...(options.selectLastIndex ? { select_last_index: int(1) } : {}),
    },
  });
  return { output: { name: emitter.emit('Cast', [index], { name, attributes: { to: int(INT32_TYPE) } }) } };
};
