import { describe, expect, it } from 'vitest';
import { forecastSeries, parseTable, trainAndEvaluate } from '../../src/index.js';

/** Days of a wave of a week; of the last ones only the weather is known. */
function tableOf(days: number, ahead = 0) {
  const rows = Array.from({ length: days + ahead }, (_, i) => {
    const date = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    return `${date},${i < days ? Math.sin(i / 1.1) * 10 + i : ''},${i % 3 === 0 ? 'dry' : 'wet'}`;
  });
  return parseTable(new TextEncoder().encode(['day,sold,weather', ...rows].join('\n')));
}
const quick = {
  target: 'sold',
  horizon: 3,
  window: 7,
  hiddenSize: 4,
  epochs: 2,
  patience: 2,
  backend: 'cpu',
} as const;

describe('a forecast that is trained and judged', () => {
  it('is not trained on the steps by which it is judged, and tells what it found', async () => {
    const { series } = forecastSeries(await tableOf(60), { time: 'day', target: 'sold' });
    const told: string[] = [];
    const trained = await trainAndEvaluate(series, { ...quick, onNote: ({ text }) => told.push(text) });
    expect(trained.evaluation?.origins).toHaveLength(5);
    expect(told).toEqual(trained.notes.map(({ text }) => text));
    expect(new Set(told).size).toBe(told.length);
    // What came in the steps that are held back has no part in the parameters.
    const { values } = series.series[0]!;
    const other = new Map([['sold', values.get('sold')!.map((value, i) => (i < 45 ? value : 1e4))]]);
    const changed = { ...series, series: [{ ...series.series[0]!, values: other }] };
    const again = await trainAndEvaluate(changed, quick);
    expect(again.forecaster.parameters).toEqual(trained.forecaster.parameters);
    expect(again.evaluation?.model.mae).toBeGreaterThan(100);
  });

  it('is judged by as many forecasts as there are rows for, or by none, which it says', async () => {
    const judged = async (days: number) => {
      const { series } = forecastSeries(await tableOf(days), { time: 'day', target: 'sold' });
      const { evaluation, notes } = await trainAndEvaluate(series, quick);
      return [evaluation?.origins.length, notes.map(({ text }) => text).join(' ')];
    };
    expect(await judged(22)).toEqual([3, expect.stringMatching(/3 forecasts of the past, not for 5/)]);
    expect(await judged(15)).toEqual([undefined, expect.stringMatching(/nothing tells how good it is/)]);
  });

  it('takes what is known ahead from the rows without a target', async () => {
    const known = ['weather'];
    const table = await tableOf(60, 3);
    const { series, future } = forecastSeries(table, { time: 'day', target: 'sold', known });
    expect(series.series[0]!.times).toHaveLength(60);
    const { forecaster } = await trainAndEvaluate(series, { ...quick, known });
    const [next] = await forecaster.forecast(series, future);
    expect(next!.times).toEqual(future!.series[0]!.times);
    expect(forecastSeries(await tableOf(60), { time: 'day', target: 'sold', known }).future).toBeUndefined();
  });
});
