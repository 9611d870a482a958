/** `Transpose`. */
import { ints } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerTranspose: Lowering<'transpose'> = ({ name, options }, context) => ({
  output: {
    name: context.emitter.emit('Transpose', [context.inputs.x.name], {
      name,
      attributes: { perm: ints(...options.axes) },
    }),
  },
});
