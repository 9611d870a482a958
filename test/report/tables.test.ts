/** Tables that reports share. */
import { describe, expect, it } from 'vitest';
import { confusionTable } from '../../src/report/confusion-table.js';
import { samplesTable, shortened } from '../../src/report/samples-table.js';
import { expectWellFormed, textsOf } from '../cli/well-formed.js';

describe('confusionTable', () => {
  it('has a row for each right class, shaded by its shares', () => {
    const { markup } = confusionTable(
      ['ham', '<spam>'],
      [
        [1990, 10],
        [1, 3],
      ],
    );
    expectWellFormed(markup);
    expect(textsOf(markup).slice(1)).toEqual(['ham', '<spam>', 'ham', '1,990', '10', '<spam>', '1', '3']);
    expect([...markup.matchAll(/ (\d+)%/g)].map(([, percent]) => percent)).toEqual(['55', '14', '41']);
  });

  it('shows of many classes those with the most errors', () => {
    const names = Array.from({ length: 30 }, (_, i) => `class ${i}`);
    const counts = names.map((_, i) => names.map((_, j) => (i === j ? 5 : i >= 12 && j === 29 ? 1 : 0)));
    const texts = textsOf(confusionTable(names, counts).markup);
    expect(texts[0]).toMatch(/the 20 classes with the most errors of 30 classes$/);
    expect(texts.filter((text) => text.startsWith('class '))).toHaveLength(40);
    for (let i = 12; i < 30; i++) expect(texts).toContain(`class ${i}`);
  });

  it('has no shade in the row of a class without samples', () => {
    const { markup } = confusionTable(
      ['a', 'b'],
      [
        [0, 0],
        [0, 0],
      ],
    );
    expect(markup).not.toContain('NaN');
    expect(markup).not.toContain('style=');
  });
});

describe('samplesTable', () => {
  it('names the columns in the header, and in each cell for phones', () => {
    const { markup } = samplesTable('Mistakes', ['text', { number: 'probability' }], [['a <b>\n& c', '0.9']]);
    expectWellFormed(markup);
    expect(textsOf(markup)).toEqual(['Mistakes', 'text', 'probability', 'a <b> & c', '0.9']);
    expect(markup).toContain('<td data-name="probability" class="number">0.9</td>');
  });

  it('leaves out the end of long texts, between characters', () => {
    expect(shortened('a'.repeat(300))).toBe('a'.repeat(300));
    expect(shortened('😀'.repeat(301))).toBe(`${'😀'.repeat(300)} …`);
    expect(shortened(' one\n\ttwo  three ', 4)).toBe('one …');
  });
});
