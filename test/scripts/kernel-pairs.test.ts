/** Loops of kernels that are written in pairs. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const { inPairs } = await import(fileURLToPath(new URL('../../scripts/kernel-pairs.js', import.meta.url)));
const loop = '  // pairs\n  while (at < end) {\n    v128.store(at, x);\n    at += 16;\n  }\n';

it('writes a loop of pairs before one that is marked', () => {
  expect(inPairs(loop, 'rows.ts')).toBe(
    `  while (at + 32 <= end) {\n    v128.store(at, x);\n    v128.store(at, x, 16);\n    at += 32;\n  }\n${loop}`,
  );
});

it('refuses a load behind a store', () => {
  const late = loop.replace('    at +=', '    v128.store(to, v128.load(from));\n    at +=');
  expect(() => inPairs(late, 'rows.ts')).toThrow(/rows\.ts has a loop of pairs with a load behind a store/);
});

it('refuses a mark before what is no such loop', () => {
  expect(() => inPairs(`${loop}${loop.replace('<', '<=')}`, 'rows.ts')).toThrow(
    /rows\.ts has 2 marks of pairs and 1 loop/,
  );
});
