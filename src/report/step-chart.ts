/** Errors by step ahead, of the model and of the seasonal naive forecast. */
import type { ComparedScores } from '../forecast/past-forecast.js';
import { shown } from '../forecast/score-table.js';
import { type ChartSpec, colors } from './chart.js';
import { type Markup, table } from './markup.js';

/** In the target's unit for one series; several differ in size, so that their errors are scaled. */
export type StepMeasure = 'mae' | 'mase';

export function stepSpec(byStep: readonly ComparedScores[], measure: StepMeasure): ChartSpec {
  const { model, naive } = errorsOf(byStep, measure);
  return {
    layer: [line(naive, colors.baseline, measure, [5, 3]), line(model, colors.model, measure, [1, 0])],
  };
}

export function spokenSteps(byStep: readonly ComparedScores[], measure: StepMeasure): string {
  const { model, naive } = errorsOf(byStep, measure);
  const ends = (values: readonly number[]) =>
    `from ${shown(values[0] ?? Number.NaN)} at step 1 to ${shown(values.at(-1) ?? Number.NaN)} at step ${values.length}`;
  return `${measure.toUpperCase()} of the model ${ends(model)}; of seasonal naive ${ends(naive)}`;
}

export function stepTable(byStep: readonly ComparedScores[], measure: StepMeasure): Markup {
  const { model, naive } = errorsOf(byStep, measure);
  return table(`${measure.toUpperCase()} by step ahead`, [
    ['step', 'model', 'seasonal naive'],
    ...model.map((error, i) => [String(i + 1), shown(error), shown(naive[i] ?? Number.NaN)]),
  ]);
}

function errorsOf(byStep: readonly ComparedScores[], measure: StepMeasure) {
  return {
    model: byStep.map(({ model }) => model[measure]),
    naive: byStep.map(({ baselines }) => baselines.seasonalNaive[measure]),
  };
}

function line(
  errors: readonly number[],
  color: string,
  measure: StepMeasure,
  strokeDash: number[],
): ChartSpec['layer'][number] {
  return {
    data: { values: errors.map((error, i) => ({ step: i + 1, error })) },
    mark: {
      ...{ type: 'line', color, strokeWidth: 2, strokeDash },
      point: errors.length <= 24 && { color, filled: true, size: 30 },
    },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        scale: { domain: [1, errors.length], nice: false, padding: 12 },
        axis: { title: 'step ahead', format: 'd', tickMinStep: 1, tickCount: 8, grid: false },
      },
      y: {
        field: 'error',
        type: 'quantitative',
        axis: { title: measure.toUpperCase(), tickCount: 5, domain: false, ticks: false },
      },
    },
  };
}
