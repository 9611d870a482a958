/** HTML that is XML too. Names of files, columns and series come from anybody: text is escaped unless it was made here. */
import { escapeControls } from '../escape-controls.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML has no character for: noncharacters, and halves of surrogate pairs. */
const NO_XML = /[\uFFFE\uFFFF]|\p{Cs}/gu;

/** Text, in an element or an attribute. */
export function escapeText(text: string): string {
  return escapeControls(text)
    .replace(NO_XML, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Markup, which is not escaped again. */
export interface Markup {
  readonly markup: string;
}

type Child = string | Markup | readonly Child[];

/** Markup made elsewhere, such as an SVG image. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** Elements that HTML knows to have no end. */
const VOID = new Set(['meta', 'img', 'br']);

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): Markup {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(value)}"`);
  const start = `<${name}${given.join('')}`;
  return trusted(VOID.has(name) ? `${start}/>` : `${start}>${children.map(markupOf).join('')}</${name}>`);
}

function markupOf(child: Child): string {
  if (typeof child === 'string') return escapeText(child);
  return 'markup' in child ? child.markup : child.map(markupOf).join('');
}

/** A table whose first row has the names of the columns, and whose first column those of the rows. */
export function table(title: string, rows: readonly (readonly string[])[]): Markup {
  const [header = [], ...body] = rows;
  const columns = header.map((name) => element('th', { scope: 'col' }, name));
  const lines = body.map((row) =>
    element(
      'tr',
      {},
      ...header.map((_, i) =>
        i === 0 ? element('th', { scope: 'row' }, row[i] ?? '') : element('td', {}, row[i] ?? '–'),
      ),
    ),
  );
  const whole = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...columns)),
    element('tbody', {}, ...lines),
  );
  return titled(title, whole);
}

/** A table below its title: a caption would be as narrow as a table of few columns. */
export function titled(title: string, whole: Markup): Markup {
  return element('div', {}, element('p', { class: 'soft' }, title), scrolling(title, whole));
}

/** What is too wide for a phone scrolls by itself, by the keyboard, too. */
export function scrolling(title: string, wide: Markup): Markup {
  return element('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': title }, wide);
}
