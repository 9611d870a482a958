/** `Tile`, or `Expand` to the size of another value. */
import { normalizeAxis } from '../../builder/shape.js';
import { int } from '../emitter.js';
import type { Lowering } from '../lowering.js';

export const lowerRepeat: Lowering<'repeat'> = ({ name, options }, { emitter, inputs: { x, like } }) => {
  const axis = normalizeAxis(options.axis, x.type.shape, name);
  const ones = x.type.shape.map(() => 1);
  if (!like) {
    const repeats = emitter.int64(ones.with(axis, options.times ?? 1));
    return { output: { name: emitter.emit('Tile', [x.name, repeats], { name }) } };
  }
  const index = normalizeAxis(options.likeAxis ?? 0, like.type.shape, name);
  const sizes = emitter.emit('Shape', [like.name], { name: `${name}.like` });
  const size = emitter.emit('Gather', [sizes, emitter.int64([index])], {
    name: `${name}.size`,
    attributes: { axis: int(0) },
  });
  const parts = [ones.slice(0, axis), ones.slice(axis + 1)].map(
    (own) => own.length > 0 && emitter.int64(own),
  );
  const shape = emitter.emit(
    'Concat',
    [parts[0], size, parts[1]].filter((part) => typeof part === 'string'),
    { name: `${name}.shape`, attributes: { axis: int(0) } },
  );
  return { output: { name: emitter.emit('Expand', [x.name, shape], { name }) } };
};
