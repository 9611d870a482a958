/** Random tables for property tests: several series of days of unlike lengths, with gaps, missing values and a column of text. */
import fc from 'fast-check';
import type { Table } from '../../../src/data/table/table.js';

const start = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;

export const dayTime = (day: number): number => start + day * DAY;

export interface Row {
  readonly day: number;
  readonly shop: number;
  /** NaN where it is missing. */
  readonly sold: number;
  readonly price: number;
  /** A code of `doors`; -1 where it is missing. */
  readonly door: number;
}

const shops = ['a', 'b', 'whole'];
/** This shop is open from the first day to the last, so that there is something to learn from. */
export const WHOLE = 2;

/** Of three decimals: float32 holds neither the squares of the smallest numbers nor those of the largest. */
export const number: fc.Arbitrary<number> = fc
  .integer({ min: -1e9, max: 1e9 })
  .map((thousandths) => thousandths / 1000);
const often = fc.oneof({ arbitrary: number, weight: 5 }, { arbitrary: fc.constant(Number.NaN), weight: 1 });
const door = fc.integer({ min: -1, max: 2 });

/** At least so many days. */
export function randomRows(days: number): fc.Arbitrary<Row[]> {
  const broken = (shop: number) =>
    fc.uniqueArray(
      fc.record({
        ...{ day: fc.nat(days - 1), shop: fc.constant(shop) },
        ...{ sold: often, price: often, door },
      }),
      { selector: ({ day }) => day, maxLength: days },
    );
  const whole = fc
    .array(fc.tuple(number, number, fc.nat(2)), { minLength: days, maxLength: days + 10 })
    .map((values) => values.map(([sold, price, door], day) => ({ day, shop: WHOLE, sold, price, door })));
  return fc
    .tuple(broken(0), broken(1), whole)
    .map((parts) => parts.flatMap((rows) => rows.toSorted((one, other) => one.day - other.day)));
}

export function tableOfRows(rows: readonly Row[]): Table {
  const text = (codes: readonly number[], categories: readonly string[]) =>
    ({
      kind: 'text',
      codes: Int32Array.from(codes),
      categories,
      missing: codes.filter((code) => code < 0).length,
    }) as const;
  const numbers = (kind: 'number' | 'time', values: readonly number[]) => ({
    kind,
    values: Float64Array.from(values),
    missing: values.filter(Number.isNaN).length,
  });
  return {
    rows: rows.length,
    columns: new Map<string, ReturnType<typeof text> | ReturnType<typeof numbers>>([
      [
        'day',
        numbers(
          'time',
          rows.map((row) => dayTime(row.day)),
        ),
      ],
      [
        'shop',
        text(
          rows.map((row) => row.shop),
          shops,
        ),
      ],
      [
        'sold',
        numbers(
          'number',
          rows.map((row) => row.sold),
        ),
      ],
      [
        'price',
        numbers(
          'number',
          rows.map((row) => row.price),
        ),
      ],
      [
        'door',
        text(
          rows.map((row) => row.door),
          ['open', 'shut', 'broken'],
        ),
      ],
    ]),
    notes: [],
  };
}
