/** `Pad`. */
import { normalizeAxis } from '../../builder/shape.js';
import type { Lowering } from '../lowering.js';

export const lowerPad: Lowering<'pad'> = ({ name, options }, { emitter, inputs: { x } }) => {
  const axis = normalizeAxis(options.axis, x.type.shape, name);
  const zeros = x.type.shape.map(() => 0);
  const pads = emitter.int64([...zeros.with(axis, options.before), ...zeros.with(axis, options.after)]);
  if (options.value === 0) return { output: { name: emitter.emit('Pad', [x.name, pads], { name }) } };
  const constant =
    x.type.dtype === 'int32'
      ? ({ dtype: 'int32', shape: [], data: Int32Array.of(options.value) } as const)
      : ({ dtype: 'float32', shape: [], data: Float32Array.of(options.value) } as const);
  const value = emitter.initializer(`${name}.value`, constant);
  return { output: { name: emitter.emit('Pad', [x.name, pads, value], { name }) } };
};
