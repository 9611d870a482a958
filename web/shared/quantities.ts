/** Numbers as people read them: sizes, times, counts. */

/** `713 B`, `86.2 kB`, `14.2 MB`; thousands, as browsers show downloads. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `14,123`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 step`, `14,123 steps`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  const formatted = formatCount(count);
  return `${formatted} ${formatted === '1' ? noun : plural}`;
}

/** Four significant digits, without an exponent where that is short: `0.1234`, `12.35`, `1.2e-7`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
