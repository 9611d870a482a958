/**
 * `Reshape`, or `Squeeze` and `Unsqueeze` where only dimensions of 1 go and come. A named dimension that stays in its place is ONNX's 0 (copied from the input), and one unknown dimension is -1;
 * where that is not enough, the graph reads the sizes from the input's shape.
 */
import { LstmOnnxError } from '../../errors.js';
import { int } from '../emitter.js';
import type { Lowered, Lowering, LoweringContext } from '../lowering.js';

export const lowerReshape: Lowering<'reshape'> = (node, context) => {
  const { name, options } = node;
  const { emitter } = context;
  const x = context.inputs.x;
  const onlyOnes = withOtherOnes(context, x, node.outputs.output?.shape ?? [], name);
  if (onlyOnes !== undefined) return { output: { name: onlyOnes } };
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

/** Undefined where more than dimensions of 1 changes, or nothing does. */
function withOtherOnes(
  { emitter }: LoweringContext,
  { name: x, type }: Lowered,
  target: readonly (number | string)[],
  name: string,
): string | undefined {
  const isOther = (dim: number | string) => dim !== 1;
  const [before, after] = [type.shape.filter(isOther), target.filter(isOther)];
  if (before.length !== after.length || before.some((dim, i) => dim !== after[i])) return undefined;
  const ones = (shape: readonly (number | string)[]) => shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
  const [gone, added] = [ones(type.shape), ones(target)];
  if (gone.join() === added.join()) return undefined;
  const bare = gone.length === 0 ? x : emitter.emit('Squeeze', [x, emitter.int64(gone)], { name });
  return added.length === 0 ? bare : emitter.emit('Unsqueeze', [bare, emitter.int64(added)], { name });
}

/**
 * The target shape, built in the graph: named dimensions come from the input's shape, or from that of another value where a product of
 * names comes apart, and one that no value has is what is left.
 */
function shapeFromInput(
  { emitter, holderOf }: LoweringContext,
  x: Lowered,
  target: readonly (number | string)[],
  name: string,
): string {
  let isLeft = target.includes(-1);
  const shapes = new Map<string, string>();
  const shapeOf = (value: string) => {
    const known = shapes.get(value) ?? emitter.emit('Shape', [value], { name: `${name}.input_shape` });
    shapes.set(value, known);
    return known;
  };
  const parts = target.map((dim) => {
    if (typeof dim === 'number') return emitter.int64([dim]);
    const own = x.type.shape.indexOf(dim);
    const holder = own === -1 ? holderOf(dim) : { name: x.name, axis: own };
    if (!holder) {
      if (isLeft) {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          `${name}: no value of the network has the dimension ${dim}, so that ONNX cannot be told its size; put -1 for it.`,
        );
      }
      isLeft = true;
      return emitter.int64([-1]);
    }
    const sizes = shapeOf(holder.name);
    const index = emitter.int64([holder.axis]);
    return emitter.emit('Gather', [sizes, index], { name: `${name}.${dim}`, attributes: { axis: int(0) } });
  });
  return emitter.emit('Concat', parts, { name: `${name}.shape`, attributes: { axis: int(0) } });
}
