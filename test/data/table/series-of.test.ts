import { describe, expect, it } from 'vitest';
import { checkFrequency, nextTimes, seasonOf, stepsBehind } from '../../../src/data/table/frequency.js';
import { type SeriesOptions, seriesOf } from '../../../src/data/table/series-of.js';
import { failureOf } from '../failure.js';
import { seriesOfText, tableOf } from './tables.js';

const dates = (times: Float64Array) => [...times].map((time) => new Date(time).toISOString().slice(0, 10));
const text = (...rows: string[]) => ['day,y,c', ...rows].join('\n');

describe('the series of a table', () => {
  it('are its rows by key, each with its times, rows and values', async () => {
    const set = await seriesOfText(
      'day,shop,sold\n2020-01-01,a,1\n2020-01-01,b,5\n2020-01-02,a,2\n2020-01-02,b,6\n',
      { key: 'shop' },
    );
    expect(set.frequency).toEqual({ unit: 'day', count: 1 });
    const [a, b] = set.series;
    expect([a!.name, a!.key, [...a!.rows], [...a!.values.get('sold')!]]).toEqual([
      'a',
      { shop: 'a' },
      [0, 2],
      [1, 2],
    ]);
    expect([b!.name, [...b!.values.get('sold')!], [...b!.values.get('shop')!]]).toEqual([
      'b',
      [5, 6],
      [1, 1],
    ]);
  });

  it('are sorted where that is wanted, with a note', async () => {
    const rows = ['2020-01-03,3,a', '2020-01-01,1,b', '2020-01-02,2,a'];
    const set = await seriesOfText(text(...rows), { sort: true });
    expect([...set.series[0]!.values.get('y')!]).toEqual([1, 2, 3]);
    expect([...set.series[0]!.rows]).toEqual([1, 2, 0]);
    expect(set.notes[0]).toMatchObject({ count: 3, text: expect.stringMatching('are sorted') });
  });

  const gaps = text(
    '2020-01-01,1,a',
    '2020-01-02,NA,a',
    '2020-01-03,3,b',
    '2020-01-06,9,a',
    '2020-01-07,8,a',
  );
  it('have the value before in gaps and missing values', async () => {
    const set = await seriesOfText(gaps, { fill: 'previous' });
    const [series] = set.series;
    expect([...series!.values.get('y')!]).toEqual([1, 1, 3, 3, 3, 9, 8]);
    expect([...series!.values.get('c')!]).toEqual([0, 0, 1, 1, 1, 0, 0]);
    expect([...series!.rows]).toEqual([0, 1, 2, -1, -1, 3, 4]);
    expect(dates(series!.times)[3]).toBe('2020-01-04');
    expect(set.notes.map(({ count }) => count)).toEqual([5, 2, 1]);
  });

  it('have lines between the neighbours', async () => {
    const set = await seriesOfText(gaps, { fill: 'linear' });
    expect([...set.series[0]!.values.get('y')!]).toEqual([1, 2, 3, 5, 7, 9, 8]);
    expect([...set.series[0]!.values.get('c')!]).toEqual([0, 0, 1, 1, 1, 0, 0]);
  });

  it('are cut at gaps where rows are dropped', async () => {
    const set = await seriesOfText(gaps, { fill: 'drop' });
    expect(set.series.map(({ values }) => [...values.get('y')!])).toEqual([[1], [3], [9, 8]]);
    expect(set.notes.map(({ count }) => count)).toEqual([5, 1, 2]);
  });

  it('begin and end where there is something to fill from, with a note', async () => {
    const ends = text(
      '2020-01-01,NA,a',
      '2020-01-02,2,a',
      '2020-01-03,NA,a',
      '2020-01-04,4,a',
      '2020-01-05,NA,a',
    );
    const linear = await seriesOfText(ends, { fill: 'linear' });
    expect([...linear.series[0]!.values.get('y')!]).toEqual([2, 3, 4]);
    expect(linear.notes.at(-1)).toMatchObject({ count: 2, text: expect.stringMatching('left out') });
    const previous = await seriesOfText(ends, { fill: 'previous' });
    expect([...previous.series[0]!.values.get('y')!]).toEqual([2, 2, 4, 4]);
  });

  it('keep the codes of training', async () => {
    const set = await seriesOfText(text('2020-01-01,1,b', '2020-01-02,2,a'), {
      categories: { c: ['a', 'b', 'c'] },
    });
    expect([...set.series[0]!.values.get('c')!]).toEqual([1, 0]);
  });

  it.each<[string, string[], string, number, number]>([
    ['seconds', ['2020-01-01T00:00:00', '2020-01-01T00:00:10', '2020-01-01T00:00:20'], 'second', 10, 6],
    ['minutes', ['2020-01-01T00:00', '2020-01-01T00:15', '2020-01-01T00:30'], 'minute', 15, 96],
    ['hours', ['2020-01-01T00:00', '2020-01-01T01:00', '2020-01-01T02:00'], 'hour', 1, 24],
    ['days', ['2020-01-03', '2020-01-04', '2020-01-05'], 'day', 1, 7],
    [
      'business days',
      ['2020-01-02', '2020-01-03', '2020-01-06', '2020-01-07', '2020-01-08', '2020-01-09'],
      'business day',
      1,
      5,
    ],
    ['weeks', ['2020-01-01', '2020-01-08', '2020-01-15'], 'week', 1, 52],
    ['months', ['2020-01-01', '2020-02-01', '2020-03-01'], 'month', 1, 12],
    ['ends of months', ['2020-01-31', '2020-02-29', '2020-03-31'], 'month', 1, 12],
    ['first trading days of months', ['2020-01-02', '2020-02-03', '2020-03-02'], 'month', 1, 12],
    ['quarters', ['2020-01-01', '2020-04-01', '2020-07-01'], 'quarter', 1, 4],
    ['years', ['2019-01-01', '2020-01-01', '2021-01-01'], 'year', 1, 1],
    ['five years', ['2005-07-01', '2010-07-01', '2015-07-01'], 'year', 5, 1],
  ])('have a step of %s', async (_, times, unit, count, season) => {
    const set = await seriesOfText(text(...times.map((time) => `${time},1,a`)));
    expect(set.frequency).toEqual({ unit, count });
    expect([set.season, seasonOf(set.frequency)]).toEqual([season, season]);
    const last = set.series[0]!.times;
    expect(nextTimes(set.frequency, last.at(-2)!, 1)[0]).toBe(
      unit === 'month' && times[2]!.endsWith('02') ? Date.UTC(2020, 2, 3) : last.at(-1),
    );
  });
});

it('the times that follow are those of the calendar', () => {
  const after = (frequency: string, time: string) => dates(nextTimes(frequency, Date.parse(time), 3));
  expect(after('month', '2019-12-31')).toEqual(['2020-01-31', '2020-02-29', '2020-03-31']);
  expect(after('business day', '2020-01-02')).toEqual(['2020-01-03', '2020-01-06', '2020-01-07']);
  expect(after('business day', '2020-01-04')).toEqual(['2020-01-06', '2020-01-07', '2020-01-08']);
  expect(after('2 weeks', '2020-01-01')).toEqual(['2020-01-15', '2020-01-29', '2020-02-12']);
  expect(after('quarter', '2020-11-15')).toEqual(['2021-02-15', '2021-05-15', '2021-08-15']);
  expect(after('year', '0098-03-01')).toEqual(['0099-03-01', '0100-03-01', '0101-03-01']);
});

it.each([
  ['on the 30th', ['2020-03-30', '2020-04-30'], ['2020-05-30', '2020-06-30']],
  ['on the 30th, behind February', ['2021-01-30', '2021-02-28'], ['2021-03-30', '2021-04-30']],
  ['on last days', ['2020-01-31', '2020-02-29', '2020-03-31'], ['2020-04-30', '2020-05-31']],
  ['on last business days', ['2020-05-29', '2020-06-30', '2020-07-31'], ['2020-08-31', '2020-09-30']],
  ['of which there is one', ['2020-04-30'], ['2020-05-31', '2020-06-30']],
])('the steps behind months %s are on their day', (_, times, expected) => {
  const behind = stepsBehind(checkFrequency('test', 'month'), Float64Array.from(times, Date.parse));
  expect(dates(Float64Array.of(behind(1), behind(2)))).toEqual(expected);
});

it('the steps behind years of February 28 are on it', () => {
  const times = Float64Array.from(['2019-02-28', '2020-02-28', '2021-02-28'], Date.parse);
  const behind = stepsBehind(checkFrequency('test', 'year'), times);
  expect(dates(Float64Array.of(behind(1), behind(3)))).toEqual(['2022-02-28', '2024-02-28']);
});

describe('series are refused, with the lines, for', () => {
  const [one, two] = ['2020-01-01,1,a', '2020-01-02,2,b'];
  it.each<[string, string, Partial<SeriesOptions>, string, RegExp]>([
    [
      'times out of order',
      text(two, one),
      {},
      'E_INVALID_FILE',
      /line 3 has the time 2020-01-01, before that of line 2.*'c'.*sort: true/,
    ],
    [
      'times that come twice',
      text(one, two, two),
      {},
      'E_INVALID_FILE',
      /line 4 has the same time as line 3.*key.*duplicates/,
    ],
    ['missing values', text(one, '2020-01-02,,'), {}, 'E_INVALID_FILE', /missing \('y' 1, 'c' 1\).*line 3/],
    [
      'gaps',
      text(one, two, '2020-01-05,1,a'),
      {},
      'E_INVALID_FILE',
      /2 steps of one day have no row, in 1 gap, .*line 3 .*line 4/,
    ],
    [
      'irregular times',
      text(one, two, '2020-01-03,1,a', '2020-01-03T05:00,1,a'),
      {},
      'E_INVALID_FILE',
      /irregular: most often \(66 %\).*line 5/,
    ],
    [
      'days by local clocks',
      text(...[24, 25, 26].map((day) => `2023-03-${day}T00:00+01:00,1,a`), '2023-03-27T00:00+02:00,1,a'),
      {},
      'E_INVALID_FILE',
      /local clocks.*next is 24 hours later, but the step to line 5 is 82800 seconds. Write days without an hour/,
    ],
    [
      'hours of the day by local clocks',
      text('2023-10-28T18:00+02:00,1,a', '2023-10-29T00:00+02:00,1,a', '2023-10-29T06:00+01:00,1,a'),
      {},
      'E_INVALID_FILE',
      /local clocks.*next is 6 hours later.*Write them in UTC/,
    ],
    [
      'times beside the step',
      text(one, '2020-01-02T01:00,1,a'),
      { frequency: 'day' },
      'E_INVALID_FILE',
      /line 3 .*not on a step of one day/,
    ],
    [
      'two rows of one step',
      text(one, two),
      { frequency: 'month' },
      'E_INVALID_FILE',
      /line 3.*is in the same month as line 2/,
    ],
    ['one row', text(one), {}, 'E_INVALID_FILE', /single time/],
    ['no time', text('NA,1,a', one), {}, 'E_INVALID_FILE', /first in line 2/],
    [
      'no such column',
      text(one),
      { time: 'date' },
      'E_UNKNOWN_NAME',
      /no column 'date'; the columns are 'day', 'y', 'c'/,
    ],
    ['a time of text', text(one), { time: 'c' }, 'E_INVALID_FILE', /holds text, not times/],
    ['a key of numbers', text(one), { key: 'y' }, 'E_INVALID_FILE', /columns: \{ "y": 'text' \}/],
    [
      'an unknown category',
      text(one, two),
      { categories: { c: ['a', 'z'] } },
      'E_UNKNOWN_NAME',
      /'b' \(line 3\).*known are 'a', 'z'/,
    ],
    ['an unknown frequency', text(one, two), { frequency: 'fortnight' }, 'E_INVALID_OPTION', /business day/],
    [
      'an unknown fill',
      text(one, two),
      { fill: 'zero' as 'error' },
      'E_INVALID_OPTION',
      /'previous', 'linear', 'drop'/,
    ],
    [
      'nothing left',
      text('2020-01-01,NA,a', '2020-01-02,NA,a'),
      { fill: 'drop' },
      'E_INVALID_FILE',
      /no row of 2/,
    ],
  ])('%s', async (_, rows, options, code, message) => {
    const table = await tableOf(rows, rows.includes('T') ? { columns: { y: 'number' } } : {});
    const error = failureOf(() => seriesOf(table, { time: 'day', ...options }));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });
});

it('a frequency that is given is taken where all times are on its steps', async () => {
  const weekly = text('2020-01-01,1,a', '2020-01-08,2,a', '2020-01-15,3,a');
  const set = await seriesOfText(weekly, { frequency: 'day', fill: 'previous' });
  expect(set.frequency).toEqual({ unit: 'day', count: 1 });
  expect(set.series[0]!.times.length).toBe(15);
});
