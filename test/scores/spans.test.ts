import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Span, spanF1, spansOf } from '../../src/scores/spans.js';
import { failureOf } from '../data/failure.js';

const tag = fc.constantFrom('O', 'B-A', 'I-A', 'B-B', 'I-B', 'B', 'I');
const tags = fc.array(tag, { maxLength: 10 });

/** Where a span starts and ends by the rules of CoNLL's script, which seqeval's default follows, for B, I and O alone. */
function byRules(sequence: readonly string[]): Span[] {
  const spans: Span[] = [];
  const partsOf = (one = 'O') => [one[0]!, one.slice(2) || '_'] as const;
  let start = 0;
  for (let i = 0; i <= sequence.length; i++) {
    const [before, typeBefore] = partsOf(sequence[i - 1]);
    const [now, type] = partsOf(sequence[i]);
    const ends = before !== 'O' && (now === 'B' || now === 'O' || typeBefore !== type);
    const starts = now === 'B' || (now === 'I' && (before === 'O' || typeBefore !== type));
    if (ends) spans.push({ type: typeBefore, start, end: i });
    if (starts) start = i;
  }
  return spans;
}

/** B and what continues it, found as texts. */
function strictly(sequence: readonly string[]): Span[] {
  return sequence.flatMap((one, start) => {
    if (!one.startsWith('B')) return [];
    const inside = `I${one.slice(1)}`;
    const after = sequence.slice(start + 1).findIndex((next) => next !== inside);
    const end = after === -1 ? sequence.length : start + 1 + after;
    return [{ type: one.slice(2) || '_', start, end }];
  });
}

describe('spansOf', () => {
  it('gives type, start and end of each span', () => {
    expect(spansOf(['B-PER', 'I-PER', 'O', 'B-LOC', 'B-LOC'])).toEqual([
      { type: 'PER', start: 0, end: 2 },
      { type: 'LOC', start: 3, end: 4 },
      { type: 'LOC', start: 4, end: 5 },
    ]);
    expect(spansOf([])).toEqual([]);
  });

  it('begins a span with an I tag that continues none, as seqeval does by default, unless it is strict', () => {
    const sequence = ['I-PER', 'I-PER', 'I-LOC', 'O', 'B-ORG', 'I-PER'];
    expect(spansOf(sequence)).toEqual([
      { type: 'PER', start: 0, end: 2 },
      { type: 'LOC', start: 2, end: 3 },
      { type: 'ORG', start: 4, end: 5 },
      { type: 'PER', start: 5, end: 6 },
    ]);
    expect(spansOf(sequence, { strict: true })).toEqual([{ type: 'ORG', start: 4, end: 5 }]);
  });

  it('keeps types with dashes, and takes tags without one', () => {
    expect(spansOf(['B-A-B', 'I-A-B', 'B', 'I'])).toEqual([
      { type: 'A-B', start: 0, end: 2 },
      { type: '_', start: 2, end: 4 },
    ]);
  });

  it('follows the rules for any tags', () => {
    fc.assert(
      fc.property(tags, (sequence) => {
        expect(spansOf(sequence)).toEqual(byRules(sequence));
        expect(spansOf(sequence, { strict: true })).toEqual(strictly(sequence));
      }),
    );
  });

  it.each([
    [['E-PER'], "a tag is the text 'E-PER'; expected BIO tags"],
    [['O-PER'], "a tag is the text 'O-PER'"],
    [['BPER'], "a tag is the text 'BPER'"],
    [[''], "a tag is the text ''"],
    [[3], 'a tag is the number 3'],
    ['B-PER', "spansOf got the text 'B-PER'; expected a list of tags"],
  ])('refuses %j', (given, message) => {
    expect(failureOf(() => spansOf(given as never)).message).toContain(message);
  });
});

describe('spanF1', () => {
  it('is what seqeval prints for its example', () => {
    const targets = [
      ['O', 'O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'O'],
      ['B-PER', 'I-PER', 'O'],
    ];
    const predictions = [
      ['O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'I-MISC', 'O'],
      ['B-PER', 'I-PER', 'O'],
    ];
    expect(spanF1(predictions, targets)).toEqual({
      ...{ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      types: {
        MISC: { precision: 0, recall: 0, f1: 0, support: 1 },
        PER: { precision: 1, recall: 1, f1: 1, support: 1 },
      },
    });
  });

  it('is 1 by default and 0 when strict for the example that seqeval tells them apart by', () => {
    const [targets, predictions] = [[['B-NP', 'I-NP', 'O']], [['I-NP', 'I-NP', 'O']]];
    expect(spanF1(predictions, targets).f1).toBe(1);
    expect(spanF1(predictions, targets, { strict: true })).toMatchObject({ f1: 0, recall: 0, support: 1 });
    expect(spanF1(predictions, targets, { strict: true }).precision).toBeNaN();
  });

  it('takes a span for right only in its own sequence, with its type and both ends', () => {
    const targets = [['B-A', 'O'], ['O', 'O'], ['B-A', 'I-A'], ['B-A']];
    const predictions = [['O', 'O'], ['B-A', 'O'], ['B-A', 'O'], ['B-B']];
    expect(spanF1(predictions, targets)).toMatchObject({ precision: 0, recall: 0, f1: 0, support: 3 });
  });

  it('is 2 * right / (predicted + actual) of all spans', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tag, tag), { maxLength: 12 }), (pairs) => {
        const [x, y] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
        const [found, actual] = [byRules(x), byRules(y)].map((spans) =>
          spans.map((one) => JSON.stringify(one)),
        );
        const right = found!.filter((one) => actual!.includes(one)).length;
        const { f1, types } = spanF1([x], [y]);
        expect(f1).toEqual((2 * right) / (found!.length + actual!.length));
        const supports = Object.values(types).reduce((sum, { support }) => sum + support, 0);
        expect(supports).toBe(actual!.length);
      }),
    );
  });

  it.each([
    [[[['O']], [['O'], ['O']]], 'got 1 prediction and 2 targets'],
    [[[['O']], [['O', 'O']]], 'spanF1, sequence 0 got 1 prediction and 2 targets'],
    [[[['O']], [['O']], { mode: 'strict' }], "no option 'mode'; use strict"],
    [[['O'], ['O']], "spanF1, sequence 0: predictions got the text 'O'"],
  ])('refuses %j', (given, message) => {
    const failure = failureOf(() => spanF1(...(given as unknown as [string[][], string[][]])));
    expect(failure.message).toContain(message);
  });
});
