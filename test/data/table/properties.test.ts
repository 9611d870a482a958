/** What holds of any table: nothing of later times gets into training, order does not matter, and what is written is read back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addSteps, stepAt, weekday } from '../../../src/data/table/frequency.js';
import { parseTable } from '../../../src/data/table/parse-table.js';
import { rollingOrigins } from '../../../src/data/table/rolling-origins.js';
import { fitScaler } from '../../../src/data/table/scaler.js';
import { seriesOf } from '../../../src/data/table/series-of.js';
import { splitByTime } from '../../../src/data/table/split-by-time.js';
import type { Table } from '../../../src/data/table/table.js';
import { tableToCsv } from '../../../src/data/table/table-to-csv.js';
import { zoneOffsets, zoneReader } from '../../../src/data/table/time-zone.js';
import { windows } from '../../../src/data/table/windows.js';
import type { LstmOnnxError } from '../../../src/errors.js';
import { failureOf } from '../failure.js';
import { dayTime, number, randomRows, tableOfRows, WHOLE } from './random-rows.js';

const seriesOptions = { time: 'day', key: 'shop', frequency: 'day' };
const sizes = { input: 3, horizon: 2, target: 'sold', features: ['price', 'door'], short: 'drop' } as const;
const fills = fc.constantFrom('previous', 'linear', 'drop' as const);

it('a value behind the border changes no training sample and no scaler', () => {
  fc.assert(
    fc.property(
      randomRows(14),
      fills,
      fc.record({
        place: fc.nat(1e6),
        sold: fc.oneof(number, fc.constant(Number.NaN)),
        price: number,
        door: fc.nat(2),
      }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(2),
      (rows, fill, { place, ...changed }, validation, gap) => {
        const border = rows.at(-1)!.day + 1 - validation;
        const made = (given: typeof rows) => {
          const set = seriesOf(tableOfRows(given), { ...seriesOptions, fill });
          const { train } = splitByTime(set, { validation: new Date(dayTime(border)), gap, context: 2 });
          const scalers = (['standard', 'robust', 'minMax'] as const).flatMap((kind) =>
            (['series', 'all'] as const).map((per) => fitScaler(train, { kind, per })),
          );
          const all = windows(train, sizes);
          return [all.arrays(), Array.from({ length: all.length }, (_, i) => all.origin(i)), scalers];
        };
        const later = rows.flatMap(({ day }, row) => (day >= border - gap ? [row] : []));
        const row = later[place % later.length]!;
        const { shop } = rows[row]!;
        const sold = shop === WHOLE && Number.isNaN(changed.sold) ? 0 : changed.sold;
        expect(made(rows.with(row, { ...rows[row]!, ...changed, sold }))).toEqual(made(rows));
      },
    ),
    { numRuns: 500 },
  );
});

it('a value behind an origin changes nothing of what is known there', () => {
  fc.assert(
    fc.property(randomRows(14), fills, fc.nat(1e6), number, (rows, fill, place, sold) => {
      const made = (given: typeof rows) => {
        const set = seriesOf(tableOfRows(given), { ...seriesOptions, fill });
        const [origin] = rollingOrigins(set, { count: 2, horizon: 2, stride: 1, input: 1 });
        return origin!;
      };
      const { time, past } = made(rows);
      // A value that was missing may make a series longer.
      const later = rows.flatMap((row, i) => (dayTime(row.day) > time && !Number.isNaN(row.sold) ? [i] : []));
      const row = later[place % later.length]!;
      const other = made(rows.with(row, { ...rows[row]!, sold }));
      const known = ({ series }: typeof past) =>
        series.map(({ name, times, values }) => [name, times, values]);
      expect(known(other.past)).toEqual(known(past));
    }),
    { numRuns: 500 },
  );
});

it('a window sees nothing of what comes behind it', () => {
  fc.assert(
    fc.property(randomRows(14), fills, fc.nat(1e6), number, (rows, fill, place, sold) => {
      const there = rows.flatMap((row, i) => (Number.isNaN(row.sold) ? [] : [i]));
      const row = there[place % there.length]!;
      const changed = rows[row]!;
      const seen = (given: typeof rows) => {
        const all = windows(seriesOf(tableOfRows(given), { ...seriesOptions, fill }), sizes);
        return Array.from({ length: all.length }, (_, i) =>
          all.origin(i).time < dayTime(changed.day) ? all.arrays(i, i + 1).inputs : undefined,
        );
      };
      expect(seen(rows.with(row, { ...changed, sold }))).toEqual(seen(rows));
    }),
    { numRuns: 300 },
  );
});

it('windows of rows that are shuffled and sorted again are those of the rows', () => {
  fc.assert(
    fc.property(
      randomRows(14).chain((rows) =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
      ),
      fills,
      ([rows, shuffled], fill) => {
        // Series come in the order of their first rows.
        const byName = (given: typeof rows, sort: boolean) => {
          const set = seriesOf(tableOfRows(given), { ...seriesOptions, fill, sort });
          return windows(
            { ...set, series: set.series.toSorted((a, b) => (a.name < b.name ? -1 : 1)) },
            sizes,
          ).arrays();
        };
        expect(byName(shuffled, true)).toEqual(byName(rows, false));
      },
    ),
    { numRuns: 300 },
  );
});

it('no window crosses a border of series or of parts, or a gap', () => {
  fc.assert(
    fc.property(
      randomRows(16),
      fills,
      fc.integer({ min: 5, max: 8 }),
      fc.nat(2),
      (rows, fill, validation, gap) => {
        const border = rows.at(-1)!.day + 1 - validation;
        // The value says series and day; with a line between neighbours a filled one does, too.
        const told = rows.map((row) => ({ ...row, sold: 1000 * row.shop + row.day }));
        const set = seriesOf(tableOfRows(told), {
          ...seriesOptions,
          columns: ['sold'],
          fill: fill === 'previous' ? 'linear' : fill,
        });
        const split = splitByTime(set, { validation: new Date(dayTime(border)), gap });
        for (const [part, low, high] of [
          [split.train, 0, border - gap],
          [split.validation!, border, 1000],
        ] as const) {
          const { inputs, targets } = windows(part, {
            input: 3,
            horizon: 2,
            target: 'sold',
            short: 'drop',
          }).arrays();
          for (let i = 0; i < targets.shape[0]!; i++) {
            const values = [
              ...inputs.past.data.subarray(3 * i, 3 * i + 3),
              ...targets.data.subarray(2 * i, 2 * i + 2),
            ];
            expect(values).toEqual(values.map((_, step) => values[0]! + step));
            expect(values[0]! % 1000).toBeGreaterThanOrEqual(low);
            expect(values.at(-1)! % 1000).toBeLessThan(high);
          }
        }
      },
    ),
  );
});

const letters = fc.string({
  unit: fc.constantFrom('a', 'é', '€', '😀', '"', ',', ';', '\t', '|', '\n', '\r', "'", ' ', '1', '-', '.'),
  maxLength: 8,
});
/** Text of a letter is not read as a number, and not as missing. */
const word = letters.map((text) => `x${text}`);
const cell = fc.option(fc.double({ noDefaultInfinity: true, noNaN: true }), { freq: 4 });
const time = fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), { freq: 4 });

it('a table is what its CSV says', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.option(word, { freq: 4 }), cell, time), { minLength: 1, maxLength: 30 }),
      fc.uniqueArray(word, { minLength: 3, maxLength: 3 }),
      fc.constantFrom(
        ...([{}, { separator: ';', decimal: ',' }, { separator: '\t' }, { separator: '|' }] as const),
      ),
      async (rows, [a, b, c], how) => {
        const categories = [...new Set(rows.flatMap(([text]) => (text === null ? [] : [text])))];
        const floats = (values: readonly (number | null)[]) =>
          Float64Array.from(values, (value) => value ?? Number.NaN);
        const missing = (column: 0 | 1 | 2) => rows.filter((row) => row[column] === null).length;
        const columns: Table['columns'] = new Map([
          [
            a!,
            {
              kind: 'text',
              codes: Int32Array.from(rows, ([text]) => (text === null ? -1 : categories.indexOf(text))),
              categories,
              missing: missing(0),
            },
          ],
          [b!, { kind: 'number', values: floats(rows.map(([, value]) => value)), missing: missing(1) }],
          [c!, { kind: 'time', values: floats(rows.map(([, , value]) => value)), missing: missing(2) }],
        ]);
        // Whole numbers past 2^53 are written out, and refused where float64 has other digits.
        const text = tableToCsv({ rows: rows.length, columns, notes: [] }, how);
        const kinds = { [a!]: 'text', [b!]: 'number', [c!]: 'time' } as const;
        const read = await parseTable(new TextEncoder().encode(text), { ...how, columns: kinds });
        expect(read.rows).toBe(rows.length);
        expect(read.columns).toEqual(columns);
      },
    ),
  ));

it('any text is a table, or refused on purpose', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.constantFrom('a', '1', '2020-01-01', ',', ',', '"', '\n', '\n', '\r', ';', '\t', ' ', '-', '1,5'),
        { maxLength: 40 },
      ),
      async (parts) => {
        const bytes = new TextEncoder().encode(parts.join(''));
        const code = await parseTable(bytes).then(
          () => 'read',
          (error: LstmOnnxError) => error.code,
        );
        expect(['read', 'E_INVALID_FILE', 'E_DUPLICATE_NAME']).toContain(code);
      },
    ),
    { numRuns: 1000 },
  ));

it('lines are left out alike beside quotes and without them', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('x,1', 'y,2', '', ' ', ' \t'), { minLength: 1, maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      async (rows, end, isEnded) => {
        const read = (first: string) => {
          const text = [first, ...rows].join(end) + (isEnded ? end : '');
          return parseTable(new TextEncoder().encode(text));
        };
        fc.pre(rows.some((row) => row.includes(',')));
        expect(await read('"a",b')).toEqual(await read('a,b'));
      },
    ),
  ));

it('so many steps of a frequency are so many steps apart', () => {
  const units = [
    'second',
    'minute',
    'hour',
    'day',
    'business day',
    'week',
    'month',
    'quarter',
    'year',
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...units),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: -60_000_000, max: 30_000_000 }),
      fc.integer({ min: -500, max: 500 }),
      (unit, count, minutes, steps) => {
        const frequency = { unit, count };
        const time = minutes * 60_000;
        fc.pre(unit !== 'business day' || weekday(time) < 5);
        const later = addSteps(frequency, time, steps);
        expect(stepAt(frequency, later, time)).toBe(steps === 0 ? 0 : steps);
        expect(later - time < 0).toBe(steps < 0);
      },
    ),
  );
});

it('what clocks show is the time that they show, or refused', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: -1e6, max: 4e6 }), (zone, quarters) => {
      const time = quarters * 900_000;
      const read = zoneReader(zone)(time + zoneOffsets(zone)(time));
      if (typeof read === 'number') expect(read).toBe(time);
      else expect(read).toMatch('show it twice');
    }),
  );
});

it('text that would be read as missing is not written', () => {
  const columns: Table['columns'] = new Map([
    ['c', { kind: 'text', codes: Int32Array.of(0), categories: ['NA'], missing: 0 }],
  ]);
  expect(failureOf(() => tableToCsv({ rows: 1, columns, notes: [] })).message).toMatch(
    "'NA', which parseTable reads as a missing value",
  );
});

it('one column of text keeps the rows without a value', async () => {
  const columns: Table['columns'] = new Map([
    ['c', { kind: 'text', codes: Int32Array.of(0, -1, 0), categories: ['x'], missing: 1 }],
  ]);
  const read = await parseTable(new TextEncoder().encode(tableToCsv({ rows: 3, columns, notes: [] })));
  expect(read.columns).toEqual(columns);
});
