/** Words of a few letters and their sounds, by a rule that is learned in seconds. */
import { writeFileSync } from 'node:fs';

const SOUNDS: Readonly<Record<string, string>> = { a: 'AH', b: 'B', c: 'K', d: 'D', e: 'EH1', x: 'K S' };

/** So many different words of two to four letters, a letter's sounds one after the other. */
export function spelledWords(count: number): [word: string, sounds: string][] {
  const letters = Object.keys(SOUNDS);
  const words = new Set<string>();
  for (let i = 1; words.size < count; i++) {
    // Numbers to the base of the letters, far apart from each other.
    let rest = (i * 7919) % 1500;
    let word = '';
    while (rest > 0 || word.length < 2) {
      word += letters[rest % letters.length];
      rest = Math.floor(rest / letters.length);
    }
    words.add(word.slice(0, 4));
  }
  return [...words].map((word) => [word, [...word].map((letter) => SOUNDS[letter]).join(' ')]);
}

/** A file of them. */
export function writeSpelledWords(path: string, count: number): string {
  writeFileSync(path, ['word,sounds', ...spelledWords(count).map((pair) => pair.join(','))].join('\n'));
  return path;
}
