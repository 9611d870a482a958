/** How good a forecast is beside what takes no training, as a table and in words. */
import { counted } from '../counted.js';
import { timeText } from '../data/table/group-rows.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { ForecastPlan } from './forecast-plan.js';
import type { ForecastScores } from './forecast-scores.js';
import type { ForecastEvaluation } from './forecaster.js';
import type { ComparedScores } from './past-forecast.js';

/** What is told of an evaluation. */
export type Judged = Pick<ForecastEvaluation, 'origins' | keyof ComparedScores>;

const labels = { naive: 'naive', drift: 'drift', seasonalNaive: 'seasonal naive' } as const;
type BaselineName = keyof typeof labels;
const names = Object.keys(labels) as BaselineName[]; // the keys of a literal are its own

/** What of the past was forecast, how good that was, and in words whether the model is better; rows of forecasts without quantiles end early. */
export function scoreTable(evaluation: Judged, plan: ForecastPlan): ScoreTable {
  const { origins, model, baselines } = evaluation;
  const inside = Math.round(100 * ((plan.quantiles.at(-1) ?? 0) - (plan.quantiles[0] ?? 0)));
  const hasRange = plan.quantiles.length > 1;
  const inUnit = plan.unit === undefined ? '' : ` (${plan.unit})`;
  const header = [
    'forecast',
    `MAE${inUnit}`,
    `RMSE${inUnit}`,
    'sMAPE',
    'MASE',
    ...(hasRange ? [`in ${inside} % range`] : []),
    'CRPS',
  ];
  const errors = ({ mae, rmse, smape, mase }: ForecastScores) => [mae, rmse, smape, mase].map(shown);
  const share = model.coverage === undefined ? '' : `${(100 * model.coverage).toFixed(1)} %`;
  const rows = [
    header,
    ['model', ...errors(model), ...(hasRange ? [share] : []), shown(model.crps ?? Number.NaN)],
    ...names.map((name) => [labels[name], ...errors(baselines[name])]),
  ];
  const [first, last] = [timeText(origins[0]), timeText(origins.at(-1))];
  const when = origins.length > 1 ? `from ${first} to ${last}` : `at ${first}`;
  const title = `${counted(origins.length, 'forecast')} of the past, ${counted(plan.horizon, 'step')} each, ${when}`;
  return withLines({ title, rows, verdict: verdictOf(evaluation) });
}

/** By MASE, which is told first, and by the errors in the target's own unit where they say otherwise. */
function verdictOf(evaluation: Judged): string[] {
  const { model, baselines } = evaluation;
  const list = (better: readonly BaselineName[], by: Measure) =>
    better.map((name) => `${labels[name]} (${shown(baselines[name][by])})`).join(', ');
  const better = noWorse(evaluation, 'mase');
  const [best = 'naive'] = names.toSorted((a, b) => baselines[a].mase - baselines[b].mase);
  const first =
    better.length > 0
      ? `The model is no better than what takes no training: its MASE is ${shown(model.mase)}, that of ${list(better, 'mase')}. Prefer the baseline.`
      : `The model is better than what takes no training: its MASE is ${shown(model.mase)}, that of the best of these, ${labels[best]}, ${shown(baselines[best].mase)}.`;
  const others = (['mae', 'rmse'] as const).flatMap((by) => {
    const also = noWorse(evaluation, by).filter((name) => !better.includes(name));
    if (also.length === 0) return [];
    return [`By ${by.toUpperCase()} it is no better: ${shown(model[by])}, that of ${list(also, by)}.`];
  });
  return [first, ...others];
}

type Measure = 'mae' | 'rmse' | 'mase';

/** Those whose errors are no larger than the model's, the best first. */
export function noWorse({ model, baselines }: Judged, by: Measure): BaselineName[] {
  return names
    .filter((name) => !(baselines[name][by] > model[by]))
    .sort((a, b) => baselines[a][by] - baselines[b][by]);
}

/** Four digits. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
