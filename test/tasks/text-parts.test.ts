/** The borders of the parts of a text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textParts } from '../../src/tasks/text-parts.js';

describe('the parts of a text', () => {
  it('are all of it, in order, with no character cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ' ', '\n', '🐋', 'word', 'é'), { maxLength: 200 }),
        (pieces) => {
          const text = pieces.join('');
          const { train, validation, test } = textParts(text, 0.1, 0.2);
          expect(train + validation + test).toBe(text);
          for (const part of [train, validation, test]) expect(part).not.toMatch(/\p{Cs}/u);
        },
      ),
    );
  });

  it('begin where lines begin', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `This is line ${i}.\n`).join('');
    const { train, validation, test } = textParts(text, 0.1, 0.1);
    for (const part of [train, validation]) expect(part).toMatch(/\.\n$/);
    expect(train.length / text.length).toBeCloseTo(0.8, 2);
    expect(validation.length / text.length).toBeCloseTo(0.1, 2);
    expect(test.length / text.length).toBeCloseTo(0.1, 2);
  });

  it('begin where words begin, in a text of one line', () => {
    const text = 'word '.repeat(1000);
    const { validation, test } = textParts(text, 0.1, 0.1);
    expect(validation).toMatch(/^word /);
    expect(test).toMatch(/^word /);
  });
});
