/** Einsum of two tensors, as the product of matrices that it is: `bij,bjk->bik`. */

import type { Handler, NodeReader } from '../node-reader.js';
import { formatSizes } from '../size.js';
import type { View } from '../value.js';
import { sizesOf } from '../view.js';
import { combined } from './combining.js';
import { product } from './products.js';

const pattern = /^([A-Za-z]+),([A-Za-z]+)(?:->([A-Za-z]*))?$/;

/** Without an output, the letters that stand once, in the order of the alphabet. */
function impliedOutput(a: string, b: string): string {
  const all = a + b;
  const once = [...all].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter));
  return once.toSorted().join('');
}

const Einsum: Handler = (node) => {
  const stated = node.attribute('equation', 'string')?.value ?? '';
  const [, a = '', b = '', written] = pattern.exec(stated.replaceAll(' ', '')) ?? [];
  const output = written ?? impliedOutput(a, b);
  const isOnce = [a, b, output].every((letters) => new Set(letters).size === letters.length);
  const isKept = [...(a + b)].every(
    (letter) => output.includes(letter) || (a.includes(letter) && b.includes(letter)),
  );
  const isGiven = [...output].every((letter) => a.includes(letter) || b.includes(letter));
  if (a === '' || !isOnce || !isKept || !isGiven || node.inputCount !== 2) {
    throw node.refusal(
      `it computes ${JSON.stringify(stated.slice(0, 80))}; read are products of two tensors, as in "bij,bjk->bik"`,
    );
  }
  const [x, y] = [node.floats(0), node.floats(1)];
  if (x.axes.length !== a.length || y.axes.length !== b.length) {
    throw node.refusal(
      `${JSON.stringify(stated)} does not fit ${formatSizes(sizesOf(x))} and ${formatSizes(sizesOf(y))}`,
    );
  }
  return [contracted(node, { x, a }, { y, b }, output)];
};

/** Letters of both and of the output are a batch; others of the output are rows of a and columns of b, of which the last are those of matrices. */
function contracted(
  node: NodeReader,
  { x, a }: { readonly x: View; readonly a: string },
  { y, b }: { readonly y: View; readonly b: string },
  output: string,
): View {
  const own = [...output];
  const [summed, ...more] = [...a].filter((letter) => !output.includes(letter));
  if (summed === undefined) return combined(node, 'mul', along(x, a, own), along(y, b, own));
  if (more.length > 0) throw node.refusal(`it sums over ${more.length + 1} axes; read is one`);
  const rows = own.filter((letter) => !b.includes(letter));
  const columns = own.filter((letter) => !a.includes(letter));
  const [row, column] = [rows.at(-1) ?? '', columns.at(-1) ?? ''];
  const batch = own.filter((letter) => letter !== row && letter !== column);
  const whole = product(node, along(x, a, [...batch, row, summed]), along(y, b, [...batch, summed, column]));
  return along(whole, [...batch, row, column], own);
}

/** The axes of these letters, in their order; of a letter that the view does not have, one of size 1. */
function along(view: View, letters: string | readonly string[], order: readonly string[]): View {
  return {
    ...view,
    axes: order.map((letter) => (letter === '' ? [] : (view.axes[letters.indexOf(letter)] ?? []))),
  };
}

export const einsumHandlers = { Einsum } satisfies Record<string, Handler>;
