/** Times of a zone's clocks as times of UTC, by the rules of the zone that the platform has. */
import { LstmOnnxError } from '../../errors.js';

/** Offsets change at quarters of an hour, and never nearer to each other than that. */
const QUARTER = 900_000;
const DAY = 86_400_000;

/** @throws E_INVALID_OPTION unless it is a zone, or undefined */
export function checkTimeZone(timeZone: unknown): void {
  if (timeZone === undefined) return;
  try {
    if (typeof timeZone !== 'string') throw new RangeError('It is no text.');
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `timeZone ${typeof timeZone === 'string' ? `'${timeZone}'` : `of type ${typeof timeZone}`} is not known here; expected one such as 'UTC', 'Europe/Berlin' or 'America/New_York'.`,
      { cause },
    );
  }
}

/** How far the clocks of a zone are before UTC at a time, in milliseconds. */
export function zoneOffsets(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  /** Offsets by quarters of an hour: asking the platform takes microseconds. */
  const known = new Map<number, number>();
  return (time) => {
    const quarter = Math.floor(time / QUARTER);
    let offset = known.get(quarter);
    if (offset === undefined) {
      const parts = Object.fromEntries(
        format.formatToParts(quarter * QUARTER).map(({ type, value }) => [type, value]),
      );
      const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
      const [month, day] = [Number(parts.month) - 1, Number(parts.day)];
      const date = new Date(0);
      // Date.UTC takes years below 100 for those of the last century.
      date.setUTCFullYear(year, month, day);
      offset =
        date.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second)) - quarter * QUARTER;
      known.set(quarter, offset);
    }
    return offset;
  };
}

/**
 * From what a zone's clocks show, as if it were UTC, to UTC.
 *
 * @returns a text that says why there is no such time, where clocks are put forward, or two of them, where they are put back
 */
export function zoneReader(timeZone: string): (shown: number) => number | string {
  const offsetAt = zoneOffsets(timeZone);
  return (shown) => {
    const found = new Set(
      [offsetAt(shown - DAY), offsetAt(shown + DAY)]
        .map((offset) => shown - offset)
        .filter((time) => time + offsetAt(time) === shown),
    );
    const [time] = found;
    if (time === undefined) return `there is no such time in ${timeZone}, where clocks are put forward`;
    if (found.size > 1) return `the clocks of ${timeZone} show it twice, where they are put back`;
    return time;
  };
}
