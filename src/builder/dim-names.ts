/**
 * Names of dimensions that ops make of others, such as `batch*time` or `time-1`. Equal names are equal sizes, so that tensors
 * of equal names can be joined:
 *
 * - a product is its factors between `*`, those that are sums in parentheses: `batch*(time-1)*4`;
 * - everything else is one size that is not taken apart: `time-1`, `1+time`, `min(time, 5)`, `ceil(time/2)`.
 */
import type { Dim } from './shape.js';

/** A size as a number times names. */
export interface Factors {
  readonly factor: number;
  readonly names: readonly string[];
}

/** The factors of a dimension. */
export function factorsOf(dim: Dim): Factors {
  if (typeof dim === 'number') return { factor: dim, names: [] };
  const parts = isOneTerm(dim) ? outside(dim, '*') : [dim];
  const numbers = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  return {
    factor: numbers.reduce((product, number) => product * number, 1),
    names: parts.filter((part) => !/^\d+$/.test(part)).map(bare),
  };
}

/** The dimension of these factors; the inverse of {@link factorsOf}. */
export function productOf({ factor, names }: Factors): Dim {
  if (names.length === 0) return factor;
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0 && factor === 1) return only;
  const parts = names.map((name) => (isOneTerm(name) ? name : `(${name})`));
  return [...parts, ...(factor === 1 ? [] : [factor])].join('*');
}

/** Whether a name has no sum, difference or quotient outside of parentheses. */
function isOneTerm(name: string): boolean {
  return ['+', '-', '/'].every((sign) => outside(name, sign).length === 1);
}

/** A name split at a sign that stands outside of parentheses. */
function outside(name: string, sign: string): string[] {
  if (!name.includes(sign)) return [name];
  const parts = [''];
  let depth = 0;
  for (const character of name) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === sign && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${character}`);
  }
  return parts;
}

/** Whether no parenthesis closes that did not open before: that a name is one pair of parentheses around this. */
function isBalanced(inner: string): boolean {
  let depth = 0;
  return [...inner].every((character) => {
    if (character === '(') depth++;
    if (character === ')') depth--;
    return depth >= 0;
  });
}

/** The dimension that is so much larger or smaller than another: of `time-4`, `time` and -4. */
export function unshifted(dim: string): { readonly base: string; readonly by: number } | undefined {
  const [, base, by] = /^(.+)([+-]\d+)$/.exec(dim) ?? [];
  return base === undefined ? undefined : { base, by: Number(by) };
}

function bare(part: string): string {
  return part.startsWith('(') && part.endsWith(')') ? part.slice(1, -1) : part;
}

/** `dim + by`, at least 0: `time-1` less 1 is `time-2`, and with 1 more it is `time`; `floor(time/2)+1` is `floor((time+2)/2)`. */
export function shifted(dim: Dim, by: number): Dim {
  if (typeof dim === 'number') return Math.max(0, dim + by);
  const [, whole, divisor] = /^floor\(\((.+)\)\/(\d+)\)$/.exec(dim) ?? [];
  if (whole !== undefined && isBalanced(whole)) {
    return dividedDown(shifted(whole, by * Number(divisor)), Number(divisor));
  }
  const { base, by: before } = unshifted(dim) ?? { base: dim, by: 0 };
  const total = before + by;
  return total === 0 ? base : `${base}${total > 0 ? '+' : ''}${total}`;
}

/** The smaller of a dimension and a number. */
export function atMost(dim: Dim, most: number): Dim {
  return typeof dim === 'number' ? Math.min(dim, most) : `min(${dim}, ${most})`;
}

/** `dim / by`, rounded down. */
export function dividedDown(dim: Dim, by: number): Dim {
  if (typeof dim === 'number') return Math.floor(dim / by);
  return by === 1 ? dim : `floor((${dim})/${by})`;
}

/** `dim * by`. */
export function multiplied(dim: Dim, by: number): Dim {
  const { factor, names } = factorsOf(dim);
  return productOf({ factor: factor * by, names });
}

/** `dim / by`, rounded up. */
export function dividedUp(dim: Dim, by: number): Dim {
  if (typeof dim === 'number') return Math.ceil(dim / by);
  return by === 1 ? dim : `ceil((${dim})/${by})`;
}
