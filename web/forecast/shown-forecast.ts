/** A forecast as the page draws it. */
import type { SeriesForecast } from 'lstm-onnx/web';
import type { ShownForecast } from './messages.js';

export function shownForecast(
  origin: number,
  { times, quantiles }: SeriesForecast,
  levels: readonly number[],
): ShownForecast {
  // Parts of arrays would be sent with the whole of them.
  const at = (level: number) => Float64Array.from(quantiles[level] ?? []);
  return {
    origin,
    times: Float64Array.from(times),
    median: at(levels.indexOf(0.5)),
    low: at(0),
    high: at(levels.length - 1),
  };
}
