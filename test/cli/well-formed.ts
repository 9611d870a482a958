/** A page as XML: what a parser of it would refuse. */
import { expect } from 'vitest';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Every tag ends where it has to, attributes are quoted and named once, and nothing else has a special character. */
export function expectWellFormed(html: string): void {
  const open: string[] = [];
  const rest = html.replace(/^<!DOCTYPE html>\n/, '');
  const token = /<(\w+)((?: [\w:-]+="[^"<]*")*)(\/?)>|<\/(\w+)>|[^<]+/gy;
  let end = 0;
  for (const [whole, start, attributes = '', isVoid, closed] of rest.matchAll(token)) {
    end += whole.length;
    expect(whole).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
    const names = [...attributes.matchAll(/ ([\w:-]+)="/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    if (start !== undefined && isVoid === '') open.push(start);
    if (closed !== undefined) expect(closed).toBe(open.pop());
  }
  expect(rest.slice(end)).toBe('');
  expect(open).toEqual([]);
}

/** The texts between tags, as a reader sees them. */
export function textsOf(html: string): string[] {
  const unescaped = (text: string) => text.replace(/&([#\w]+);/g, (_, name: string) => ENTITIES[name] ?? '?');
  // Words of a command that do not break.
  const joined = html.replaceAll(/<span class="word">([^<]*)<\/span>/g, '$1');
  return [...joined.matchAll(/>([^<>]+)</g)].map(([, text]) => unescaped(text!));
}
