import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, errorRate } from '../../src/scores/edit-distance.js';
import { failureOf } from '../data/failure.js';

/** The definition, which tries every way. */
function byDefinition(a: readonly unknown[], b: readonly unknown[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === y) return byDefinition(restA, restB);
  return 1 + Math.min(byDefinition(restA, restB), byDefinition(restA, b), byDefinition(a, restB));
}

describe('editDistance', () => {
  it.each([
    ['rain', 'shine', 3],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['', '', 0],
    [['K', 'AE', 'T'], ['K', 'AH', 'T', 'S'], 2],
    [Int32Array.of(1, 2, 3), [2, 3, 4], 2],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it('counts code points, of which a face is one, and an accent of its own another', () => {
    expect(editDistance('😀', '😃')).toBe(1);
    expect(editDistance('e\u0301', 'e')).toBe(1);
    expect(editDistance('e\u0301', '\u00e9')).toBe(2);
  });

  it('is the least over every way to edit', () => {
    const tokens = fc.array(fc.nat(2), { maxLength: 6 });
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        expect(editDistance(a, b)).toBe(byDefinition(a, b));
        expect(editDistance(b, a)).toBe(byDefinition(a, b));
      }),
    );
  });

  it('refuses a text beside a list of tokens, and what is no sequence', () => {
    expect(failureOf(() => editDistance('ab', ['a', 'b'])).message).toContain(
      "editDistance got the text 'ab' and an array; expected two texts, or two lists of tokens",
    );
    expect(failureOf(() => editDistance(3 as never, 'a')).message).toContain('editDistance got the number 3');
  });
});

describe('tokens that would equal none', () => {
  it('are refused: those of int64 beside numbers', () => {
    const int64 = new BigInt64Array(1) as unknown as number[];
    const message = expect.stringContaining('token 0 got the bigint 0n; expected a number or a text');
    expect(failureOf(() => editDistance([0], int64))).toMatchObject({ code: 'E_INVALID_OPTION', message });
    expect(failureOf(() => errorRate([[1], int64], [[1], [0]]))).toMatchObject({ message });
  });
});

describe('errorRate', () => {
  // The examples of torchmetrics' WordErrorRate and CharErrorRate.
  const predictions = ['this is the prediction', 'there is an other sample'];
  const targets = ['this is the reference', 'there is another one'];

  it('is what torchmetrics says', () => {
    expect(errorRate(predictions, targets, { unit: 'word' })).toBe(0.5);
    expect(errorRate(predictions, targets, { unit: 'character' })).toBeCloseTo(0.3415, 4);
  });

  it('divides the sum of the errors by the sum of the lengths, not the mean of rates', () => {
    const phonemes = [['K', 'AE', 'T'], ['AY']];
    expect(errorRate(phonemes, [['K', 'AE', 'T'], ['UW']])).toBe(0.25);
    expect(errorRate([[1, 2, 3]], [[4]])).toBe(3);
    expect(errorRate([[1], []], [[], [2, 3]])).toBe(1.5);
  });

  it('counts words between white space of any kind', () => {
    expect(errorRate([' a\tb\n'], ['a b'], { unit: 'word' })).toBe(0);
    expect(errorRate([' a b'], ['a b'], { unit: 'character' })).toBeCloseTo(1 / 3, 14);
  });

  it.each([
    [[['a'], ['b']], "say what is counted in texts: { unit: 'word' } or { unit: 'character' }"],
    [[[['a']], [['b']], { unit: 'word' }], "the unit 'word' is for texts, but a target is an array"],
    [[['a'], ['b'], { unit: 'phoneme' }], "unit got the text 'phoneme'; expected 'word' or 'character'"],
    [[['a'], [], { unit: 'word' }], 'got 1 prediction and 0 targets'],
    [[['a'], [' '], { unit: 'word' }], 'the targets have no token to divide by'],
    [[[], []], 'the targets have no token to divide by'],
    [['ab', 'ab', { unit: 'word' }], "predictions got the text 'ab'; expected a list"],
    [[[['a']], ['a'], { unit: 'word' }], 'expected two texts, or two lists of tokens'],
  ])('refuses %j', (given, message) => {
    const failure = failureOf(() => errorRate(...(given as unknown as [string[], string[]])));
    expect(failure.message).toContain(message);
  });
});
