/** `Concat`. */
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerConcat: Lowering<'concat'> = ({ name, options }, { emitter, inputs }) => ({
  output: {
    name: emitter.emit(
      'Concat',
      inputs.map((input) => input.name),
      { name, attributes: { axis: int(options.axis) } },
    ),
  },
});
