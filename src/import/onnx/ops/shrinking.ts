/** Sign and Shrink: functions of each entry in pieces, of which one is chosen by comparisons. */
import type { SymbolicTensor } from '../../../builder/tensor.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { over } from '../view.js';
import { activated } from './activations.js';

/** What is taken below one number, above another, and between them 0. */
function inPieces({ to }: NodeReader, x: View, bound: number, below: SymbolicTensor, above: SymbolicTensor) {
  const a = x.source.tensor();
  const zero = to.add('constant', {}, { shape: [], values: [0] });
  const other = to.add('where', { a, x: below, y: zero }, { comparison: 'less', than: -bound });
  const y = to.add('where', { a, x: above, y: other }, { comparison: 'greater', than: bound });
  return over(x, { type: y, tensor: () => y });
}

const Sign: Handler = (node) => {
  const number = (value: number) => node.to.add('constant', {}, { shape: [], values: [value] });
  return [inPieces(node, node.floats(0), 0, number(-1), number(1))];
};

/** Nearer to 0 by `bias`: torch's Softshrink with the bound as bias, Hardshrink without one. */
const Shrink: Handler = (node) => {
  const x = node.floats(0);
  const [bound, bias] = [node.float('lambd', 0.5), node.float('bias', 0)];
  if (bound < 0) throw node.refusal(`its lambd is ${bound}; read are bounds from 0`);
  const shifted = (by: number) => activated(node, x, { name: 'linear', alpha: 1, beta: by }).source.tensor();
  return [inPieces(node, x, bound, shifted(bias), shifted(-bias))];
};

export const shrinkingHandlers = { Sign, Shrink } satisfies Record<string, Handler>;
