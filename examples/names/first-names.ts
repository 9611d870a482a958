/** English first names of women and men, from two lists. */
import { readFile } from 'node:fs/promises';
import { type LabelledTexts, labelledTexts } from 'lstm-onnx';

/** Names as the network reads them. */
export function spelled(name: string): string {
  return name.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * The names of both lists, each once, `female` or `male`. Names that are in both lists, such as Robin, have no one answer and are left out.
 *
 * @param files JSON lists of names
 */
export async function readNames(files: { female: string; male: string }): Promise<LabelledTexts> {
  const female = await readList(files.female);
  const male = await readList(files.male);
  const both = [...female].filter((name) => male.has(name));
  console.log(
    `${female.size} female and ${male.size} male names; the ${both.length} that are in both are left out`,
  );
  for (const name of both) {
    female.delete(name);
    male.delete(name);
  }
  const records = [
    ...[...female].map((name) => ({ name, kind: 'female' })),
    ...[...male].map((name) => ({ name, kind: 'male' })),
  ];
  return labelledTexts(records, { text: 'name', label: 'kind' });
}

async function readList(file: string): Promise<Set<string>> {
  const names: string[] = JSON.parse(await readFile(file, 'utf8'));
  return new Set(names.map(spelled));
}

/** The stretches of one to four letters of a name, whose ends are marked: `^`, `^a`, `^al`, `^ale`, `a` and so on to `$`. */
export function stretches(name: string): string[] {
  const marked = `^${name}$`;
  const found: string[] = [];
  for (let start = 0; start < marked.length; start++)
    for (let end = start + 1; end <= Math.min(start + 4, marked.length); end++)
      found.push(marked.slice(start, end));
  return found;
}
