/** ArgMax and ArgMin of floats. */
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { activated } from './activations.js';

/** @param ranked the entries, the wanted one the largest */
function largest(ranked: (node: NodeReader, x: View) => View): Handler {
  return (node) => {
    const { to } = node;
    const x = ranked(node, node.floats(0));
    const axis = node.axis(node.int('axis', 0), x.axes.length);
    const selectLastIndex = node.int('select_last_index', 0) !== 0;
    const index = to.view(to.add('argmax', { x: to.tensor(x) }, { axis, selectLastIndex }));
    if (node.int('keepdims', 1) === 0) return [index];
    return [{ ...index, axes: index.axes.toSpliced(axis, 0, []) }];
  };
}

export const argmaxHandlers = {
  ArgMax: largest((_, x) => x),
  ArgMin: largest((node, x) => activated(node, x, { name: 'neg' })),
} satisfies Record<string, Handler>;
