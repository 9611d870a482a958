/** `report.html`: what it says agrees with the forecast, whatever the names in the file are. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseTable } from '../../src/data/table/parse-table.js';
import type { SeriesSet } from '../../src/data/table/series.js';
import { seriesOf } from '../../src/data/table/series-of.js';
import type { Distribution } from '../../src/forecast/distribution-quantiles.js';
import { trainForecaster } from '../../src/forecast/train-forecaster.js';
import { type ForecastReport, forecastReport } from '../../src/report/forecast-report.js';
import { expectWellFormed, textsOf } from '../cli/well-formed.js';
import { salesSeries } from '../forecast/series.js';

const HOSTILE = '<script>alert("1")</script> & \'\u0007\u202e]]>';

async function reportOf(
  set: SeriesSet,
  target: string,
  options: { readonly horizon?: number; readonly quantiles?: readonly number[] } = {},
): Promise<ForecastReport> {
  const { horizon = 4, quantiles = [0.1, 0.5, 0.9] } = options;
  const forecaster = await trainForecaster(set, {
    ...{ target, window: 12, horizon, quantiles, hiddenSize: 4, epochs: 2, backend: 'simd' },
  });
  return {
    ...{ file: 'sales.csv', plan: forecaster.plan, set, history: forecaster.history },
    evaluation: await forecaster.evaluate(set, { origins: 3 }),
    ahead: await forecaster.forecast(set),
    notes: ['The window is 12 steps.'],
    command: 'lstm-onnx train forecast --csv sales.csv',
    network: 'LSTM of 4 features',
  };
}

// Vega would warn there of what it does not draw as it was told.
beforeEach(() => {
  vi.spyOn(console, 'warn');
});
afterEach(() => {
  expect(console.warn).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

describe('the report of one series', () => {
  let report: ForecastReport;
  let html: string;

  beforeAll(async () => {
    report = await reportOf(await salesSeries(60), 'sold');
    html = await forecastReport(report);
  });

  it('is one well-formed file that loads nothing and runs nothing', () => {
    expectWellFormed(html);
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|url\(|@import|\son\w+=/);
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en"/);
  });

  it('says which distribution the quantiles are of, where there is one', async () => {
    const of = (distribution: Distribution) =>
      forecastReport({ ...report, plan: { ...report.plan, distribution } }).then(textsOf);
    expect(textsOf(html)).not.toContain('Distribution');
    expect(await of({ kind: 'gaussian' })).toContain('normal');
    expect(await of({ kind: 'studentT', df: 4.26 })).toContain('Student t, 4.3 degrees of freedom');
  });

  it('has the scores, who is better, what was forecast, and the command', () => {
    const texts = textsOf(html);
    const { model, baselines } = report.evaluation!;
    for (const { mae, rmse, mase } of [model, ...Object.values(baselines)]) {
      for (const score of [mae, rmse, mase]) expect(texts).toContain(String(Number(score.toPrecision(4))));
    }
    expect(texts).toContainEqual(
      expect.stringMatching(/^The model is (better|no better) than what takes no/),
    );
    expect(texts).toEqual(
      expect.arrayContaining([
        'sales.csv',
        '60, from 2000-01-01 to 2004-12-01',
        '12 steps seen',
        '4 steps ahead',
        'LSTM of 4 features',
        'The window is 12 steps.',
        'lstm-onnx train forecast --csv sales.csv',
      ]),
    );
  });

  it('has the errors by step ahead, as numbers and for those who hear them', () => {
    const { byStep } = report.evaluation!;
    const short = (value: number) => String(Number(value.toPrecision(4)));
    const errors = byStep.map(({ model, baselines }) => [
      short(model.mae),
      short(baselines.seasonalNaive.mae),
    ]);
    const rows = [...html.matchAll(/<th scope="row">(\d)<\/th><td>([^<]+)<\/td><td>([^<]+)<\/td>/g)];
    expect(rows.map(([, step]) => step)).toEqual(['1', '2', '3', '4']);
    expect(rows.map(([, , own, naive]) => [own, naive])).toEqual(errors);
    expect(html).toContain(
      `aria-label="MAE of the model from ${errors[0]![0]} at step 1 to ${errors[3]![0]} at step 4; `,
    );
  });

  it('draws what came, three forecasts of the past and the one ahead, for a desk and for a phone', () => {
    const lines = (color: string) => html.split(`stroke="var(--${color},`).length - 1;
    // Those of both sizes; the model has a line in the chart of errors, too.
    expect([lines('actual'), lines('model'), lines('ahead')]).toEqual([2, 2 * (3 + 1), 2]);
    const bands = html.split('fill="var(--model,').length - 1;
    expect(bands).toBeGreaterThanOrEqual(2 * 3);
    expect(
      html.match(/<svg [^>]*role="img" aria-label="[^"]+"|<svg role="img" aria-label="[^"]+"/g),
    ).toHaveLength(6);
  });
});

it('escapes names of columns, series and files', async () => {
  const quoted = `"${HOSTILE.replaceAll('"', '""')}"`;
  const rows = ['x', HOSTILE].flatMap((shop, s) =>
    Array.from({ length: 40 }, (_, i) => `${2000 + i}-01-01,${s ? quoted : shop},${10 + i + s}`),
  );
  const table = await parseTable(new TextEncoder().encode([`time,shop,${quoted}`, ...rows].join('\n')));
  const report = await reportOf(seriesOf(table, { time: 'time', key: 'shop' }), HOSTILE);
  const html = await forecastReport({ ...report, file: HOSTILE, notes: [HOSTILE], command: HOSTILE });
  expectWellFormed(html);
  for (const part of ['<script', '\u0007', '\u202e']) expect(html).not.toContain(part);
  const shown = HOSTILE.replace('\u0007', '\\u0007').replace('\u202e', '\\u202e');
  // Title, heading, file, target, series, note, command.
  const texts = textsOf(html).filter((text) => text.includes(shown));
  expect(texts).toHaveLength(7);
});

it('draws six of several series, and says how many more there are; a constant one among them', async () => {
  const shops = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const set = await salesSeries(48, shops);
  const series = set.series.map((each) =>
    each.name === 'b'
      ? { ...each, values: new Map([...each.values, ['sold', new Float64Array(48).fill(7)]]) }
      : each,
  );
  const html = await forecastReport(await reportOf({ ...set, series }, 'sold'));
  expectWellFormed(html);
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
  expect(textsOf(html)).toContain('2 more series not drawn; forecast.csv has the forecasts of all.');
  expect([...html.matchAll(/<figure><h3>(\w)<\/h3><svg/g)].map(([, name]) => name)).toEqual(
    shops.slice(0, 6),
  );
  expect(textsOf(html)).toContain('384 of 8 series, from 2000-01-01 to 2003-12-01');
});

it('draws a single step as dots, and one quantile without an interval', async () => {
  const dots = await forecastReport(await reportOf(await salesSeries(60), 'sold', { horizon: 1 }));
  expectWellFormed(dots);
  expect(dots).not.toMatch(/NaN|Infinity|undefined/);
  expect(textsOf(dots)).toContain('intervals, 0.1 to 0.9 quantile');
  expect(textsOf(dots)).not.toContain('Error by step ahead');
  const bare = await forecastReport(await reportOf(await salesSeries(60), 'sold', { quantiles: [0.5] }));
  expect(textsOf(bare).join()).not.toContain('intervals');
});

it('says that nothing tells how good it is, and has no forecast ahead, where there is none', async () => {
  const report = await reportOf(await salesSeries(60), 'sold');
  const html = await forecastReport({ ...report, evaluation: undefined, ahead: [], notes: [] });
  expectWellFormed(html);
  const texts = textsOf(html);
  expect(texts).toContain(
    'There were too few rows to hold some back: nothing tells how good the forecast is.',
  );
  expect(texts).not.toContain('Error by step ahead');
  expect(texts).not.toContain('forecast ahead: median');
});
