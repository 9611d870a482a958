/** The number of the last step that differs from the padding: its index plus 1, or 0 if none differs. */
import { int } from '../emitter.js';
import type { Lowering, LoweringContext } from '../lowering.js';
import { reduce } from './reduce.js';

/** TensorProto's numbers of the element types. */
const types = { float32: 1, int32: 6, int64: 7 } as const;

export const lowerStepCount: Lowering<'stepCount'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = context.inputs.x;
  const { dtype, shape } = x.type;
  const timeAxis = options.batchFirst ? 1 : 0;
  const data = dtype === 'int32' ? Int32Array.of(options.padding) : Float32Array.of(options.padding);
  const padding = emitter.initializer(`${name}.padding`, { dtype, shape: [], data } as never); // data is of dtype
  const same = emitter.emit('Equal', [x.name, padding], { name: `${name}.same` });
  const differs = emitter.emit('Not', [same], { name: `${name}.differs` });
  const entries = cast(context, differs, 'float32', `${name}.entries`);
  const steps = shape.length === 3 ? reduce(context, 'ReduceMax', entries, 2, `${name}.steps`) : entries;
  const last = emitter.emit('ArgMax', [steps], {
    name: `${name}.last`,
    attributes: { axis: int(timeAxis), keepdims: int(0), select_last_index: int(1) },
  });
  const number = emitter.emit('Add', [last, emitter.int64(1)], { name: `${name}.number` });
  const any = reduce(context, 'ReduceMax', steps, timeAxis, `${name}.any`);
  const some = cast(context, any, 'int64', `${name}.some`);
  const count = emitter.emit('Mul', [number, some], { name: `${name}.count` });
  return { output: { name: cast(context, count, 'int32', name) } };
};

function cast({ emitter }: LoweringContext, x: string, to: keyof typeof types, name: string): string {
  return emitter.emit('Cast', [x], { name, attributes: { to: int(types[to]) } });
}
