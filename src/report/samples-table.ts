/** Samples with what a model made of them: texts that wrap, and on a phone one block for each sample. */
import { element, type Markup } from './markup.js';

/** Characters of a cell. */
const MOST = 300;

/**
 * @param columns their names; those of numbers are aligned to the right
 * @param rows a text for each column
 */
export function samplesTable(
  title: string,
  columns: readonly (string | { readonly number: string })[],
  rows: readonly (readonly string[])[],
): Markup {
  const known = columns.map((column) =>
    typeof column === 'string'
      ? { name: column, attributes: {} }
      : { name: column.number, attributes: { class: 'number' } },
  );
  const header = known.map(({ name, attributes }) => element('th', { scope: 'col', ...attributes }, name));
  const lines = rows.map((row) =>
    element(
      'tr',
      {},
      ...known.map(({ name, attributes }, i) =>
        element('td', { 'data-name': name, ...attributes }, shortened(row[i] ?? '')),
      ),
    ),
  );
  return element(
    'table',
    { class: 'samples' },
    element('caption', {}, title),
    element('thead', {}, element('tr', {}, ...header)),
    element('tbody', {}, ...lines),
  );
}

/** A text on one line, its end left out where it is long. */
export function shortened(text: string, most = MOST): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most).join('').trimEnd()} …` : line;
}
