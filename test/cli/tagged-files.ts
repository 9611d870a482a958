/** Small files of tagged texts: names in sentences, of which a word alone does not say whether it is one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Tagged {
  readonly tokens: readonly string[];
  readonly tags: readonly string[];
}

const people = ['Ada', 'Alan', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Paris', 'London'];
const surnames = ['Lovelace', 'Turing', 'Hopper', 'Dijkstra', 'Liskov', 'Knuth'];
const places = ['Paris', 'London', 'Berlin', 'Rome', 'Madrid', 'Oslo'];
const verbs = ['met', 'saw', 'called', 'thanked'];

/** Paris and London are people where they meet somebody, and places behind `in`. */
export function sentences(count: number): Tagged[] {
  const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c] = [i * 7 + (i >> 3), i * 5 + (i >> 2), i * 3 + (i >> 4)];
    const person: [string[], string[]] =
      i % 3 === 0
        ? [
            [pick(people, a), pick(surnames, b)],
            ['B-PER', 'I-PER'],
          ]
        : [[pick(people, a)], ['B-PER']];
    const tokens = [...person[0], pick(verbs, b), pick(people, c), 'in', pick(places, i + (i >> 3)), '.'];
    return { tokens, tags: [...person[1], 'O', 'B-PER', 'O', 'B-LOC', 'O'] };
  });
}

export function conllText(texts: readonly Tagged[]): string {
  return texts
    .map(({ tokens, tags }) => tokens.map((token, i) => `${token} ${tags[i]}`).join('\n'))
    .map((text) => `${text}\n`)
    .join('\n');
}

/** @returns the path */
export function writeConll(folder: string, name: string, texts: readonly Tagged[]): string {
  const path = join(folder, name);
  writeFileSync(path, conllText(texts));
  return path;
}
