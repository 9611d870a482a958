/** Which character separates the cells of a table. */
import { LstmOnnxError } from '../../errors.js';
import type { Separator } from './table-options.js';

const CANDIDATES: readonly Separator[] = [',', ';', '\t', '|'];
const NAMES: Readonly<Record<Separator, string>> = { ',': ',', ';': ';', '\t': '\\t', '|': '|' };
/** Lines that are looked at. */
const LINES = 20;

/**
 * The one that every one of the first lines has as often as the header; else the one that the header has most.
 *
 * @param text The start of the table, whole lines
 * @param decimal A comma in numbers separates no cells
 * @throws E_INVALID_FILE where two fit as well
 */
export function findSeparator(text: string, decimal: '.' | ','): Separator {
  const lines = text
    .replaceAll(/"[^"]*"/g, '""')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, LINES);
  const [header = '', ...rest] = lines;
  const found = CANDIDATES.filter((separator) => separator !== decimal)
    .map((separator) => {
      const count = countOf(header, separator);
      return { separator, count, isEven: rest.every((line) => countOf(line, separator) === count) };
    })
    .filter(({ count }) => count > 0);
  const even = found.filter(({ isEven }) => isEven);
  const [best, next] = (even.length > 0 ? even : found).toSorted((a, b) => b.count - a.count);
  if (best !== undefined && best.count === next?.count) {
    const [a, b] = [NAMES[best.separator], NAMES[next.separator]];
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The cells may be separated by '${a}' or by '${b}': the first lines have as many of each. Give separator: '${a}' or separator: '${b}'.`,
      { hints: [{ option: 'separator', found: [best.separator, next.separator] }] },
    );
  }
  return best?.separator ?? (decimal === ',' ? ';' : ',');
}

function countOf(line: string, separator: string): number {
  return line.split(separator).length - 1;
}
