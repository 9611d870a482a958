/** A text that is easy to learn, by characters and by words. */
export function rhymes(lines: number): string {
  const who = ['the cat', 'a dog', 'the old whale', 'my ship'];
  const what = ['sat on', 'ran from', 'sank', 'saw'];
  return Array.from(
    { length: lines },
    (_, i) =>
      `${who[(i * 7) % 4]} ${what[(i * 5 + Math.floor(i / 3)) % 4]} ${who[(i * 3 + 1) % 4]}, ${i % 10}.\n`,
  ).join('');
}
