/** What the examples print: scores beside those of forecasts that take no training, and a forecast step by step. */
import type { ForecastEvaluation, SeriesForecast } from 'lstm-onnx';

export function printScores({ origins, model, baselines }: ForecastEvaluation): void {
  console.log(`\n${origins.length} forecasts of the past:`);
  for (const [name, { mae, rmse, mase }] of Object.entries({ model, ...baselines })) {
    const [first, second, third] = [mae, rmse, mase].map((score) => score.toFixed(2).padStart(6));
    console.log(`${name.padEnd(14)} MAE ${first}  RMSE ${second}  MASE ${third}`);
  }
  console.log(`${(100 * (model.coverage ?? 0)).toFixed(0)} % of what came lies in the 80 % range`);
}

/** @param unit of the target */
export function printForecast(forecasts: readonly SeriesForecast[], unit: string): void {
  for (const { name, times, quantiles } of forecasts) {
    console.log(
      `\nforecast${name && ` of ${name}`} by the model file, in ${unit}: 10 %, 50 % and 90 % quantiles`,
    );
    for (const [i, time] of times.entries()) {
      const numbers = quantiles.map((values) => values[i]?.toFixed(1).padStart(6));
      console.log(`${new Date(time).toISOString().slice(0, 10)}  ${numbers.join('  ')}`);
    }
  }
}
