/** Names like one that was misspelt. */

/** How many letters to put in, leave out or change to get from one text to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Those that differ in case alone or in half of the letters at most, the nearest first. */
export function nearNames(given: string, names: readonly string[]): string[] {
  const cut = given.slice(0, 100).toLowerCase();
  return names
    .map((name) => ({ name, far: distance(cut, name.slice(0, 100).toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(name.length, cut.length) / 2)
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
}
