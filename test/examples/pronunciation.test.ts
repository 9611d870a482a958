/** The programs of examples/pronunciation run, on a small dictionary that is made here. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pronunciations, readDictionary } from '../../examples/pronunciation/dictionary.js';
import { letterSounds } from '../../examples/pronunciation/letters.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { runExample } from './run-example.js';

const folder = temporaryDirectory();

function dictionary(entries: Readonly<Record<string, string>>): string {
  const file = join(folder, 'dict.json');
  writeFileSync(file, JSON.stringify(entries));
  return file;
}

it('learns the sounds of words that it has not seen, beside the sounds of letters, and of words that are typed', () => {
  const sounds = { B: 'B', D: 'D', K: 'K', A: 'AA1', I: 'IY0', C: 'S' };
  const letters = Object.keys(sounds) as (keyof typeof sounds)[];
  const words = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => [a, b, c])));
  const DATA = dictionary({
    ...Object.fromEntries(words.map((word) => [word.join(''), word.map((each) => sounds[each]).join(' ')])),
    'BAD(1)': 'B IY0 D',
  });
  const stdout = runExample('pronunciation/pronunciation.ts', {
    DATA,
    OUT: folder,
    EPOCHS: '24',
    HIDDEN: '32',
  });
  expect(stdout).toContain('201 words with 202 pronunciations to learn from, 4 to validate, 11 to test');
  expect(stdout).toMatch(
    /^epoch 24: loss [\d.]+, [\d.]+ % of the validation sounds right, given those before$/m,
  );
  expect(stdout).toMatch(/^letters alone +0\.0 % +0\.0 %$/m);
  const wrong = [...stdout.matchAll(/^model files, .* (\d+\.\d) % +\d+\.\d %$/gm)].map((match) =>
    Number(match[1]),
  );
  expect(wrong).toHaveLength(2);
  for (const share of wrong) expect(share).toBeLessThan(20);

  expect(runExample('pronunciation/ask.ts', { OUT: folder }, 'Bad\n\nkid\n')).toMatch(/^B \w+ D\nK IY D$/m);
});

it('reads a word once with all of its pronunciations, without stress', async () => {
  const file = dictionary({
    READ: 'R EH1 D',
    'READ(1)': 'R IY1 D',
    PERMIT: 'P ER0 M IH1 T',
    'PERMIT(1)': 'P ER1 M IH2 T',
    "O'ER": 'AO1 R',
    A42128: 'EY1',
    "'BOUT": 'B AW1 T',
  });
  const read = await readDictionary(file);
  expect(read.sources).toEqual(['read', 'permit', "o'er"]);
  expect(pronunciations(read)).toEqual([
    [
      ['R', 'EH', 'D'],
      ['R', 'IY', 'D'],
    ],
    [['P', 'ER', 'M', 'IH', 'T']],
    [['AO', 'R']],
  ]);
});

it('gives each letter its most frequent sounds: none, one or two, and others between other letters', () => {
  const spoken = {
    ...{ bad: 'B AE D', dab: 'D AE B', cab: 'K AE B', bac: 'B AE K', dac: 'D AE K', deb: 'D EH B' },
    ...{
      ced: 'S EH D',
      ceb: 'S EH B',
      bec: 'B EH K',
      bax: 'B AE K S',
      hab: 'AE B',
      had: 'AE D',
      had2: 'AE D',
    },
  };
  const pairs = Object.entries(spoken).map(
    ([word, sounds]) => [word.replace('2', ''), sounds.split(' ')] as const,
  );
  expect(letterSounds(pairs, 0)('hax')).toEqual(['AE', 'K', 'S']);
  expect(letterSounds(pairs, 0)('cec')).toEqual(['K', 'EH', 'K']);
  expect(letterSounds(pairs, 1)('cec')).toEqual(['S', 'EH', 'K']);
  expect(letterSounds(pairs, 1)('ö')).toEqual([]);
});
