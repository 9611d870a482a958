import { describe, expect, it } from 'vitest';
import { withCalendar } from '../../../src/data/table/calendar.js';
import { rollingOrigins } from '../../../src/data/table/rolling-origins.js';
import type { SeriesSet } from '../../../src/data/table/series.js';
import { seriesOf } from '../../../src/data/table/series-of.js';
import { splitByTime } from '../../../src/data/table/split-by-time.js';
import { type WindowOptions, windows } from '../../../src/data/table/windows.js';
import { failureOf } from '../failure.js';
import { daysText, seriesOfText } from './tables.js';

const twoShops = (lengths: readonly [number, number]) => {
  const rows = lengths.flatMap((length, shop) =>
    Array.from({ length }, (_, i) => {
      const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
      return `${day},${'ab'[shop]},${100 * shop + i},${i % 2 === 0 ? 'dry' : 'wet'}`;
    }),
  );
  return seriesOfText(['day,shop,sold,weather', ...rows].join('\n'), { key: 'shop' });
};

describe('windows', () => {
  it('have input, horizon and features, with the target first', async () => {
    const all = windows(await seriesOfText(daysText(6)), {
      input: 3,
      horizon: 2,
      target: 'y',
      features: ['x'],
      known: ['x'],
    });
    expect(all.length).toBe(2);
    const { inputs, targets } = all.dataset();
    expect(inputs.past).toEqual({
      dtype: 'float32',
      shape: [2, 3, 2],
      data: Float32Array.of(0, 0, 1, 1, 2, 4, 1, 1, 2, 4, 3, 9),
    });
    expect(inputs.known).toEqual({
      dtype: 'float32',
      shape: [2, 2, 1],
      data: Float32Array.of(9, 16, 16, 25),
    });
    expect(targets).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(3, 4, 4, 5) });
    expect(all.columns).toMatchObject({ targets: ['y'], past: ['y', 'x'], known: ['x'] });
    expect(all.origin(1)).toEqual({ time: Date.UTC(2020, 0, 4), row: 3, series: 0 });
    expect(all.bytesPerWindow * 2).toBe(4 * (12 + 4 + 4));
  });

  it('have several targets in a further dimension', async () => {
    const { targets } = windows(await seriesOfText(daysText(4)), {
      input: 2,
      horizon: 2,
      target: ['y', 'x'],
    }).arrays();
    expect(targets).toEqual({ dtype: 'float32', shape: [1, 2, 2], data: Float32Array.of(2, 4, 3, 9) });
  });

  it('stay in their series, and have categories as int32', async () => {
    const all = windows(await twoShops([4, 5]), {
      input: 2,
      horizon: 1,
      stride: 2,
      target: 'sold',
      features: ['weather'],
      known: ['weather'],
      static: ['shop'],
    });
    const { inputs, targets } = all.arrays();
    expect([...inputs.past.data]).toEqual([0, 1, 100, 101, 102, 103]);
    expect([...targets.data]).toEqual([2, 102, 104]);
    expect(inputs.pastCategories).toEqual({
      dtype: 'int32',
      shape: [3, 2, 1],
      data: Int32Array.of(0, 1, 0, 1, 0, 1),
    });
    expect(inputs.knownCategories!.shape).toEqual([3, 1, 1]);
    expect(inputs.staticCategories).toEqual({ dtype: 'int32', shape: [3, 1], data: Int32Array.of(0, 1, 1) });
    expect(all.arrays(1, 2).targets.data).toEqual(Float32Array.of(102));
    expect(all.origin(2)).toMatchObject({ series: 1, row: 4 + 3 });
  });

  it.each<[string, Partial<WindowOptions>, string, RegExp]>([
    [
      'a column that there is not',
      { target: 'z' },
      'E_UNKNOWN_NAME',
      /no column 'z'; the columns are 'shop', 'sold', 'weather'/,
    ],
    [
      'a target of text',
      { target: 'weather' },
      'E_INVALID_OPTION',
      /'weather' holds text; expected a column of numbers, of which there are 'sold'/,
    ],
    [
      'a series that is too short',
      { input: 4 },
      'E_INVALID_OPTION',
      /input 4 and horizon 1 take 5 rows; there are 4 of series 'a'.*short: 'drop'/,
    ],
    [
      'series that all are too short',
      { input: 9, short: 'drop' },
      'E_INVALID_OPTION',
      /take 10 rows; there are 4.*1 other of 2 are too short/,
    ],
    ['a target that is known ahead', { known: ['sold'] }, 'E_INVALID_OPTION', /is the target/],
    [
      'a static column that changes',
      { static: ['weather'] },
      'E_INVALID_OPTION',
      /'weather' changes in the rows of series 'a'/,
    ],
    ['a horizon of nothing', { horizon: 0 }, 'E_INVALID_OPTION', /horizon is the number 0/],
    ['a misspelt option', { lookback: 3 } as object, 'E_INVALID_OPTION', /use input/],
  ])('are refused for %s', async (_, options, code, message) => {
    const set = await twoShops([4, 6]);
    const error = failureOf(() => windows(set, { input: 2, horizon: 1, target: 'sold', ...options }));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('are refused for a set without a series', async () => {
    const none = { ...(await twoShops([4, 6])), series: [] };
    const error = failureOf(() => windows(none, { input: 2, horizon: 1, target: 'sold' }));
    expect(error.message).toMatch(/^windows got .*; expected at least one series/);
    expect(error.code).toBe('E_INVALID_OPTION');
  });

  it('leave short series out where that is wanted, with a note', async () => {
    const all = windows(await twoShops([4, 6]), { input: 4, horizon: 1, target: 'sold', short: 'drop' });
    expect(all.length).toBe(2);
    expect(all.notes).toEqual([{ count: 1, text: "1 series with fewer than 5 rows left out ('a')." }]);
  });

  it('are refused where all of them take more than is allowed', async () => {
    const all = windows(await twoShops([4, 6]), { input: 2, horizon: 1, target: 'sold' });
    expect(failureOf(() => all.dataset(71)).message).toMatch(/6 windows take 72 bytes, more than 71/);
    expect(all.dataset(72).length).toBe(6);
  });

  it('are refused for numbers that float32 does not hold', async () => {
    const set = await seriesOfText('day,y\n2020-01-01,1\n2020-01-02,1e300\n2020-01-03,1\n');
    const error = failureOf(() => windows(set, { input: 1, horizon: 1, target: 'y' }).dataset());
    expect(error).toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringMatching(/'y' is 1e\+300 at 2020-01-02/),
    });
  });

  it('take columns of the calendar as known', async () => {
    const set = withCalendar(await seriesOfText(daysText(4)), { parts: ['weekday'], as: 'codes' });
    const { inputs } = windows(set, { input: 2, horizon: 2, target: 'y', known: ['weekday'] }).arrays();
    // 2020-01-03 is a Friday.
    expect([...inputs.knownCategories!.data]).toEqual([4, 5]);
  });

  it('take the calendar of a zone for hours; days are the same everywhere', async () => {
    const codes = (set: SeriesSet) => {
      const options = { parts: ['weekday'], as: 'codes', timeZone: 'America/New_York' } as const;
      return [...withCalendar(set, options).series[0]!.values.get('weekday')!];
    };
    // 2020-01-01 is a Wednesday.
    expect(codes(await seriesOfText(daysText(2)))).toEqual([2, 3]);
    const hours = 'day,y\n2020-01-01T04:00Z,1\n2020-01-01T05:00Z,1\n';
    expect(codes(await seriesOfText(hours))).toEqual([1, 2]);
  });
});

describe('a split by time', () => {
  const span = ({
    series,
  }: {
    series: readonly { times: Float64Array; values: ReadonlyMap<string, ArrayLike<number>> }[];
  }) => series.map(({ values }) => [values.get('y')![0], values.get('y')![values.get('y')!.length - 1]]);

  it('has parts one behind the other, with a gap before each border', async () => {
    const set = await seriesOfText(daysText(20));
    const { train, validation, test, borders } = splitByTime(set, { validation: 5, test: 0.2, gap: 2 });
    expect([span(train), span(validation!), span(test!)]).toEqual([[[0, 8]], [[11, 13]], [[16, 19]]]);
    expect(borders).toEqual({ validation: Date.UTC(2020, 0, 12), test: Date.UTC(2020, 0, 17) });
    expect(splitByTime(set, { test: '2020-01-11' }).test!.series[0]!.times.length).toBe(10);
  });

  it('has windows whose targets are behind the border where there is context', async () => {
    const { validation } = splitByTime(await seriesOfText(daysText(20)), { validation: 4, context: 6 });
    const options = { horizon: 2, target: 'y' };
    expect(windows(validation!, { ...options, input: 6 }).arrays().targets.data).toEqual(
      Float32Array.of(16, 17, 17, 18, 18, 19),
    );
    expect([...windows(validation!, { ...options, input: 3 }).arrays().targets.data].slice(0, 2)).toEqual([
      16, 17,
    ]);
    expect(windows(validation!, { ...options, input: 7 }).arrays().targets.data).toEqual(
      Float32Array.of(17, 18, 18, 19),
    );
  });

  it('is by calendar months where their days differ', async () => {
    const rows = ['2020-01-02', '2020-02-03', '2020-03-02', '2020-04-01', '2020-05-01', '2020-06-01'].map(
      (day, i) => `${day},${i}`,
    );
    const set = await seriesOfText(['day,y', ...rows].join('\n'));
    const { train, validation } = splitByTime(set, { validation: 3 });
    expect([span(train), span(validation!)]).toEqual([[[0, 2]], [[3, 5]]]);
  });

  it('is refused without parts, and where one has no rows', async () => {
    const set = await seriesOfText(daysText(10));
    expect(failureOf(() => splitByTime(set, {})).message).toMatch('give validation, test or both');
    expect(failureOf(() => splitByTime(set, { validation: 10 })).message).toMatch(
      /no rows are left for training.*2020-01-01 to 2020-01-10/,
    );
    expect(failureOf(() => splitByTime(set, { validation: 2, test: 9 })).message).toMatch('no rows are left');
    expect(failureOf(() => splitByTime(set, { validation: 2.5 })).message).toMatch(
      'a fraction between 0 and 1 of the 10 steps',
    );
  });
});

describe('rolling origins', () => {
  it('have the past up to each, and the horizon behind it', async () => {
    const origins = rollingOrigins(await seriesOfText(daysText(10)), { count: 3, horizon: 2 });
    const y = (set: { series: readonly { values: ReadonlyMap<string, ArrayLike<number>> }[] }) => [
      ...Array.from(set.series[0]!.values.get('y')!),
    ];
    expect(origins.map(({ past }) => y(past).at(-1))).toEqual([3, 5, 7]);
    expect(origins.map(({ future }) => y(future))).toEqual([
      [4, 5],
      [6, 7],
      [8, 9],
    ]);
    expect(origins.map(({ time }) => new Date(time).getUTCDate())).toEqual([4, 6, 8]);
  });

  it('leave out series that are too short there, with a note', async () => {
    const [first, last] = rollingOrigins(await twoShops([4, 8]), { count: 2, horizon: 2, input: 3 });
    expect([first!.past.series.map(({ name }) => name), last!.past.series.length]).toEqual([['b'], 1]);
    expect(first!.notes[0]!.text).toMatch('1 series without 3 rows up to 2020-01-04');
  });

  it('are refused with the rows that they take', async () => {
    const set = await seriesOfText(daysText(10));
    expect(failureOf(() => rollingOrigins(set, { count: 5, horizon: 2, input: 3 })).message).toMatch(
      /5 origins, 2 apart, .* take 13 rows; there are 10/,
    );
  });
});

it('a table that gaps cut into 150,000 pieces is split, and forecast from', () => {
  const rows = 300_000;
  // Two minutes with a value, then one without.
  const times = Float64Array.from({ length: rows }, (_, i) => 60_000 * (i + (i >> 1)));
  const set = seriesOf(
    {
      rows,
      columns: new Map([
        ['time', { kind: 'time', values: times, missing: 0 }],
        ['y', { kind: 'number', values: new Float64Array(rows), missing: 0 }],
      ]),
      notes: [],
    },
    { time: 'time', fill: 'drop' },
  );
  expect(set.series).toHaveLength(rows / 2);
  expect(splitByTime(set, { test: 0.5 }).train.series).toHaveLength(rows / 4);
  expect(rollingOrigins(set, { count: 1, horizon: 1 })).toHaveLength(1);
});

describe('a line to a later value', () => {
  const text = 'day,y\n2020-01-01,1\n2020-01-02,2\n2020-01-05,5\n2020-01-06,6\n2020-01-07,7\n';

  it('is no end of a window, of a part or of what an origin knows', async () => {
    const set = await seriesOfText(text, { fill: 'linear' });
    const all = windows(set, { input: 2, horizon: 1, target: 'y' });
    expect([...all.arrays().targets.data]).toEqual([3, 6, 7]);
    expect(all.notes.map(({ text }) => text)).toEqual([
      '2 windows left out that would end on a line to a later value, which tells what comes.',
    ]);
    const { train } = splitByTime(set, { test: '2020-01-05' });
    expect([...train.series[0]!.values.get('y')!]).toEqual([1, 2]);
    expect(failureOf(() => rollingOrigins(set, { count: 1, horizon: 4 })).message).toMatch(
      'no series has them',
    );
    expect(rollingOrigins(set, { count: 1, horizon: 5 })[0]!.time).toBe(Date.UTC(2020, 0, 2));
  });

  it('costs no step before a border between two steps', async () => {
    const months = 'day,y\n2020-01-01,1\n2020-02-01,2\n2020-04-01,4\n2020-05-01,5\n2020-06-01,6\n';
    const set = await seriesOfText(months, { fill: 'linear' });
    const { train } = splitByTime(set, { test: new Date(Date.UTC(2020, 4, 1) + 1) });
    expect([...train.series[0]!.values.get('y')!]).toEqual([1, 2, 3, 4, 5]);
  });

  it('may be all that windows would end on, which is refused', async () => {
    const set = await seriesOfText('day,y\n2020-01-01,1\n2020-01-04,4\n', {
      fill: 'linear',
      frequency: 'day',
    });
    const options = { input: 2, horizon: 1, target: 'y' };
    expect(failureOf(() => windows(set, options)).message).toMatch(
      "each of 2 windows ends on a line that fill: 'linear' draws",
    );
  });
});
