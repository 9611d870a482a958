/** The most frequent tag of each word. */
import { describe, expect, it } from 'vitest';
import { mostFrequentTag } from '../../src/baselines/most-frequent-tag.js';
import { failureOf } from '../data/failure.js';

const tokens = [
  ['The', 'run', 'the', 'run'],
  ['run', 'a', 'walk'],
  ['walk', 'a', 'dog'],
];
const tags = [
  ['DET', 'NOUN', 'DET', 'NOUN'],
  ['VERB', 'DET', 'NOUN'],
  ['VERB', 'DET', 'NOUN'],
];

describe('the most frequent tag', () => {
  it('is that of each word, and of words that were not learned the one of all', () => {
    const model = mostFrequentTag({ tokens, tags });
    // NOUN and DET come four times each, so that the first by name is taken for what is not known.
    expect(model.overall).toBe('DET');
    expect(model.tag([['run', 'the', 'cat'], [], ['walk']])).toEqual([['NOUN', 'DET', 'DET'], [], ['NOUN']]);
    expect(['run', 'THE', 'cat'].map(model.knows)).toEqual([true, false, false]);
  });

  it('is the one of words in small letters where it is told so', () => {
    const model = mostFrequentTag(
      { tokens: [['Run', 'run', 'RUN']], tags: [['X', 'Y', 'Y']] },
      { lowercase: true },
    );
    expect(model.tag([['rUn']])).toEqual([['Y']]);
    expect(model.knows('rUN')).toBe(true);
  });

  it('does not mind the order of the texts', () => {
    const turned = mostFrequentTag({ tokens: tokens.toReversed(), tags: tags.toReversed() });
    const model = mostFrequentTag({ tokens, tags });
    expect(turned.tag(tokens)).toEqual(model.tag(tokens));
    expect(turned.overall).toBe(model.overall);
  });

  it('refuses what is nothing to learn from', () => {
    for (const wrong of [
      { tokens: [], tags: [] },
      { tokens: [['a']], tags: [[]] },
      { tokens: [['a']] },
      undefined,
    ])
      expect(failureOf(() => mostFrequentTag(wrong as never))).toMatchObject({ code: 'E_INVALID_OPTION' });
    const model = mostFrequentTag({ tokens, tags });
    expect(failureOf(() => model.tag(['ada'] as never))).toMatchObject({ code: 'E_INVALID_OPTION' });
  });
});
