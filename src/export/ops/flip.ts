/** A `Slice` with a step of -1. */
import type { Lowering } from '../lowering.js';

/** Before the first entry, however long the dimension is. */
const beforeAll = -(2 ** 31);

export const lowerFlip: Lowering<'flip'> = ({ name, options }, context) => {
  const { emitter } = context;
  const slice = [[-1], [beforeAll], [options.axis], [-1]].map((numbers) => emitter.int64(numbers));
  return { output: { name: emitter.emit('Slice', [context.inputs.x.name, ...slice], { name }) } };
};
