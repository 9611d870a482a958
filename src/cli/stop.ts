/** Ctrl-C and SIGTERM: the first lets a command end in order, the second ends the process at once. */
import { constants } from 'node:os';

const names = ['SIGINT', 'SIGTERM'] as const;
type SignalName = (typeof names)[number];

/** Where signals come from: `process`, or an emitter in a test. */
export interface SignalSource {
  once(name: SignalName, listener: (name: SignalName) => void): unknown;
  off(name: SignalName, listener: (name: SignalName) => void): unknown;
}

/** Why a command ended before its work was done. Its message says what is left of the work. */
export class Stopped extends Error {
  readonly signal: SignalName;

  constructor(signal: SignalName, message = `stopped by ${signal}`) {
    super(message);
    this.signal = signal;
  }

  /** What a shell gives for a process that the signal ended: 130 or 143. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/**
 * Listens for the first signal.
 *
 * @param told Called when it comes
 * @returns a signal that is aborted with {@link Stopped}; disposing of it leaves signals to Node.js again, as the first
 *   signal does
 */
export function stopOnSignal(
  source: SignalSource,
  told: () => void,
): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const listener = (name: SignalName) => {
    ignore();
    controller.abort(new Stopped(name));
    told();
  };
  const ignore = () => {
    for (const name of names) source.off(name, listener);
  };
  for (const name of names) source.once(name, listener);
  return { signal: controller.signal, [Symbol.dispose]: ignore };
}
