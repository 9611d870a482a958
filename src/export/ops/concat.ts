/** `Concat`. */

import { inputValues } from '../../builder/ops/op-inputs.js';
import { int } from '../emitter.js';
import type { Lowered, Lowering } from '../lowering.js';

export const lowerConcat: Lowering<'concat'> = ({ name, options }, { emitter, inputs }) => ({
  output: {
    name: emitter.emit(
      'Concat',
      inputValues<Lowered>(inputs).map((input) => input.name),
      { name, attributes: { axis: int(options.axis) } },
    ),
  },
});
