/** How much of each step of a source went into each token that was written: a table of shades. */
import { dim, type NdArray } from '../nd-array.js';
import type { PickedSamples } from '../tasks/pick-samples.js';
import { element, type Markup, scrolling } from './markup.js';
import { section } from './page.js';

/** Maps that are shown of what is right, and of what is wrong. */
const MAPS = 3;

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

/**
 * Some of the samples as maps; nothing where none can be drawn.
 *
 * @param about how such a map is read
 * @param mapOf the map of a sample under a title, undefined where there is none
 */
export function attentionSection<S>(
  { right, wrong }: PickedSamples<S>,
  about: string,
  mapOf: (title: string, sample: S) => Markup | undefined,
): Markup | readonly Markup[] {
  const drawn = (samples: readonly S[], title: string) => {
    const maps: Markup[] = [];
    for (const sample of samples) {
      const map = maps.length < MAPS ? mapOf(title, sample) : undefined;
      if (map) maps.push(map);
    }
    return maps;
  };
  const maps = [...drawn(right, 'right'), ...drawn(wrong, 'wrong')];
  if (maps.length === 0) return [];
  return section(
    'What it attends to',
    element('p', { class: 'soft' }, about),
    element('div', { class: 'grid' }, ...maps),
  );
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
