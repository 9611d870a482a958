/** Names from files, as messages show them. */
import { expect, it } from 'vitest';
import { quoted, quotedList } from '../../src/import/quoted.js';

it.each([
  ['lstm.weight', '"lstm.weight"'],
  ['a"b\n', '"a\\"b\\n"'],
  ['x'.repeat(120), `"${'x'.repeat(120)}"`],
  ['x'.repeat(121), `"${'x'.repeat(120)}…"`],
  // An escaped character takes six places.
  ['\0'.repeat(20), `"${'\\u0000'.repeat(20)}"`],
  ['\0'.repeat(21), `"${'\\u0000'.repeat(20)}…"`],
  [`${'x'.repeat(119)}\0`, `"${'x'.repeat(119)}…"`],
])('%j is cut to a line as it is written', (text, expected) => {
  expect(quoted(text)).toBe(expected);
});

it('a list of names is short, whatever they are', () => {
  const names = Array.from({ length: 100 }, (_, i) => '\0'.repeat(1000 + i));
  const list = quotedList(names);
  expect(list.length).toBeLessThan(1100);
  expect(list).toMatch(/ and 92 more$/);
});
