/** How texts are cut where nobody says it. */
import { expect, it } from 'vitest';
import { foundTokenizer } from '../../src/tasks/found-tokenizer.js';

it('texts that are sorted by length are words, though the first are single ones', () => {
  const texts = [...Array<string>(1000).fill('Go.'), ...Array<string>(9000).fill('I see the dog.')];
  expect(foundTokenizer(texts)).toBe('words');
  expect(foundTokenizer(texts.slice(0, 1000))).toBe('characters');
});
