/** `Transpose`. */
import { ints } from '../emitter.js';
import { inputOf, type Lowering } from '../lowering.js';

export const lowerTranspose: Lowering<'transpose'> = ({ name, options }, context) => ({
  output: {
    name: context.emitter.emit('Transpose', [inputOf(context).name], {
      name,
      attributes: { perm: ints(...options.axes) },
    }),
  },
});
