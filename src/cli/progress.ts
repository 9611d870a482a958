/** A progress bar on stderr, where a person watches it. */
import { SingleBar } from 'cli-progress';
import { barOptions } from '../progress/bar-options.js';
import type { CliIo } from './output.js';

export interface Progress {
  update(done: number, loss: number): void;
  /** Runs something that prints, with the bar out of the way. */
  aside(print: () => void): void;
  stop(): void;
}

/** A bar with the time left and the loss; nothing at all where stderr is not a terminal. */
export function startProgress(total: number, stderr: CliIo['stderr']): Progress {
  if (!stderr.isTTY) {
    return { update: () => {}, aside: (print) => print(), stop: () => {} };
  }
  const bar = new SingleBar({
    ...barOptions(stderr),
    format: '{bar} {percentage} % | step {value}/{total} | {eta_formatted} left | loss {loss}',
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0, { loss: '-' });
  let running = true;
  return {
    update: (done, loss) => bar.update(done, { loss: loss.toFixed(4) }),
    aside(print) {
      if (!running) {
        print();
        return;
      }
      stderr.write('\r\x1b[K');
      print();
      bar.render();
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}
