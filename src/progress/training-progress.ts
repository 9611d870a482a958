/** What `fit({ progress: true })` prints: a bar in a terminal, elsewhere a line for each epoch. */
import { SingleBar } from 'cli-progress';
import type { EpochLog, StepLog } from '../builder/train/logs.js';
import { barOptions } from './bar-options.js';
import { formatDuration } from './duration.js';

/** Where it prints: `process.stderr`, or a stream like it. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean | undefined };

export interface TrainingProgress {
  step(log: StepLog): void;
  epoch(log: EpochLog): void;
  /** Leaves the bar as it is, and the line after it free. */
  stop(): void;
}

/** @param epochs gives how many the run has, those before it was resumed among them; asked for when the first step is done */
export function trainingProgress(epochs: () => number, stream: ProgressStream): TrainingProgress {
  return stream.isTTY ? bar(epochs, stream) : lines(epochs, stream);
}

function bar(epochs: () => number, stream: ProgressStream): TrainingProgress {
  const shown = new SingleBar({
    ...barOptions(stream),
    format: '{bar} epoch {epoch}/{epochs} | {eta_formatted} left | loss {loss}{validation}',
    // So that a terminal of 80 columns has it all.
    barsize: 16,
    // A program that is ended by a signal would leave it hidden.
    hideCursor: false,
  });
  let started = false;
  let validation = '';
  return {
    step({ epoch, step, steps, loss }) {
      const done = (epoch - 1) * steps + step;
      const payload = { epoch, epochs: epochs(), loss: short(loss), validation };
      if (started) shown.update(done, payload);
      else shown.start(epochs() * steps, done, payload);
      started = true;
    },
    epoch(log) {
      if (log.validation) validation = ` | validation ${short(log.validation.loss)}`;
      shown.update({ loss: short(log.loss), validation });
    },
    stop() {
      if (started) shown.stop();
      started = false;
    },
  };
}

function lines(epochs: () => number, stream: ProgressStream): TrainingProgress {
  let since = performance.now();
  return {
    step() {},
    epoch({ epoch, loss, metrics, validation, lr }) {
      const took = formatDuration(performance.now() - since);
      since = performance.now();
      const parts = [
        `epoch ${epoch}/${epochs()}`,
        took,
        `loss ${short(loss)}`,
        ...(validation ? [`validation ${short(validation.loss)}`] : []),
        ...Object.entries(validation?.metrics ?? metrics).map(([name, value]) => `${name} ${short(value)}`),
        `lr ${short(lr)}`,
      ];
      stream.write(`${parts.join(' | ')}\n`);
    },
    stop() {},
  };
}

/** Four digits, and no more zeros than the number has. */
function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-';
}
