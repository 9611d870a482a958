/** Dates as a format describes them. The letters are those of Day.js and Moment. */
import { LstmOnnxError } from '../../errors.js';

/** A time as it is written: without a zone where it does not say one. */
export interface WrittenTime {
  /** Milliseconds since 1970 in the zone that is written, or as if the time were one of UTC. */
  readonly time: number;
  readonly hasZone: boolean;
  /** Whether it has an hour; else it is a day. */
  readonly hasHour: boolean;
}

/** Reads a text; undefined where it is not written so, and for dates that there are not, such as February 30th. */
export type ParseDate = (text: string) => WrittenTime | undefined;

/** A day of 24 hours, in milliseconds. */
export const DAY = 86_400_000;
const MINUTE = 60_000;

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

/** The parts of a date; what a format lacks is that of 1970-01-01T00:00. */
interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** 0 before noon, 12 after it; undefined where hours go to 23. */
  noon: number | undefined;
  /** Minutes east of UTC. */
  zone: number | undefined;
}

interface Token {
  readonly pattern: string;
  readonly set: (parts: Parts, text: string) => void;
}

const number = (pattern: string, key: Exclude<keyof Parts, 'noon' | 'zone'>, shift = 0): Token => ({
  pattern,
  set: (parts, text) => {
    parts[key] = Number(text) + shift;
  },
});
const [ONE_OR_TWO, TWO] = ['\\d{1,2}', '\\d{2}'];

/** A function, so that nothing is made before a date is read. */
const tokens = (): Readonly<Record<string, Token>> => ({
  YYYY: number('\\d{4}', 'year'),
  // As POSIX has it: 69 to 99 are of the last century.
  YY: {
    pattern: TWO,
    set: (parts, text) => {
      parts.year = Number(text) + (Number(text) < 69 ? 2000 : 1900);
    },
  },
  Q: {
    pattern: '[1-4]',
    set: (parts, text) => {
      parts.month = 3 * Number(text) - 2;
    },
  },
  MMMM: { pattern: MONTHS.join('|'), set: setMonth },
  MMM: { pattern: MONTHS.map((name) => name.slice(0, 3)).join('|'), set: setMonth },
  MM: number(TWO, 'month'),
  M: number(ONE_OR_TWO, 'month'),
  DD: number(TWO, 'day'),
  D: number(ONE_OR_TWO, 'day'),
  HH: number(TWO, 'hour'),
  H: number(ONE_OR_TWO, 'hour'),
  hh: number(TWO, 'hour'),
  h: number(ONE_OR_TWO, 'hour'),
  mm: number(TWO, 'minute'),
  m: number(ONE_OR_TWO, 'minute'),
  ss: number(TWO, 'second'),
  s: number(ONE_OR_TWO, 'second'),
  SSS: number('\\d{3}', 'millisecond'),
  A: {
    pattern: 'am|pm',
    set: (parts, text) => {
      parts.noon = text.toLowerCase() === 'pm' ? 12 : 0;
    },
  },
  Z: {
    pattern: 'z|[+-]\\d{2}:?\\d{2}',
    set: (parts, text) => {
      parts.zone = zoneMinutes(text);
    },
  },
});

function setMonth(parts: Parts, text: string): void {
  parts.month = 1 + MONTHS.findIndex((name) => name.startsWith(text.toLowerCase().slice(0, 3)));
}

const TOKEN = /\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|Z|[\s\S]/g;

/**
 * A reader of dates that are written as the format says.
 *
 * @throws E_INVALID_OPTION for a format that is none, such as one without a year
 */
export function compileDateFormat(format: unknown): ParseDate {
  if (typeof format !== 'string' || format === '') throw noFormat(format, 'it is no text');
  if (format === 'seconds' || format === 'milliseconds') return epoch(format === 'seconds' ? 1000 : 1);
  const known = tokens();
  const found: Token[] = [];
  let pattern = '';
  for (const [text, literal] of format.matchAll(TOKEN)) {
    const token = Object.hasOwn(known, text) ? known[text] : undefined;
    if (token !== undefined) {
      found.push(token);
      pattern += `(${token.pattern})`;
      continue;
    }
    // Moment's T of ISO 8601 is no letter of a format, and read as it stands.
    if (literal === undefined && /[a-z]/i.test(text) && text !== 'T') {
      throw noFormat(format, `'${text}' stands for nothing; other letters go in brackets, as in 'YYYY-[Q]Q'`);
    }
    pattern += (literal ?? text).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
  }
  const has = (token: Token | undefined) => token !== undefined && found.includes(token);
  if (!has(known.YYYY) && !has(known.YY)) throw noFormat(format, 'it has no year');
  if ((has(known.h) || has(known.hh)) !== has(known.A)) {
    throw noFormat(format, 'h and hh go with A (am, pm), H and HH go without it');
  }
  const hasHour = [known.H, known.HH, known.h, known.hh].some(has);
  const regex = new RegExp(`^${pattern}$`, 'i');
  return (text) => {
    const match = regex.exec(text);
    if (match === null) return undefined;
    const parts: Parts = {
      year: 1970,
      month: 1,
      day: 1,
      hour: 0,
      minute: 0,
      second: 0,
      millisecond: 0,
      noon: undefined,
      zone: undefined,
    };
    for (const [index, token] of found.entries()) token.set(parts, match[index + 1] ?? '');
    return timeOf(parts, hasHour);
  };
}

/** Whether dates of the format look like numbers, so that a column of numbers may be meant. */
export function looksLikeNumber(format: string): boolean {
  return /^(seconds|milliseconds|(YYYY|YY|MM|DD|HH|mm|ss)+)$/.test(format);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(z|[+-]\d\d(?::?\d\d)?)?)?$/i;

const ISO_WEEK = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?$/i;

/**
 * Dates and times of ISO 8601: `2020-01-31`, `2020-01-31T18:30`, `2020-01-31 18:30:00.5+02:00`, and weeks, `2020-W05`, as their Monday.
 * Of fractions milliseconds stay.
 */
export const parseIsoDate: ParseDate = (text) => {
  const match = ISO.exec(text);
  if (match === null) return parseIsoWeek(text);
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', zone] = match;
  return timeOf(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
      noon: undefined,
      zone: zone === undefined ? undefined : zoneMinutes(zone),
    },
    match[4] !== undefined,
  );
};

/** Week 1 is the one with January 4th; weeks begin on Monday. */
function parseIsoWeek(text: string): WrittenTime | undefined {
  const [, year, week, day = 1] = ISO_WEEK.exec(text) ?? [];
  const fourth = dateOf(Number(year), 1, 4);
  if (fourth === undefined) return undefined;
  // January 1st of 1970 is a Thursday, 3 days behind its Monday.
  const monday = fourth - ((((fourth / DAY + 3) % 7) + 7) % 7) * DAY + 7 * (Number(week) - 1) * DAY;
  // A week is of the year that its Thursday is in.
  if (new Date(monday + 3 * DAY).getUTCFullYear() !== Number(year)) return undefined;
  return { time: monday + (Number(day) - 1) * DAY, hasZone: false, hasHour: false };
}

function timeOf(
  { year, month, day, hour, minute, second, millisecond, noon, zone }: Parts,
  hasHour: boolean,
): WrittenTime | undefined {
  if (noon !== undefined && (hour < 1 || hour > 12)) return undefined;
  const hours = noon === undefined ? hour : (hour % 12) + noon;
  if (hours > 23 || minute > 59 || second > 59 || Number.isNaN(zone)) return undefined;
  const date = dateOf(year, month, day);
  if (date === undefined) return undefined;
  const time = date + ((hours * 60 + minute) * 60 + second) * 1000 + millisecond;
  return { time: time - (zone ?? 0) * MINUTE, hasZone: zone !== undefined, hasHour };
}

/** Midnight of a day; undefined where the month has no such day. */
function dateOf(year: number, month: number, day: number): number | undefined {
  // Date.UTC takes years below 100 for those of the last century.
  const date = new Date(0);
  const time = date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : undefined;
}

/** Minutes east of UTC; NaN for what no zone has. */
function zoneMinutes(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', '') || 0)];
  if (hours > 14 || minutes > 59) return Number.NaN;
  return (text.startsWith('-') ? -1 : 1) * (60 * hours + minutes);
}

function epoch(factor: number): ParseDate {
  return (text) => {
    if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
    const time = Math.round(Number(text) * factor);
    // What a Date can hold.
    return Math.abs(time) <= 8.64e15 ? { time, hasZone: true, hasHour: true } : undefined;
  };
}

function noFormat(format: unknown, why: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `dateFormat ${typeof format === 'string' ? `'${format}'` : String(typeof format)} cannot be read: ${why}. Expected one such as 'MM/DD/YYYY', 'MMM D YYYY', 'DD.MM.YYYY HH:mm', 'YYYY', 'seconds' or 'milliseconds'.`,
  );
}
