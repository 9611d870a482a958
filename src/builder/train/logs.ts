/** The numbers that training and evaluation report. */

/** Means over the targets that count, as the loss weighs them. */
export interface Evaluation {
  readonly loss: number;
  /** Metric values by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What is known after a step. */
export interface StepLog {
  /** From 1. */
  readonly epoch: number;
  /** Within the epoch, from 1. */
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** The batch's loss, before the parameters were updated. */
  readonly loss: number;
  /** The batch's metric values by name, before the parameters were updated. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The learning rate of the step. */
  readonly lr: number;
}

/** What is known after an epoch: means over its targets, as the parameters changed. */
export interface EpochLog extends Evaluation {
  /** From 1. */
  readonly epoch: number;
  /** The learning rate of the epoch's last step. */
  readonly lr: number;
  /** Loss and metrics over the validation samples, after the epoch. */
  readonly validation?: Evaluation | undefined;
}
