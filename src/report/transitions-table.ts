/** What a conditional random field has learned of which tags follow which, as a table whose cells are shaded. */
import { counted } from '../counted.js';
import type { Crf } from '../tagging/crf.js';
import { shadeStyle } from './confusion-table.js';
import { element, type Markup, titled, trusted } from './markup.js';

/** More tags than these make a table that nobody reads. */
const MOST = 20;

/**
 * Rows are tags, columns those that follow; the first row is the start of a text, the last column its end. Blue is likelier, orange less
 * likely; the tags that the data has most often are shown.
 *
 * @param counts how many tokens have each tag
 */
export function transitionsTable(crf: Crf, labels: readonly string[], counts: readonly number[]): Markup {
  const all = [...labels.keys()];
  const frequent = all.toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0)).slice(0, MOST);
  const shown = frequent.sort((a, b) => a - b);
  const which =
    shown.length < all.length ? `: the ${MOST} most frequent of ${counted(all.length, 'tag')}` : '';
  const title = `Scores of a tag (columns) behind another (rows)${which}`;
  const rows = [
    ['start', ...shown.map((to) => crf.start[to]), undefined],
    ...shown.map((from) => [
      labels[from] ?? '',
      ...shown.map((to) => crf.transitions[from * labels.length + to]),
      crf.end[from],
    ]),
  ] as const;
  const numbers = rows.flatMap(([, ...scores]) => scores.map((score) => Math.abs(Number(score ?? 0))));
  const strongest = numbers.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0);
  const cell = (score: number | string | undefined) => {
    if (typeof score !== 'number') return element('td', {}, trusted(''));
    if (score === -Infinity) return element('td', { class: 'soft' }, 'never');
    const share = strongest > 0 ? Math.abs(score) / strongest : 0;
    return element(
      'td',
      shadeStyle(share, score < 0 ? 'ahead' : 'model'),
      (Math.round(10 * score) / 10 || 0).toFixed(1),
    );
  };
  const header = [...shown.map((to) => labels[to] ?? ''), 'end'];
  const lines = rows.map(([name, ...scores]) =>
    element('tr', {}, element('th', { scope: 'row' }, String(name)), ...scores.map(cell)),
  );
  const whole = element(
    'table',
    { class: 'transitions' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td', {}, trusted('')),
        ...header.map((name) => element('th', { scope: 'col' }, name)),
      ),
    ),
    element('tbody', {}, ...lines),
  );
  return titled(title, whole);
}
