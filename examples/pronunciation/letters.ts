/** The baseline: each letter gives the sounds that it has most often, also between the same letters. */

/** A word and its sounds. */
export type Spoken = readonly [word: string, sounds: readonly string[]];

/**
 * Learns which sounds each letter stands for: none, one or two. Sounds are first shared among letters by their places; then each word is
 * aligned anew so that what letters stand for is as frequent as can be, a few times (EM with the best alignment alone).
 *
 * @param reach how many letters on either side are looked at; where a letter was never between these, fewer are
 * @returns what gives the sounds of a word
 */
export function letterSounds(pairs: readonly Spoken[], reach: number): (word: string) => string[] {
  let parts = pairs.map(([word, sounds]) => shared(word.length, sounds));
  for (let round = 0; round < 3; round++) {
    const table = new Counts();
    for (const [i, [word]] of pairs.entries())
      for (const [at, part] of parts[i]!.entries()) table.add(word[at]!, part);
    parts = pairs.map(([word, sounds]) => aligned(word, sounds, table));
  }
  const tables = Array.from({ length: reach + 1 }, () => new Counts());
  for (const [i, [word]] of pairs.entries())
    for (const [at, part] of parts[i]!.entries())
      for (const [near, table] of tables.entries()) table.add(around(word, at, near), part);
  return (word) =>
    [...word].flatMap((_, at) => {
      const known = tables.map((table, near) => table.best(around(word, at, near)));
      return known.findLast((part) => part !== undefined)?.match(/\S+/g) ?? [];
    });
}

/** How often a letter, or a letter between others, stands for what. */
class Counts {
  readonly #counts = new Map<string, number>();
  readonly #best = new Map<string, { part: string; count: number }>();

  add(letters: string, part: string): void {
    const count = this.count(letters, part) + 1;
    this.#counts.set(`${letters}=${part}`, count);
    if (count > (this.#best.get(letters)?.count ?? 0)) this.#best.set(letters, { part, count });
  }

  count(letters: string, part: string): number {
    return this.#counts.get(`${letters}=${part}`) ?? 0;
  }

  best(letters: string): string | undefined {
    return this.#best.get(letters)?.part;
  }
}

/** A letter with those beside it, and a space beyond the ends. */
function around(word: string, at: number, near: number): string {
  return `${' '.repeat(near)}${word}${' '.repeat(near)}`.slice(at, at + 2 * near + 1);
}

/** Sounds by place: of six sounds and three letters each has two. */
function shared(letters: number, sounds: readonly string[]): string[] {
  const place = (letter: number) => Math.floor((letter * sounds.length) / letters);
  return Array.from({ length: letters }, (_, i) => sounds.slice(place(i), place(i + 1)).join(' '));
}

/** The most probable parts of the sounds, one for each letter; by place where two sounds a letter are too few. */
function aligned(word: string, sounds: readonly string[], table: Counts): string[] {
  // score[j]: of the letters so far with the first j sounds; from[i][j]: how many of them are those of letter i.
  let score = [0, ...sounds.map(() => Number.NEGATIVE_INFINITY)];
  const from: number[][] = [];
  for (const letter of word) {
    const next = score.map(() => Number.NEGATIVE_INFINITY);
    const taken = next.map(() => 0);
    for (let j = 0; j <= sounds.length; j++) {
      for (let n = 0; n <= Math.min(2, j); n++) {
        const count = table.count(letter, sounds.slice(j - n, j).join(' '));
        const total = score[j - n]! + Math.log(count + 0.1);
        if (total > next[j]!) [next[j], taken[j]] = [total, n];
      }
    }
    score = next;
    from.push(taken);
  }
  if (score.at(-1) === Number.NEGATIVE_INFINITY) return shared(word.length, sounds);
  let end = sounds.length;
  const parts = from.toReversed().map((taken) => {
    const n = taken[end]!;
    end -= n;
    return sounds.slice(end, end + n).join(' ');
  });
  return parts.reverse();
}
