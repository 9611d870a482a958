/** JSON of files that are not trusted takes no more memory than a file of its size may. */
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/data/bounded-json.js';
import { failureOf } from './failure.js';

describe('JSON of a file', () => {
  it('is read where it is the header of a hundred thousand tensors', () => {
    const entry = (i: number) =>
      `"layers.${i}.weight":{"dtype":"F32","shape":[64,64],"data_offsets":[${i},${i}]}`;
    const text = `{${Array.from({ length: 100_000 }, (_, i) => entry(i)).join(',')}}`;
    expect(Object.keys(parseJson(text, 'it') as object)).toHaveLength(100_000);
  });

  it.each([
    [
      'an object of a million names',
      `{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join(',')}}`,
    ],
    ['a list of five million numbers', `[${'0,'.repeat(5_000_000)}0]`],
    ['a million empty objects', `[${Array(1_500_000).fill('{}').join(',')}]`],
  ])('is refused where it would take more than twice the file and 64 MB: %s', (_, text) => {
    expect(failureOf(() => parseJson(text, 'it')).code).toBe('E_INVALID_FILE');
  });
});
