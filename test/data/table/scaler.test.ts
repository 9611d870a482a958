import { describe, expect, it } from 'vitest';
import { calendarFeatures } from '../../../src/data/table/calendar.js';
import {
  fitScaler,
  scaleSeries,
  scaleValues,
  scalingOf,
  unscaleValues,
} from '../../../src/data/table/scaler.js';
import { scaleWindows, unscaleWindows, windowScaling } from '../../../src/data/table/window-scaling.js';
import { float32Array } from '../../../src/nd-array.js';
import { failureOf } from '../failure.js';
import { seriesOfText } from './tables.js';

const text =
  'day,shop,sold,same\n2020-01-01,a,1,7\n2020-01-02,a,2,7\n2020-01-03,a,4,7\n2020-01-04,a,9,7\n' +
  '2020-01-01,b,100,7\n2020-01-02,b,300,7\n';

describe('a scaler', () => {
  // numpy: mean, std; median, the 75th less the 25th percentile; min, max - min; of [1, 2, 4, 9].
  it.each([
    ['standard', 4, 3.082207001484488],
    ['robust', 3, 3.5],
    ['minMax', 1, 8],
  ] as const)('has the constants of scikit-learn: %s', async (kind, center, scale) => {
    const set = await seriesOfText(text, { key: 'shop' });
    const scaler = fitScaler(set, { kind, per: 'series', columns: ['sold'] });
    expect(scaler.series).toEqual(['a', 'b']);
    expect(scaler.columns.sold![0]!.center).toBeCloseTo(center, 14);
    expect(scaler.columns.sold![0]!.scale).toBeCloseTo(scale, 14);
    expect(JSON.parse(JSON.stringify(scaler))).toEqual(scaler);
    const scaled = scaleSeries(set, scaler).series[0]!.values.get('sold')!;
    expect([...unscaleValues([...scaled], scalingOf(scaler, 'sold', 'a'))]).toEqual([1, 2, 4, 9]);
    expect(scaled[3]).toBeCloseTo((9 - center) / scale, 14);
  });

  it('keeps a constant column with scale 1 and a note, or refuses it', async () => {
    const set = await seriesOfText(text, { key: 'shop' });
    const scaler = fitScaler(set);
    expect(scaler.columns.same).toEqual([{ center: 7, scale: 1 }]);
    expect(scaler.notes).toEqual([
      { column: 'same', count: 1, text: expect.stringMatching('constant in training') },
    ]);
    expect(failureOf(() => fitScaler(set, { constant: 'error' })).message).toMatch(
      "column 'same' is constant (7)",
    );
  });

  it('loses no digits where the mean is large', async () => {
    const set = await seriesOfText(
      'day,y\n2020-01-01,1000000001\n2020-01-02,1000000002\n2020-01-03,1000000003\n',
    );
    expect(fitScaler(set).columns.y![0]!.scale).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it.each(['1e-300', '1e-170', '1e300'])(
    'refuses what moves by about %s: its squares leave float64',
    async (y) => {
      const set = await seriesOfText(`day,y\n2020-01-01,${y}\n2020-01-02,-${y}\n`);
      expect(failureOf(() => fitScaler(set)).message).toMatch(/column 'y' have no finite standard scaling/);
      expect(fitScaler(set, { kind: 'minMax' }).columns.y![0]!.scale).toBeCloseTo(2 * Number(y), 12);
    },
  );

  it('is refused for what it does not know', async () => {
    const set = await seriesOfText(text, { key: 'shop' });
    expect(failureOf(() => fitScaler(set, { columns: ['shop'] })).message).toMatch(
      "holds text; those of numbers are 'sold', 'same'",
    );
    expect(failureOf(() => fitScaler(set, { columns: ['z'] })).message).toMatch("no column 'z'");
    const scaler = fitScaler(set, { per: 'series' });
    expect(failureOf(() => scalingOf(scaler, 'sold', 'c')).message).toMatch("its series are 'a', 'b'");
    expect(failureOf(() => scaleValues([1], { center: 0, scale: 0 })).message).toMatch('scale above 0');
  });
});

describe('a scaling of each window', () => {
  const past = float32Array([2, 2, 2], [1, 10, 3, -20, 5, 0, 7, 0]);
  it.each([
    ['last', 'subtract', [3, -20, 7, 0], [1, 1, 1, 1]],
    ['mean', 'subtract', [2, -5, 6, 0], [1, 1, 1, 1]],
    ['last', 'divide', [0, 0, 0, 0], [3, 20, 7, 1]],
    ['mean', 'divide', [0, 0, 0, 0], [2, 15, 6, 1]],
  ] as const)('by the %s: %s', (by, how, centers, scales) => {
    const scaling = windowScaling(past, { by, how });
    expect([[...scaling.centers], [...scaling.scales]]).toEqual([centers, scales]);
    const scaled = scaleWindows(past, scaling);
    expect(scaled[3]).toBe((-20 - centers[1]) / scales[1]);
    const back = unscaleWindows({ dtype: 'float64', shape: past.shape, data: scaled }, scaling);
    for (const [i, value] of back.entries()) expect(value).toBeCloseTo(past.data[i]!, 12);
    // Targets are of the first column.
    const targets = float32Array([2, 1], [4, 8]);
    expect([...scaleWindows(targets, scaling)]).toEqual([
      (4 - centers[0]) / scales[0],
      (8 - centers[2]) / scales[2],
    ]);
  });

  it('is refused for other windows', () => {
    const scaling = windowScaling(past, { by: 'last' });
    expect(failureOf(() => scaleWindows(float32Array([3, 1], [1, 2, 3]), scaling)).code).toBe(
      'E_SHAPE_MISMATCH',
    );
  });
});

describe('columns of the calendar', () => {
  const times = Float64Array.of(
    Date.UTC(2020, 11, 31, 18, 30),
    Date.UTC(2021, 2, 1),
    Date.UTC(1969, 11, 29, 23),
  );
  it('are codes for embeddings', () => {
    const parts = ['hour', 'weekday', 'month', 'quarter', 'dayOfMonth', 'dayOfYear'] as const;
    const made = calendarFeatures(times, { parts, as: 'codes' });
    const codes = Object.fromEntries([...made].map(([name, { values }]) => [name, [...values]]));
    expect(codes).toEqual({
      hour: [18, 0, 23],
      weekday: [3, 0, 0],
      month: [11, 2, 11],
      quarter: [3, 0, 3],
      dayOfMonth: [30, 0, 28],
      dayOfYear: [365, 59, 362],
    });
    const weekday = made.get('weekday')!.column;
    expect(weekday.kind === 'text' && weekday.categories[3]).toBe('Thursday');
  });

  it('are those of a zone', () => {
    const made = calendarFeatures(times, { parts: ['hour', 'month'], as: 'codes', timeZone: 'Asia/Tokyo' });
    expect([...made.get('hour')!.values]).toEqual([3, 9, 8]);
    expect([...made.get('month')!.values]).toEqual([0, 2, 11]);
  });

  it('go round in sin and cos', () => {
    const made = calendarFeatures(times, { parts: ['hour', 'month'] });
    expect([...made.keys()]).toEqual(['hour_sin', 'hour_cos', 'month_sin', 'month_cos']);
    expect(made.get('hour_sin')!.values[0]).toBeCloseTo(Math.sin((2 * Math.PI * 18.5) / 24), 14);
    expect(made.get('month_cos')!.values[1]).toBeCloseTo(Math.cos((2 * Math.PI * 2) / 12), 14);
  });
});
