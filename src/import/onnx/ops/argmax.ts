/** ArgMax of floats. */
import { dim } from '../../../nd-array.js';
import type { Handler } from '../node-reader.js';
import { dimOfSize, isOne } from '../size.js';
import { sizesOf } from '../view.js';

const ArgMax: Handler = (node) => {
  const { to } = node;
  const x = node.floats(0);
  const axis = node.axis(node.int('axis', 0), x.axes.length);
  if (node.int('select_last_index', 0) !== 0 && !isOne(dim(sizesOf(x), axis))) {
    throw node.refusal(
      `of equal entries along ${dimOfSize(dim(sizesOf(x), axis))} it takes the last one; read is the first, as torch.argmax has it`,
    );
  }
  const index = to.view(to.add('argmax', { x: to.tensor(x) }, { axis }));
  if (node.int('keepdims', 1) === 0) return [index];
  return [{ ...index, axes: index.axes.toSpliced(axis, 0, []) }];
};

export const argmaxHandlers = { ArgMax } satisfies Record<string, Handler>;
