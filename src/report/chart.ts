/** Charts as SVG images, drawn by Vega-Lite without a canvas and without a network; it is loaded here alone. */
import type { TopLevelSpec } from 'vega-lite';
import { element, escapeText, type Markup, trusted } from './markup.js';

/** By the variables of the page's style, so that charts follow light and dark. */
export const colors = {
  actual: 'var(--actual,#1b1f24)',
  model: 'var(--model,#1f6fc2)',
  ahead: 'var(--ahead,#c2571a)',
  baseline: 'var(--baseline,#6b7480)',
} as const;

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

const SOFT = 'var(--soft,#5b6470)';
const LINE = 'var(--line,#d9dee4)';

const axis = {
  labelColor: SOFT,
  titleColor: SOFT,
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  domainColor: LINE,
  tickColor: LINE,
  gridColor: LINE,
} as const;

const title = {
  anchor: 'start',
  color: 'var(--text,#1b1f24)',
  subtitleColor: SOFT,
  fontSize: 15,
  subtitleFontSize: 12,
  subtitlePadding: 6,
  offset: 12,
} as const;

/** What a chart has beside its size and style. */
export type ChartSpec = Pick<Extract<TopLevelSpec, { layer: unknown }>, 'layer' | 'title'>;

/** @param spoken what the chart shows, for those who do not see it */
export async function chart(spec: ChartSpec, size: ChartSize, spoken: string): Promise<Markup> {
  return trusted(await chartText(spec, size, spoken));
}

/** The text of an SVG image, whose colors a style outside of it may set. */
export async function chartText(
  spec: ChartSpec,
  { width, height }: ChartSize,
  spoken: string,
): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const whole: TopLevelSpec = {
    ...spec,
    width,
    height,
    padding: 4,
    background: 'transparent',
    autosize: { type: 'fit', contains: 'padding' },
    config: { aria: false, font: 'system-ui, sans-serif', view: { stroke: null }, axis, title },
  };
  const svg = await new View(parse(compile(whole).spec), { renderer: 'none' }).toSVG();
  return labelled(svg, spoken);
}

/** The same chart for a wide and for a narrow page, of which the style shows one. */
export async function chartOfTwoSizes(
  spec: ChartSpec,
  sizes: { readonly wide: ChartSize; readonly narrow: ChartSize },
  spoken: string,
): Promise<Markup[]> {
  return [
    element('div', { class: 'wide' }, await chart(spec, sizes.wide, spoken)),
    element('div', { class: 'narrow' }, await chart(spec, sizes.narrow, spoken)),
  ];
}

/** One image with a name, instead of the roles that Vega gives to its parts. */
function labelled(svg: string, spoken: string): string {
  const bare = svg.replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, '');
  return bare.replace('<svg', () => `<svg role="img" aria-label="${escapeText(spoken)}"`);
}
