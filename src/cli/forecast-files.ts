/** The files that `train forecast` writes. */
import { basename, join } from 'node:path';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import { tableToCsv } from '../data/table/table-to-csv.js';
import type { ForecastEvaluation } from '../forecast/forecaster.js';
import type { TrainedForecaster } from '../forecast/train-forecaster.js';
import { forecastReport } from '../report/forecast-report.js';
import { defaults, type ForecastSettings } from './forecast-settings.js';
import type { Output } from './output.js';
import type { ReadSeries } from './read-series.js';

export function filesIn(folder: string) {
  return {
    checkpoint: join(folder, 'model.safetensors'),
    onnx: join(folder, 'model.onnx'),
    csv: join(folder, 'forecast.csv'),
    report: join(folder, 'report.html'),
  };
}

/** What a run came to. */
interface Outcome {
  readonly forecaster: TrainedForecaster;
  readonly evaluation: ForecastEvaluation | undefined;
  readonly read: ReadSeries;
  /** The command that makes it again. */
  readonly command: string;
  /** What was said so far, and will be. */
  readonly notes: ReadonlySet<string>;
}

/** What goes into the files; no forecast where no series has all that it takes, which is said. */
export async function contentsOf(
  { forecaster, evaluation, read, command, notes }: Outcome,
  files: ReturnType<typeof filesIn>,
  settings: ForecastSettings,
  say: Output['say'],
): Promise<[string, Uint8Array | string][]> {
  const { csv, decimal } = settings;
  const { network, parameters, plan, history } = forecaster;
  const { set: wanted, notes: without } = forecaster.seriesToForecast(read.series, read.ahead);
  for (const { text } of without) say(text);
  const hasForecast = wanted.series.length > 0;
  if (!hasForecast) say(`${files.csv} is not written`);
  const ahead = hasForecast ? await forecaster.forecast(wanted, read.ahead) : [];
  const report = await forecastReport({
    ...{ file: basename(csv), plan, set: read.series, evaluation, ahead, history, command },
    ...{ notes: [...notes], network: networkWords(settings) },
  });
  const table = forecaster.table(ahead);
  return [
    [files.checkpoint, encodeCheckpoint({ network, parameters })],
    [files.onnx, forecaster.toOnnx()],
    ...(hasForecast
      ? [[files.csv, tableToCsv(table, decimal === undefined ? {} : { decimal })] as [string, string]]
      : []),
    [files.report, report],
  ];
}

function networkWords(settings: ForecastSettings): string {
  const { cell = defaults.cell, hiddenSize = defaults.hiddenSize, numLayers = 1 } = settings;
  const { decoder, scaling = 'window' } = settings;
  const layers = numLayers > 1 ? `${numLayers} layers of ` : '';
  const steps = decoder === 'autoregressive' ? 'one step after the other' : 'all steps at once';
  const by = scaling === 'window' ? 'by each window' : `by constants (${scaling})`;
  return `${cell.toUpperCase()} of ${layers}${hiddenSize} features, ${steps}, target scaled ${by}`;
}
