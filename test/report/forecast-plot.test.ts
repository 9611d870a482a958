/** A forecast as a picture of its own. */
import { describe, expect, it } from 'vitest';
import { trainAndEvaluate } from '../../src/forecast/train-and-evaluate.js';
import { forecastPlot } from '../../src/index.js';
import { expectWellFormed } from '../cli/well-formed.js';
import { salesSeries } from '../forecast/series.js';

describe('the picture of a forecast', async () => {
  const set = await salesSeries(100, ['a', 'b & c']);
  const { forecaster, evaluation } = await trainAndEvaluate(set, {
    ...{ target: 'sold', unit: 'pieces', window: 12, horizon: 6, hiddenSize: 4, epochs: 1 },
  });
  const forecast = await forecaster.forecast(set);

  it('shows what came, five forecasts of the past and the one ahead, with their ranges', async () => {
    const svg = await forecastPlot(forecaster, set, { evaluation, forecast, name: 'b & c' });
    expectWellFormed(svg);
    expect(svg).toContain('sold (pieces) of b &amp; c');
    expect(svg).toMatch(/aria-label="sold of series b &amp; c from [^"]*; 5 forecasts of the past [^"]*"/);
    const paths = (color: string) =>
      svg.match(new RegExp(`<path[^>]*(?:fill|stroke)="var\\(--${color},`, 'g'));
    expect(paths('actual')).toHaveLength(1);
    // Of each a line and a range.
    expect(paths('model')).toHaveLength(2 * 5);
    expect(paths('ahead')).toHaveLength(2);
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  it('shows the first series alone where nothing else is given', async () => {
    const svg = await forecastPlot(forecaster, set);
    expect(svg).toContain('sold (pieces) of a');
    expect(svg).not.toMatch(/stroke="var\(--(model|ahead)/);
  });

  it('refuses a series that there is not', async () => {
    await expect(forecastPlot(forecaster, set, { name: 'd' })).rejects.toThrow(
      "there is no series 'd'; there are 'a', 'b & c'",
    );
  });
});
