/** Early stopping: ends training when a number stops falling (or rising), and keeps the best parameters. */
import { LstmOnnxError } from '../../errors.js';
import type { StateDict } from '../parameters.js';
import type { EpochLog } from './fit.js';

export interface EarlyStoppingOptions {
  /** `loss` or a metric's name; of the validation data where there is some. @default 'loss' */
  readonly monitor?: string;
  /** Whether lower or higher is better. @default 'min' for the loss, 'max' for metrics */
  readonly mode?: 'min' | 'max';
  /** Epochs without improvement before training ends. @default 1 */
  readonly patience?: number;
  /** The least change that counts as an improvement. @default 0 */
  readonly minDelta?: number;
}

/** The best epoch so far. */
export interface BestEpoch {
  readonly epoch: number;
  readonly value: number;
  readonly parameters: StateDict;
}

export class EarlyStopping {
  readonly #options: Required<EarlyStoppingOptions>;
  best: BestEpoch | undefined;

  constructor(options: EarlyStoppingOptions, best?: BestEpoch) {
    const monitor = options.monitor ?? 'loss';
    const mode = options.mode ?? (monitor === 'loss' ? 'min' : 'max');
    this.#options = { patience: 1, minDelta: 0, ...options, monitor, mode };
    this.best = best;
  }

  /**
   * Takes note of an epoch.
   *
   * @param parameters reads the parameters, when the epoch is the best
   * @returns whether training should end
   * @throws E_UNKNOWN_NAME when the monitored number is not there
   */
  observe(log: EpochLog, parameters: () => StateDict): boolean {
    const { monitor, mode, patience, minDelta } = this.#options;
    const measured = log.validation ?? log;
    const value = monitor === 'loss' ? measured.loss : measured.metrics[monitor];
    if (value === undefined) {
      const known = ['loss', ...Object.keys(measured.metrics)].join(', ');
      throw new LstmOnnxError('E_UNKNOWN_NAME', `Early stopping monitors '${monitor}'; there is ${known}.`);
    }
    const gain = this.best && (mode === 'min' ? this.best.value - value : value - this.best.value);
    if (gain === undefined || gain > minDelta) {
      this.best = { epoch: log.epoch, value, parameters: parameters() };
    }
    return log.epoch - (this.best?.epoch ?? log.epoch) >= patience;
  }
}
