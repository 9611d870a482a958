/** How much of each step of a source went into each token that was written: a table of shades. */
import { dim, type NdArray } from '../nd-array.js';
import { element, type Markup, scrolling } from './markup.js';

/**
 * @param title above it
 * @param written the tokens, a row each
 * @param read the steps of the source, a column each
 * @param weights `[tokens, steps]`
 */
export function attentionMap(
  title: string,
  written: readonly string[],
  read: readonly string[],
  weights: NdArray<'float32'>,
): Markup {
  const steps = dim(weights.shape, 1);
  const columns = read.map((token) => element('th', { scope: 'col' }, shownToken(token)));
  const rows = written.map((token, row) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, shownToken(token)),
      ...read.map((_, step) => weightCell(weights.data[row * steps + step] ?? 0)),
    ),
  );
  const map = element(
    'table',
    { class: read.every((token) => token.length === 1) ? 'attention upright' : 'attention' },
    element('caption', {}, title),
    element('thead', {}, element('tr', {}, element('td', {}), ...columns)),
    element('tbody', {}, ...rows),
  );
  return scrolling(title, map);
}

/** A cell that is shaded by a weight from 0 to 1. */
export function weightCell(weight: number): Markup {
  const percent = Math.round(100 * weight);
  const shaded =
    percent === 0 ? {} : { style: `background:color-mix(in srgb,var(--model) ${percent}%,transparent)` };
  return element('td', { title: weight.toFixed(2), ...shaded });
}

/** White space is seen. */
function shownToken(token: string): string {
  return token.trim() === '' ? '␣' : token;
}
