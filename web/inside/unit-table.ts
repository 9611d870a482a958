/** One unit's numbers as a table: a row for each row of the digit, a column for each quantity. */
import { make } from '../shared/element.js';
import { formatValue, quantities, quantityNames, type Trace, valueAt } from './quantity.js';

export function unitTable(trace: Trace, unit: number): HTMLTableElement {
  const head = make(
    'tr',
    {},
    make('th', { scope: 'col' }, 'Row'),
    ...quantityNames.map((name) =>
      make('th', { scope: 'col', class: 'number', title: quantities[name].title }, quantities[name].symbol),
    ),
  );
  const rows = Array.from({ length: trace.rows }, (_, row) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row' }, String(row + 1)),
      ...quantityNames.map((name) =>
        make('td', { class: 'number' }, formatValue(valueAt(trace, name, row, unit))),
      ),
    ),
  );
  return make(
    'table',
    { class: 'unit-table' },
    make('caption', {}, `Unit ${unit}`),
    make('thead', {}, head),
    make('tbody', {}, ...rows),
  );
}
