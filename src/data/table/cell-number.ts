/** Numbers as cells have them, and what only looks like one. */

const POINT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA = /^[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const GROUPS = {
  '.': /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/,
  ',': /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
} as const;

export type Decimal = '.' | ',';

/** The number of a cell: infinite where it says so or is too large; undefined for what is no number. */
export function numberOf(cell: string, decimal: Decimal): number | undefined {
  if (decimal === '.') {
    if (POINT.test(cell)) return Number(cell);
  } else if (COMMA.test(cell)) {
    return Number(cell.replace(',', '.'));
  }
  if (!INFINITE.test(cell)) return undefined;
  return cell.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * Whether float64 has other digits than a whole number that is written out, as it may past 2^53: another number is
 * nearest to it, and would be written in other digits.
 */
export function losesDigits(cell: string, value: number): boolean {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || !/^[+-]?\d+$/.test(cell)) return false;
  const digits = cell.replace('+', '');
  return BigInt(digits) !== BigInt(value) && String(value) !== digits;
}

/** A number with the other decimal separator, such as `1,5`. */
export function hasOtherDecimal(cell: string, decimal: Decimal): boolean {
  return numberOf(cell, decimal) === undefined && numberOf(cell, decimal === '.' ? ',' : '.') !== undefined;
}

/** A number whose thousands are set apart, such as `1,234,567.8`. */
export function hasThousands(cell: string, decimal: Decimal): boolean {
  return GROUPS[decimal].test(cell);
}
