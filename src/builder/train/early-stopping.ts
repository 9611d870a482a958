/** Early stopping: stops training when a number no longer falls (or rises), and keeps the best parameters. */
import { wrongArgument } from '../../arguments.js';
import { LstmOnnxError, textOf } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { StateDict } from '../parameters.js';
import { checkCounts } from './check-options.js';
import type { EpochLog } from './logs.js';
import type { Metric } from './metric.js';

export interface EarlyStoppingOptions {
  /**
   * `loss` or a metric's name, measured on the validation data if there is any. Of epochs that are equal by the metric, such as those with
   * an accuracy of 1, the one with the lower loss is better.
   * @default 'loss'
   */
  readonly monitor?: string;
  /** Whether lower or higher is better. @default 'min' for the loss, for a metric its own `mode` */
  readonly mode?: 'min' | 'max';
  /** Epochs without improvement before training ends. @default 1 */
  readonly patience?: number;
  /** The smallest change that counts as an improvement. @default 0 */
  readonly minDelta?: number;
}

const optionNames = {
  monitor: true,
  mode: true,
  patience: true,
  minDelta: true,
} satisfies OptionNames<EarlyStoppingOptions>;

/** The best epoch so far. */
export interface BestEpoch {
  readonly epoch: number;
  readonly value: number;
  /** Which tells epochs of one value apart; missing where it is not finite, and in states of older versions. */
  readonly loss?: number | undefined;
  readonly parameters: StateDict;
}

export class EarlyStopping {
  readonly #options: Required<EarlyStoppingOptions>;
  best: BestEpoch | undefined;

  /**
   * @param known what can be monitored
   * @param best the best epoch of the run that is resumed
   * @throws E_UNKNOWN_NAME, E_INVALID_OPTION
   */
  constructor(
    options: EarlyStoppingOptions,
    known: readonly Pick<Metric, 'name' | 'mode'>[],
    best?: BestEpoch,
  ) {
    checkOptionNames('earlyStopping', options, optionNames, { metric: 'monitor', min_delta: 'minDelta' });
    const { monitor = 'loss', patience = 1, minDelta = 0 } = options;
    const monitored = known.find(({ name }) => name === monitor);
    if (!monitored) {
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `Early stopping monitors '${textOf(monitor)}'; there is ${known.map(({ name }) => name).join(', ')}.`,
      );
    }
    checkCounts({ 'earlyStopping.patience': patience });
    if (typeof minDelta !== 'number' || !(minDelta >= 0)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `earlyStopping.minDelta is ${textOf(minDelta)}; give a number of at least 0.`,
      );
    }
    const mode = options.mode ?? monitored.mode ?? 'max';
    if (mode === 'none') {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Early stopping monitors '${monitor}', of which neither less nor more is better; monitor 'loss' or another metric.`,
      );
    }
    if (mode !== 'min' && mode !== 'max') throw wrongArgument('earlyStopping.mode', mode, "'min' or 'max'");
    this.#options = { monitor, mode, patience, minDelta };
    this.best = best;
  }

  /**
   * Records an epoch.
   *
   * @param parameters reads the parameters; called if the epoch is the best so far
   * @returns whether training should end
   * @throws E_LOSS_NOT_FINITE when the monitored number is not finite
   */
  observe(log: EpochLog, parameters: () => StateDict): boolean {
    const { monitor, mode, patience, minDelta } = this.#options;
    const measured = log.validation ?? log;
    const value = (monitor === 'loss' ? measured.loss : measured.metrics[monitor]) ?? Number.NaN;
    if (!Number.isFinite(value)) {
      throw new LstmOnnxError(
        'E_LOSS_NOT_FINITE',
        `Early stopping monitors '${monitor}', which is ${value} after epoch ${log.epoch}; monitor a number that is always finite.`,
      );
    }
    const loss = Number.isFinite(measured.loss) ? measured.loss : undefined;
    const gain = this.best && (mode === 'min' ? this.best.value - value : value - this.best.value);
    const lessLoss = loss !== undefined && this.best?.loss !== undefined && loss < this.best.loss;
    if (gain === undefined || gain > minDelta || (gain === 0 && lessLoss)) {
      this.best = { epoch: log.epoch, value, loss, parameters: parameters() };
    }
    return log.epoch - (this.best?.epoch ?? log.epoch) >= patience;
  }
}
