/** What `--input NAME=FILE` says. Names and files may both hold a `=`, so that the model decides where a name ends. */
import { UsageError } from './usage-error.js';

export interface Assignment {
  readonly name: string;
  readonly file: string;
}

/** @throws UsageError for what has no name or no file, which can be said before the model is opened */
export function checkAssignments(texts: readonly string[]): void {
  for (const text of texts) {
    if (splits(text).length === 0) {
      throw new UsageError(`--input ${text} is not NAME=FILE, such as x=digit.npy.`);
    }
  }
}

/**
 * The file of each input: of all the names that a text may start with, the longest that the model knows; else what stands
 * before the first `=`.
 *
 * @throws UsageError for an input that is given twice
 */
export function assignmentsOf(texts: readonly string[], inputs: readonly string[]): Assignment[] {
  const known = new Set(inputs);
  const assignments = texts.flatMap((text) => {
    const all = splits(text);
    return all.findLast(({ name }) => known.has(name)) ?? all.slice(0, 1);
  });
  const names = assignments.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`--input ${twice} is given twice; give one file.`);
  return assignments;
}

/** Every way to read the text, the shortest name first. */
function splits(text: string): Assignment[] {
  return [...text.matchAll(/=/g)]
    .map(({ index }) => ({ name: text.slice(0, index), file: text.slice(index + 1) }))
    .filter(({ name, file }) => name !== '' && file !== '');
}
