import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { withoutTexts } = await import(file('scripts/refusal-texts.js'));

it.each([
  ['throw node.refusal("a" + f("b"));', "throw node.refusal('');"],
  [
    "throw new LstmOnnxError('E_UNSUPPORTED', 'a', { cause });",
    "throw new LstmOnnxError('E_UNSUPPORTED', '', { cause });",
  ],
  [
    "f(new LstmOnnxError('E_INVALID_FILE', `é` + g(1)), 'b');",
    "f(new LstmOnnxError('E_INVALID_FILE', ''), 'b');",
  ],
  ["x.refusal(y.refusal('a').message); x.refusal('b');", "x.refusal(''); x.refusal('');"],
])('%s has no text that a page never shows', (program, expected) => {
  expect(withoutTexts('a.js', program)).toBe(expected);
});

it.each([
  "throw new LstmOnnxError('E_MISSING_DATA', 'a');",
  "throw new LstmOnnxError(code, 'a');",
  "throw refusal(file, cause, 'a');",
  "throw new Error('a');",
])('%s stays', (program) => {
  expect(withoutTexts('a.js', program)).toBe(program);
});

it('what is taken out is of errors for which a page reads the file again', () => {
  const opener = readFileSync(file('src/runtime/web.ts'), 'utf8');
  expect(opener).toContain("['E_UNSUPPORTED', 'E_INVALID_FILE'].includes(error.code)");
});
