/** `report.html`: what was forecast, how good that was, and what is forecast; one file that needs no other and no script. */
import type { EpochLog } from '../builder/train/logs.js';
import { counted } from '../counted.js';
import { timeText } from '../data/table/group-rows.js';
import { type SeriesSet, spanOf } from '../data/table/series.js';
import { type ForecastPlan, keyOf, targetName } from '../forecast/forecast-plan.js';
import type { ForecastEvaluation, SeriesForecast } from '../forecast/forecaster.js';
import { scoreTable } from '../forecast/score-table.js';
import { chart, chartOfTwoSizes } from './chart.js';
import { element, type Markup, table } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { type ReportedSeries, reportedSeries, seriesSpec, spokenSeries } from './series-chart.js';
import { spokenSteps, stepSpec, stepTable } from './step-chart.js';

/** Series that are drawn. */
const MOST = 6;

/** What a report is of. */
export interface ForecastReport {
  /** The name of the file of the series. */
  readonly file: string;
  readonly plan: ForecastPlan;
  readonly set: SeriesSet;
  /** Undefined where there were too few rows to hold some back. */
  readonly evaluation: ForecastEvaluation | undefined;
  /** The network in a few words. */
  readonly network: string;
  /** The forecasts ahead; none of series that lack what theirs takes. */
  readonly ahead: readonly SeriesForecast[];
  readonly history: readonly EpochLog[];
  /** What was found and done, in lines. */
  readonly notes: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
}

/** @returns the text of an HTML file, which is well-formed XML, too */
export async function forecastReport(report: ForecastReport): Promise<string> {
  return page(
    `Forecast of ${report.plan.target}`,
    factsOf(report),
    scores(report),
    await pictures(report),
    await steps(report),
    trainingSection(report.history, report.notes),
    commandSection(report.command),
  );
}

function factsOf({ file, plan, set, network }: ForecastReport): Markup {
  const rows = set.series.reduce((sum, { times }) => sum + times.length, 0);
  const { first, last } = spanOf(set.series);
  const span = `from ${timeText(first)} to ${timeText(last)}`;
  const count = countOf(set);
  const steps = (number: number) => counted(number, 'step');
  return facts([
    ['File', file],
    ['Target', targetName(plan)],
    ['Column of times', plan.time],
    ['Series by', plan.key.join(', ')],
    ['Rows', `${rows.toLocaleString('en')}${count > 1 ? ` of ${count} series` : ''}, ${span}`],
    ['Frequency', `one ${plan.frequency}`],
    ['Time zone', plan.timeZone ?? ''],
    ['Season', plan.season > 1 ? steps(plan.season) : 'none'],
    ['Window', `${steps(plan.window)} seen`],
    ['Horizon', `${steps(plan.horizon)} ahead`],
    ['Quantiles', plan.quantiles.join(', ')],
    ['Distribution', distributionWords(plan)],
    ['Network', network],
    ['Further columns', plan.features.join(', ')],
    ['Known ahead', [...plan.known, ...plan.calendar].join(', ')],
  ]);
}

function distributionWords({ distribution }: ForecastPlan): string {
  if (!distribution) return '';
  if (distribution.kind === 'gaussian') return 'normal';
  return `Student t, ${distribution.df.toFixed(1)} degrees of freedom`;
}

function scores({ evaluation, plan }: ForecastReport): Markup {
  if (!evaluation) {
    const none = 'There were too few rows to hold some back: nothing tells how good the forecast is.';
    return section('How good it is', element('p', { class: 'verdict' }, none));
  }
  const { title, rows, verdict } = scoreTable(evaluation, plan);
  return section(
    'How good it is',
    verdict.map((line) => element('p', { class: 'verdict' }, line)),
    element('div', { class: 'scores forecasts' }, table(title, rows)),
    element(
      'p',
      { class: 'soft' },
      'MASE counts errors in the mean change over a season; below 1 is better than that. Naive repeats the last value, drift goes on along a line from the first value through the last, seasonal naive repeats the last season.',
    ),
  );
}

async function pictures(report: ForecastReport): Promise<Markup> {
  const { plan, set, evaluation, ahead } = report;
  const drawn = firstSeries(report);
  const range =
    plan.quantiles.length > 1 ? `, ${plan.quantiles[0]} to ${plan.quantiles.at(-1)} quantile` : '';
  const entry = (kind: string, text: string) => element('li', { class: kind }, text);
  const legend = element(
    'ul',
    { class: 'legend' },
    entry('actual', 'what came'),
    ...(evaluation ? [entry('model', 'forecasts of the past: median')] : []),
    ...(ahead.length > 0 ? [entry('ahead', 'forecast ahead: median')] : []),
    ...(range ? [entry('band', `intervals${range}`)] : []),
  );
  const figures =
    drawn.length === 1
      ? await Promise.all(drawn.map((one) => wide(one, plan)))
      : [await smallMultiples(drawn, plan)];
  const more = countOf(set) - drawn.length;
  return section(
    'The series and its forecasts',
    legend,
    figures,
    more > 0
      ? [
          element(
            'p',
            { class: 'soft' },
            `${counted(more, 'more series', 'more series')} not drawn; forecast.csv has the forecasts of all.`,
          ),
        ]
      : [],
  );
}

async function wide(series: ReportedSeries, plan: ForecastPlan): Promise<Markup> {
  const [wideSpec, narrowSpec] = [seriesSpec(series, plan, 8), seriesSpec(series, plan, 4)];
  const spoken = spokenSeries(series, plan);
  return element(
    'figure',
    {},
    element('figcaption', {}, targetName(plan)),
    element('div', { class: 'wide' }, await chart(wideSpec, { width: 960, height: 340 }, spoken)),
    element('div', { class: 'narrow' }, await chart(narrowSpec, { width: 360, height: 280 }, spoken)),
  );
}

async function smallMultiples(drawn: readonly ReportedSeries[], plan: ForecastPlan): Promise<Markup> {
  const size = { width: 340, height: 220 };
  const figures = drawn.map(async (series) =>
    element(
      'figure',
      {},
      element('h3', {}, series.name),
      await chart(seriesSpec(series, plan, 4), size, spokenSeries(series, plan)),
    ),
  );
  return element('div', { class: 'grid' }, ...(await Promise.all(figures)));
}

/** How many series there are; pieces of one count once. */
function countOf({ series }: SeriesSet): number {
  return new Set(series.map(keyOf)).size;
}

/** The first series, as they are drawn. */
function firstSeries({ set, evaluation, ahead }: ForecastReport): ReportedSeries[] {
  const keys = [...new Set(set.series.map(keyOf))].slice(0, MOST);
  return keys.map((key) => reportedSeries(key, set, evaluation?.forecasts ?? [], ahead));
}

async function steps({ evaluation, set, plan }: ForecastReport): Promise<Markup | readonly Markup[]> {
  // Of one step the table of scores says it all.
  if (!evaluation || evaluation.byStep.length === 1) return [];
  const { byStep } = evaluation;
  const measure = countOf(set) > 1 ? 'mase' : 'mae';
  const sizes = { wide: { width: 640, height: 280 }, narrow: { width: 360, height: 240 } };
  const unit =
    measure === 'mae'
      ? `in ${plan.unit ?? 'the unit of the target'}`
      : 'in the mean change over a season of each series';
  return section(
    'Error by step ahead',
    element(
      'ul',
      { class: 'legend' },
      element('li', { class: 'model' }, 'model'),
      element('li', { class: 'baseline' }, 'seasonal naive'),
    ),
    element(
      'figure',
      { class: 'small' },
      await chartOfTwoSizes(stepSpec(byStep, measure), sizes, spokenSteps(byStep, measure)),
      element('figcaption', {}, `Mean absolute error over all forecasts of the past, ${unit}`),
    ),
    element('details', {}, element('summary', {}, 'The numbers'), stepTable(byStep, measure)),
  );
}
