/** A number, or one that is formatted already, with what it counts: `1 gate`, `3 gates`. */
export function counted(count: number | string, noun: string, plural = `${noun}s`): string {
  return `${count} ${String(count) === '1' ? noun : plural}`;
}
