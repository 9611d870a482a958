/**
 * Sizes of dimensions as a number times names, so that the shape arithmetic that exporters write into a graph can be
 * followed: `4 * batch` divided by `batch` is 4. Names are those of the network's dimensions (`shape.ts`).
 */
import { factorsOf, productOf } from '../../builder/dim-names.js';
import type { Dim } from '../../builder/shape.js';

/** `factor` times the product of the sizes called `names`, which are sorted. */
export interface Size {
  readonly factor: number;
  readonly names: readonly string[];
}

/** More names than a product of real dimensions has; a hostile chain of products would double them at every node. */
const MAX_NAMES = 16;

const one: Size = { factor: 1, names: [] };

export function fixed(factor: number): Size {
  return { factor, names: [] };
}

/** The size of a dimension of the network, whose name may be a product (`batch*time`), as `reshape` makes them. */
export function sizeOfDim(dim: Dim): Size {
  if (typeof dim === 'number') return fixed(dim);
  const { factor, names } = factorsOf(dim);
  return { factor, names: names.toSorted() };
}

/** The dimension of the network of this size; the inverse of {@link sizeOfDim}. */
export function dimOfSize(size: Size): Dim {
  return productOf(size);
}

export function sameSize(a: Size, b: Size): boolean {
  return (
    a.factor === b.factor && a.names.length === b.names.length && a.names.every((n, i) => n === b.names[i])
  );
}

export function isOne(size: Size): boolean {
  return sameSize(size, one);
}

/** The number, where it is one. */
export function numberOf({ factor, names }: Size): number | undefined {
  return names.length === 0 ? factor : undefined;
}

/** Undefined past what an integer holds exactly, and past any sane number of names. */
export function times(a: Size, b: Size): Size | undefined {
  const factor = a.factor * b.factor;
  const names = [...a.names, ...b.names];
  if (!Number.isSafeInteger(factor) || names.length > MAX_NAMES) return undefined;
  return { factor, names: names.sort() };
}

export function product(sizes: readonly Size[]): Size | undefined {
  return sizes.reduce<Size | undefined>((total, size) => total && times(total, size), one);
}

/** `a / b` where that is a whole size for any sizes of the names. */
export function divided(a: Size, b: Size): Size | undefined {
  const names = [...a.names];
  for (const name of b.names) {
    const index = names.indexOf(name);
    if (index === -1) return undefined;
    names.splice(index, 1);
  }
  const factor = a.factor / b.factor;
  return Number.isSafeInteger(factor) ? { factor, names } : undefined;
}

/** `[batch, 4*time, 3]`, for messages. */
export function formatSizes(sizes: readonly Size[]): string {
  return `[${sizes.map(dimOfSize).join(', ')}]`;
}
