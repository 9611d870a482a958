/** From series to a trained forecast, with defaults that are good without a knob. */

import { wrongArgument } from '../arguments.js';
import type { BackendName } from '../builder/backends/backend.js';
import type { Network } from '../builder/network.js';
import { type StateDict, specsOfNetwork } from '../builder/parameters.js';
import { predict } from '../builder/predict.js';
import { type FitResult, fit } from '../builder/train/fit.js';
import type { EpochLog } from '../builder/train/logs.js';
import { adam } from '../builder/train/optimizers.js';
import { cosine } from '../builder/train/schedules.js';
import { checkSeriesSet, type SeriesSet } from '../data/table/series.js';
import type { DataNote } from '../data/table/table.js';
import { exportWith } from '../export/export.js';
import { mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { Distribution } from './distribution-quantiles.js';
import { CENTRAL, centralRange, lossOf, trainedDistribution } from './forecast-head.js';
import { forecastMetadata } from './forecast-metadata.js';
import { forecastNetwork } from './forecast-network.js';
import type { ForecastOptions } from './forecast-options.js';
import type { ForecastPlan } from './forecast-plan.js';
import { type ForecastSamples, forecastSamples } from './forecast-samples.js';
import {
  checkTraining,
  type ForecastTraining,
  meantTrainingOptions,
  trainingOptionNames,
} from './forecast-training.js';
import { Forecaster } from './forecaster.js';
import { onlineNetwork } from './online-network.js';
import { spreadOf } from './spread.js';
import { batchSizeFor } from './training-windows.js';

/**
 * Trains a forecast of several steps ahead, by quantiles or by a distribution of each.
 *
 * The last part of the data tells the best epoch, whose parameters are kept, and how wide ranges have to be. Scaling is fitted on what is
 * before it.
 *
 * @param set series as `seriesOf` gives, up to now
 * @throws E_INVALID_OPTION for options that do not fit and series that are too short; E_UNKNOWN_NAME for columns that there are not
 */
export async function trainForecaster(
  set: SeriesSet,
  options: ForecastOptions & ForecastTraining,
): Promise<TrainedForecaster> {
  checkSeriesSet('trainForecaster', set);
  checkOptionNames('trainForecaster', options ?? null, trainingOptionNames, meantTrainingOptions);
  checkTraining(options);
  const samples = forecastSamples(set, options);
  const { plan, architecture, training, validation, notes } = samples;
  for (const note of notes) options.onNote?.(note);
  const {
    epochs = 60,
    batchSize = batchSizeFor(training.length),
    lr = 0.01,
    patience = 12,
    seed = 0,
  } = options;
  const { parameters, history, backend } = await fit(forecastNetwork(architecture), training, {
    loss: lossOf(architecture.distribution, plan.quantiles),
    output: 'scaled',
    optimizer: adam({ lr: cosine({ from: lr, over: epochs }) }),
    validation,
    earlyStopping: { patience },
    clipNorm: 1,
    epochs,
    batchSize,
    seed,
    ...(options.backend && { backend: options.backend }),
    ...(options.onStep && { onStep: options.onStep }),
    ...(options.onEpoch && { onEpoch: options.onEpoch }),
    ...(options.signal && { signal: options.signal }),
  });
  const distribution = trainedDistribution(architecture.distribution, parameters);
  const spread = await spreadFor(samples, parameters, distribution, backend.name);
  const df = distribution?.kind === 'studentT' ? { df: distribution.df } : {};
  const whole = forecastNetwork({ ...architecture, ...df, spread });
  const { scaled: _, ...outputs } = whole.outputs;
  const ownNames = new Set(specsOfNetwork(whole).map(({ name }) => name));
  return new TrainedForecaster(distribution ? { ...plan, distribution } : plan, {
    network: { ...whole, outputs },
    // The degrees of freedom are constants now.
    parameters: new Map([...parameters].filter(([name]) => ownNames.has(name))),
    history,
    backend,
    notes: [...notes, ...widened(spread)],
  });
}

/** How much wider ranges have to be for what was held back to lie in them. */
async function spreadFor(
  { plan, architecture, validation }: ForecastSamples,
  parameters: StateDict,
  distribution: Distribution | undefined,
  backend: BackendName,
): Promise<number> {
  const network = forecastNetwork(architecture);
  const { scaled } = await predict(network, parameters, validation.inputs, { backend });
  const learned = mustHave(scaled, 'The scaled forecast').data as Float32Array;
  const came = validation.targets.data as Float32Array;
  if (!distribution) return spreadOf(learned, came, plan.quantiles);
  return spreadOf(centralRange(learned, distribution), came, CENTRAL);
}

function widened(spread: number): DataNote[] {
  if (spread < 1.005) return [];
  const text = `The ranges are ${spread.toFixed(2)} times as wide as they were trained: the last part of the data lay outside of them more often than they say.`;
  return [{ text, count: 1 }];
}

export interface ForecastFileOptions {
  /**
   * A file that takes one new row of a series that grows: `row` `[batch, 1, columns]` in place of the window of rows, which is a
   * state, `window` `[batch, window, columns]`, that `Model.stream` or any host of onnxruntime carries on. @default false
   */
  readonly online?: boolean;
}

/** A forecast that a network computes. */
export class TrainedForecaster extends Forecaster {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly history: readonly EpochLog[];
  /** The tfjs backend that computed, and why it was not the preferred one. */
  readonly backend: FitResult['backend'];
  /** What was found rather than said, and what was left out. */
  readonly notes: readonly DataNote[];

  /** @internal Made by {@link trainForecaster}. */
  constructor(
    plan: ForecastPlan,
    parts: Pick<TrainedForecaster, 'network' | 'parameters' | 'history' | 'backend' | 'notes'>,
  ) {
    const { network, parameters } = parts;
    super(plan, (inputs) => predict(network, parameters, inputs));
    this.network = network;
    this.parameters = parameters;
    this.history = parts.history;
    this.backend = parts.backend;
    this.notes = parts.notes;
  }

  /**
   * The model file: raw numbers in, the output `forecast` out, of a distribution also `location` and `scale`. Its metadata says what it
   * is fed, which `forecasterOf` reads, and of a file that is `online` `onlineForecasterOf`.
   *
   * @throws E_INVALID_OPTION for options that there are not
   */
  toOnnx(options: ForecastFileOptions = {}): Uint8Array {
    checkOptionNames('toOnnx', options, { online: true } satisfies OptionNames<ForecastFileOptions>);
    const { online = false } = options;
    if (typeof online !== 'boolean') throw wrongArgument('toOnnx: online', online, 'true or false');
    const metadata = forecastMetadata(this.plan);
    if (!online) return exportWith(metadata, this.network, this.parameters, {});
    const { network, metadata: states } = onlineNetwork(this.network);
    return exportWith({ ...metadata, ...states }, network, this.parameters, {});
  }
}
