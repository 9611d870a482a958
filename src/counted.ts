/** A number with what it counts, for messages: `1 gate`, `3 gates`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
