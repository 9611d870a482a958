/** What every report is: one HTML file, well-formed XML, too, that needs no other file and no script. */
import { historyPlot, historyPlotFor } from '../builder/train/history-plot.js';
import type { EpochLog } from '../builder/train/logs.js';
import { version } from '../version.js';
import { element, type Markup, trusted } from './markup.js';
import { style } from './style.js';

/** @returns the text of the file */
export function page(title: string, ...children: readonly (Markup | readonly Markup[])[]): string {
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('title', {}, title),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }),
    // The style has no character that is escaped in XML alone.
    element('style', {}, trusted(style)),
  );
  const body = element('body', {}, element('main', {}, element('h1', {}, title), ...children));
  const attributes = { lang: 'en', xmlns: 'http://www.w3.org/1999/xhtml' };
  return `<!DOCTYPE html>\n${element('html', attributes, head, body).markup}\n`;
}

export function section(title: string, ...children: readonly (Markup | readonly Markup[])[]): Markup {
  return element('section', {}, element('h2', {}, title), ...children);
}

/** Names and values; those without a value are left out. */
export function facts(list: readonly (readonly [name: string, value: string])[]): Markup {
  const told = list.filter(([, value]) => value !== '');
  return element(
    'dl',
    {},
    ...told.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

/** How training went: the curves of the losses, and what was found and done, in lines. */
export function trainingSection(history: readonly EpochLog[], notes: Iterable<string>): Markup {
  return section(
    'Training',
    element(
      'figure',
      { class: 'small' },
      element('div', { class: 'wide' }, trusted(historyPlot(history))),
      element('div', { class: 'narrow' }, trusted(historyPlotFor(history, 360))),
    ),
    element('h3', {}, 'What was found and done'),
    element('ul', {}, ...Array.from(notes, (note) => element('li', {}, note))),
  );
}

export function commandSection(command: string): Markup {
  // A line breaks between words, not behind a hyphen of an option.
  const words = command
    .split(/(?<=^| )(--[\w-]+)/)
    .map((word) => (word.startsWith('--') ? element('span', { class: 'word' }, word) : word));
  return section(
    'Make it again',
    element('pre', {}, element('code', {}, ...words)),
    element('p', { class: 'soft' }, `Made by lstm-onnx ${version}.`),
  );
}
