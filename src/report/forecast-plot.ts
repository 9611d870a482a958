/** A forecast as a picture of its own: the end of a series, forecasts of the past beside what came, and the forecast ahead. */
import { wrongArgument } from '../arguments.js';
import { checkSeriesSet, type SeriesSet } from '../data/table/series.js';
import { quotedNames } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import { keyOf, targetName } from '../forecast/forecast-plan.js';
import { type ForecastEvaluation, Forecaster, type SeriesForecast } from '../forecast/forecaster.js';
import { checkOptionNames } from '../option-names.js';
import { chartText } from './chart.js';
import { reportedSeries, seriesSpec, spokenSeries } from './series-chart.js';
import { palette } from './style.js';

export interface ForecastPlotOptions {
  /** Forecasts of the past, as `evaluate` gives them. @default none */
  readonly evaluation?: ForecastEvaluation | undefined;
  /** The forecast ahead, as `forecast` gives it. @default none */
  readonly forecast?: readonly SeriesForecast[];
  /** Of several series, the name of the one that is drawn. @default the first */
  readonly name?: string;
}

/**
 * The end of a series as an SVG image: what came, the forecasts of the past and the forecast ahead, each with its range.
 *
 * @param forecaster what forecast it, such as `trainForecaster` or `forecasterOf` gives
 * @param set the series that were forecast
 * @returns the text of an SVG file, 800 wide, which follows the light or dark of whoever looks at it. Node only: Vega-Lite draws it
 * @throws E_UNKNOWN_NAME for a series that there is not
 */
export async function forecastPlot(
  forecaster: Forecaster,
  set: SeriesSet,
  options: ForecastPlotOptions = {},
): Promise<string> {
  if (!(forecaster instanceof Forecaster)) {
    throw wrongArgument('forecastPlot', forecaster, 'what trainForecaster or forecasterOf gives');
  }
  checkSeriesSet('forecastPlot', set);
  checkOptionNames('forecastPlot', options, { evaluation: true, forecast: true, name: true });
  const { plan } = forecaster;
  const { evaluation, forecast = [], name } = options;
  if (!Array.isArray(forecast)) {
    throw wrongArgument('forecastPlot: forecast', forecast, 'what forecast gives');
  }
  if (name !== undefined && typeof name !== 'string') {
    throw wrongArgument('forecastPlot: name', name, 'the name of a series');
  }
  const own = name === undefined ? set.series[0] : set.series.find((each) => each.name === name);
  if (!own) {
    const names = [...new Set(set.series.map((each) => each.name))];
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `forecastPlot: there is no series '${name}'; there are ${quotedNames(names)}.`,
    );
  }
  const series = reportedSeries(keyOf(own), set, evaluation?.forecasts ?? [], forecast);
  const ranges =
    plan.quantiles.length > 1 ? `, ${plan.quantiles[0]} to ${plan.quantiles.at(-1)} quantile shaded` : '';
  const parts = [
    ...(series.past.length > 0 ? ['blue: forecasts of the past'] : []),
    ...(series.ahead ? ['orange: the forecast ahead'] : []),
  ];
  const text = own.name === '' ? targetName(plan) : `${targetName(plan)} of ${own.name}`;
  const subtitle = parts.length > 0 ? `${parts.join('; ')}${ranges}` : '';
  const spec = { ...seriesSpec(series, plan, 8), title: { text, subtitle } };
  const svg = await chartText(spec, { width: 800, height: 340 }, spokenSeries(series, plan));
  return svg.replace(/<svg[^>]*>/, (start) => `${start}<style>${palette}</style>`);
}
