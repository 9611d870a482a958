/**
 * `Reshape`. A named dimension that stays in its place is ONNX's 0 (copied from the input), and one unknown dimension is -1;
 * where that is not enough, the graph reads the sizes from the input's shape.
 */
import { int } from '../emitter.js';
import type { Lowered, Lowering, LoweringContext } from '../lowering.js';

export const lowerReshape: Lowering<'reshape'> = ({ name, options }, context) => {
  const { emitter } = context;
  const x = context.inputs.x;
  const copied = options.shape.map((dim, i) =>
    typeof dim === 'string' && x.type.shape[i] === dim ? 0 : dim,
  );
  const unknown = copied.filter((dim) => typeof dim === 'string' || dim === -1);
  const target =
    unknown.length <= 1
      ? emitter.int64(copied.map((dim) => (typeof dim === 'string' ? -1 : dim)))
      : shapeFromInput(context, x, copied, name);
  return { output: { name: emitter.emit('Reshape', [x.name, target], { name }) } };
};

/** The target shape, built in the graph: named dimensions come from the input's shape. */
function shapeFromInput(
  { emitter }: LoweringContext,
  x: Lowered,
  target: readonly (number | string)[],
  name: string,
): string {
  const sizes = emitter.emit('Shape', [x.name], { name: `${name}.input_shape` });
  const parts = target.map((dim) => {
    if (typeof dim === 'number') return emitter.int64([dim]);
    const index = emitter.int64([x.type.shape.indexOf(dim)]);
    return emitter.emit('Gather', [sizes, index], { name: `${name}.${dim}`, attributes: { axis: int(0) } });
  });
  return emitter.emit('Concat', parts, { name: `${name}.shape`, attributes: { axis: int(0) } });
}
