/** What the examples print of a forecast: its quantiles, step by step. */
import type { SeriesForecast } from 'lstm-onnx';

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
