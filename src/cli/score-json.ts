/** How good a forecast is beside what takes no training, for programs. */
import { type Judged, noWorse } from '../forecast/score-table.js';

export function scoreJson(evaluation: Judged): string {
  const { origins, model, baselines } = evaluation;
  return JSON.stringify({
    event: 'evaluation',
    origins: origins.map((time) => new Date(time).toISOString()),
    model,
    baselines,
    noWorseThanModel: {
      mae: noWorse(evaluation, 'mae'),
      rmse: noWorse(evaluation, 'rmse'),
      mase: noWorse(evaluation, 'mase'),
    },
  });
}
