/** How the scores are printed. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function wordsIn(caption: string): number {
  return caption.split(' ').length;
}

/** A line of a table: for how many of the captions something holds, of all and of those with one to five words. */
export function printShares(
  name: string,
  captions: readonly string[],
  holds: (caption: string, i: number) => boolean,
): void {
  const shares = [0, 1, 2, 3, 4, 5].map((words) => {
    const some = [...captions.entries()].filter(([, caption]) => words === 0 || wordsIn(caption) === words);
    const share = some.filter(([i, caption]) => holds(caption, i)).length / some.length;
    return (some.length > 0 ? percent(share) : '-').padStart(words === 0 ? 7 : 9);
  });
  console.log(name.padEnd(24) + shares.join(''));
}
