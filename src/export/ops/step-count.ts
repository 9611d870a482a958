/** The number of the last step that differs from the padding, as a maximum over step numbers. */
import { int } from '../emitter.js';
import { inputOf, type Lowering } from '../lowering.js';

const int32Type = 6; // TensorProto.INT32
const floatType = 1; // TensorProto.FLOAT

export const lowerStepCount: Lowering<'stepCount'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = inputOf(context);
  const { dtype, shape } = x.type;
  const timeAxis = options.batchFirst ? 1 : 0;
  const data = dtype === 'int32' ? Int32Array.of(options.padding) : Float32Array.of(options.padding);
  const padding = emitter.initializer(`${name}.padding`, { dtype, shape: [], data } as never); // data is of dtype
  const same = emitter.emit('Equal', [x.name, padding], { name: `${name}.same` });
  const differs = emitter.emit('Not', [same], { name: `${name}.differs` });
  const asFloat = emitter.emit('Cast', [differs], {
    name: `${name}.flags`,
    attributes: { to: int(floatType) },
  });
  const flags = shape.length === 3 ? reduceMax(context, asFloat, `${name}.steps`, 2) : asFloat;
  const dims = emitter.emit('Shape', [x.name], { name: `${name}.dims` });
  const time = emitter.emit('Gather', [dims, emitter.int64(timeAxis)], { name: `${name}.time` });
  const last = emitter.emit('Add', [time, emitter.int64(1)], { name: `${name}.end` });
  const range = emitter.emit('Range', [emitter.int64(1), last, emitter.int64(1)], {
    name: `${name}.numbers`,
  });
  const numbers = emitter.emit('Cast', [range], {
    name: `${name}.numbers_float`,
    attributes: { to: int(floatType) },
  });
  const column = options.batchFirst
    ? numbers
    : emitter.emit('Unsqueeze', [numbers, emitter.int64([1])], { name: `${name}.column` });
  const counted = emitter.emit('Mul', [flags, column], { name: `${name}.counted` });
  const largest = reduceMax(context, counted, `${name}.largest`, timeAxis);
  return { output: { name: emitter.emit('Cast', [largest], { name, attributes: { to: int(int32Type) } }) } };
};

/** ReduceMax takes its axes as an attribute up to operator set 17, as an input from 18 on; TopK is the same in all. */
function reduceMax(
  { emitter }: Parameters<Lowering<'stepCount'>>[1],
  x: string,
  name: string,
  axis: number,
): string {
  const [values = ''] = emitter.emitAll('TopK', [x, emitter.int64([1])], ['.values', '.indices'], {
    name,
    attributes: { axis: int(axis) },
  });
  return emitter.emit('Squeeze', [values, emitter.int64([axis])], { name });
}
