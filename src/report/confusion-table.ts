/** Which classes are taken for which others, as a table whose cells are shaded. */
import { counted } from '../counted.js';
import { element, type Markup, titled, trusted } from './markup.js';

/** More classes than these make a table that nobody reads. */
const MOST = 20;
/** The strongest shade, in percent: text stays readable on it, on light and on dark. */
const STRONGEST = 55;

/**
 * Rows are what is right, columns what was predicted. Of many classes those with the most errors are shown. A cell is shaded by its share
 * of the row.
 *
 * @param counts `counts[i][j]`: how many samples of class i were taken for class j
 */
export function confusionTable(classes: readonly string[], counts: readonly (readonly number[])[]): Markup {
  const shown = shownClasses(counts);
  const title =
    shown.length < classes.length
      ? `Right class (rows) and predicted class (columns): the ${MOST} classes with the most errors of ${counted(classes.length, 'class', 'classes')}`
      : 'Right class (rows) and predicted class (columns)';
  const header = shown.map((j) => element('th', { scope: 'col' }, classes[j] ?? ''));
  const rows = shown.map((i) => {
    const row = counts[i] ?? [];
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = shown.map((j) => {
      const count = row[j] ?? 0;
      return element('td', shadeStyle(total > 0 ? count / total : 0), count.toLocaleString('en'));
    });
    return element('tr', {}, element('th', { scope: 'row' }, classes[i] ?? ''), ...cells);
  });
  const whole = element(
    'table',
    { class: 'confusion' },
    element('thead', {}, element('tr', {}, element('td', {}, trusted('')), ...header)),
    element('tbody', {}, ...rows),
  );
  return titled(title, whole);
}

/** The style of a cell. @param share 0 to 1 */
export function shadeStyle(share: number, color: 'model' | 'ahead' = 'model'): Record<string, string> {
  const percent = Math.round(STRONGEST * share);
  return percent === 0
    ? {}
    : { style: `background:color-mix(in srgb,var(--${color}) ${percent}%,transparent)` };
}

/** All, or those with the most errors in their row and column, in the order of the classes. */
function shownClasses(counts: readonly (readonly number[])[]): number[] {
  const all = [...counts.keys()];
  if (all.length <= MOST) return all;
  const errors = all.map((i) =>
    all.reduce((sum, j) => (i === j ? sum : sum + (counts[i]?.[j] ?? 0) + (counts[j]?.[i] ?? 0)), 0),
  );
  const worst = all.toSorted((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0)).slice(0, MOST);
  return worst.sort((a, b) => a - b);
}
