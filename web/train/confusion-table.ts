/** What was taken for what: a table whose cells are tinted by their share of the row. */
import { make } from '../shared/element.js';

/** More classes than this make a table that nobody reads. */
export const mostShownClasses = 20;

/** @param confusion rows are the true classes, columns the predicted ones */
export function confusionTable(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
): HTMLTableElement {
  const table = make('table', { class: 'confusion numbers' });
  const caption = make('caption', {}, 'Rows: what it is. Columns: what the model says.');
  const corner = make('td', {});
  const head = make('tr', {}, corner, ...labels.map((label) => make('th', { scope: 'col' }, label)));
  const rows = confusion.map((counts, row) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, column) => {
      const cell = make(
        'td',
        { class: column === row ? 'right' : 'wrong' },
        count === 0 ? '·' : String(count),
      );
      if (count === 0) cell.setAttribute('aria-label', '0');
      // Style properties set from a script are no inline styles to the content security policy.
      cell.style.setProperty('--share', String(total === 0 ? 0 : count / total));
      return cell;
    });
    return make('tr', {}, make('th', { scope: 'row' }, labels[row] ?? ''), ...cells);
  });
  table.append(caption, make('thead', {}, head), make('tbody', {}, ...rows));
  return table;
}
