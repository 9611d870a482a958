/** The first rows of a file, whose headers are buttons: a click gives the column the role that is chosen above it. */
import { make } from '../shared/element.js';
import type { Preview, Role } from './messages.js';

export const roleNames: Readonly<Record<Role, string>> = {
  time: 'Time',
  target: 'Target',
  feature: 'Feature',
  known: 'Known ahead',
  key: 'Series key',
  unused: 'Not used',
};

export const roleHints: Readonly<Record<Role, string>> = {
  target: 'The numbers to forecast: one column.',
  feature: 'Seen beside the target, up to now.',
  known:
    'Known for the steps to come, too, such as a planned price: rows at the end of the file have it, without a target.',
  key: 'Tells several series apart, such as a shop or a share.',
  time: 'The date or time of each row: one column.',
  unused: 'Left out.',
};

/** @param click is called with the place of the column */
export function columnTable(
  preview: Preview,
  given: readonly Role[],
  click: (column: number) => void,
): HTMLElement {
  const heads = preview.columns.map(({ name, holds }, column) => {
    const button = make(
      'button',
      { type: 'button', class: 'column', 'data-role': given[column] ?? 'unused', 'data-column': name },
      make('span', { class: 'column-name' }, name),
      ' ',
      make('span', { class: 'role' }, roleNames[given[column] ?? 'unused']),
    );
    button.addEventListener('click', () => click(column));
    return make('th', { scope: 'col', class: holds === 'numbers' ? 'number' : '' }, button);
  });
  const rows = preview.rows.map((cells) =>
    make(
      'tr',
      {},
      ...cells.map((cell, column) => {
        const isNumber = preview.columns[column]?.holds === 'numbers';
        return make(
          'td',
          { class: `${isNumber ? 'number ' : ''}${given[column] === 'unused' ? 'unused' : ''}` },
          cell,
        );
      }),
    ),
  );
  return make(
    'table',
    { class: 'preview' },
    make('caption', { class: 'visually-hidden' }, 'The first rows of the file'),
    make('thead', {}, make('tr', {}, ...heads)),
    make('tbody', {}, ...rows),
  );
}

/** The roles after a click: time and target are of one column alone, and a second click takes a role away. */
export function rolesAfterClick(given: readonly Role[], column: number, role: Role): Role[] {
  const next = given[column] === role ? 'unused' : role;
  const isOne = next === 'time' || next === 'target';
  return given.map((own, place) => {
    if (place === column) return next;
    return isOne && own === next ? 'unused' : own;
  });
}
