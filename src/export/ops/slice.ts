/** `Slice`. */
import type { Lowering } from '../lowering.js';

/** An end this far out stands for "to the end", whatever the size. */
const OPEN_END = 2 ** 31 - 1;

export const lowerSlice: Lowering<'slice'> = ({ name, options }, { emitter, inputs }) => {
  const { axis, start, end = OPEN_END, step } = options;
  const bounds = [start, end, axis, step].map((number) => emitter.int64([number]));
  return { output: { name: emitter.emit('Slice', [inputs.x.name, ...bounds], { name }) } };
};
