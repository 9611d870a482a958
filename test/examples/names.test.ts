/** The programs of examples/names run, on a few names that are made here. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNames, stretches } from '../../examples/names/first-names.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { runExample } from './run-example.js';

const folder = temporaryDirectory();

function list(name: string, names: readonly string[]): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(names));
  return file;
}

it('tells names that it has not seen, and names that are typed, by the model file', () => {
  const syllables = ['ba', 'de', 'fi', 'go', 'hu', 'ka', 'le', 'mi', 'no', 'pu'];
  const stems = syllables.flatMap((one) => syllables.map((other) => one + other));
  const FEMALE = list('female', [...stems.map((stem) => `${stem}na`), 'Robin']);
  const MALE = list('male', [...stems.slice(20).map((stem) => `${stem}rd`), 'Robin']);
  const stdout = runExample('names/names.ts', { FEMALE, MALE, OUT: folder, EPOCHS: '5', SPLITS: '2' });
  expect(stdout).toContain('101 female and 81 male names; the 1 that are in both are left out');
  expect(stdout).toContain('126 names to learn from, 18 to validate, 36 to test');
  expect(stdout).toMatch(/^model file +100\.0 % +\(100\.0 %, 100\.0 %\)$/m);
  expect(stdout).toMatch(/^naive Bayes +100\.0 % +\(100\.0 %, 100\.0 %\)$/m);
  expect(stdout).toMatch(/^always female +55\.6 % +\(55\.6 %, 55\.6 %\)$/m);

  const answers = runExample('names/ask.ts', { OUT: folder }, 'Gofina\n\nGofird\n');
  expect(answers).toMatch(/^female \(\d+\.\d %\)\nmale \(\d+\.\d %\)$/m);
});

it('reads each name once, without accents, and leaves out those of both lists', async () => {
  const female = list('a', ['Zoë', 'zoe', 'Robin', 'Ann-Marie']);
  const { texts, labels, classes } = await readNames({ female, male: list('b', ['Otto', 'ROBIN']) });
  expect(texts).toEqual(['zoe', 'ann-marie', 'otto']);
  expect(Array.from(labels, (label) => classes[label])).toEqual(['female', 'female', 'male']);
});

it('naive Bayes is given the stretches of up to four letters, the ends marked', () => {
  expect(stretches('al')).toEqual(['^', '^a', '^al', '^al$', 'a', 'al', 'al$', 'l', 'l$', '$']);
});
