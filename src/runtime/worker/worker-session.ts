/** The page's side: sessions that lie in a worker, so that the page never waits for a network. */
import { type ErrorCode, LstmOnnxError, messageOf } from '../../errors.js';
import type { Session, SessionOptions } from '../session.js';
import { withTensors } from '../with-tensors.js';
import {
  type Answer,
  type Call,
  type ErrorMessage,
  type ProviderSettings,
  partsOf,
  type SessionHost,
} from './protocol.js';

/** A worker under way. */
interface Running {
  readonly calls: Promise<WorkerCalls>;
  /** That are open or being opened. */
  sessions: number;
}

/** Opens sessions in one worker, which runs while there are any. */
export class SessionWorker {
  readonly #source: () => Promise<string>;
  #running: Running | undefined;

  /** @param source the worker's program */
  constructor(source: () => Promise<string>) {
    this.#source = source;
  }

  /** @throws what the worker's runtime throws; E_PROVIDER_UNAVAILABLE where no worker starts */
  async open(bytes: Uint8Array, options: SessionOptions, settings: ProviderSettings): Promise<Session> {
    this.#running ??= this.#start();
    const running = this.#running;
    // At once: a session that ends meanwhile must not take the worker with it.
    running.sessions += 1;
    try {
      const calls = await running.calls;
      const { session, canTrace, ...opened } = await calls.call('open', whole(bytes), options, settings);
      return withTensors({
        ...opened,
        run: (feeds, fetches) => calls.call('run', session, partsOf(feeds), fetches),
        ...(canTrace ? { trace: (feeds) => calls.call('trace', session, partsOf(feeds)) } : {}),
        release: async () => {
          try {
            await calls.call('release', session);
          } catch (error) {
            // A worker that failed holds nothing any more.
            if (!calls.isBroken) throw error;
          } finally {
            this.#leave(running);
          }
        },
      });
    } catch (error) {
      this.#leave(running);
      throw error;
    }
  }

  #start(): Running {
    const forget = () => {
      if (this.#running === running) this.#running = undefined;
    };
    const calls = this.#source().then((source) => new WorkerCalls(source, forget));
    const running = { calls, sessions: 0 };
    return running;
  }

  #leave(running: Running): void {
    running.sessions -= 1;
    if (running.sessions > 0) return;
    if (this.#running === running) this.#running = undefined;
    running.calls.then(
      (calls) => calls.end(),
      () => {}, // there is no worker to end
    );
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Calls of a worker's methods. */
class WorkerCalls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #broken: Error | undefined;
  readonly #onBroken: () => void;

  /** @param onBroken called when the worker has failed, and answers no more */
  constructor(source: string, onBroken: () => void) {
    this.#onBroken = onBroken;
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    this.#worker = workerOf(url);
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const call = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('error' in data) call?.reject(errorOf(data.error));
      else call?.resolve(data.result);
    };
    this.#worker.onerror = ({ message }) => this.#break(message);
    // It has answered or failed, and needs its program no more.
    const settled = () => URL.revokeObjectURL(url);
    for (const event of ['message', 'error']) this.#worker.addEventListener(event, settled, { once: true });
  }

  call<M extends keyof SessionHost>(
    method: M,
    ...args: Parameters<SessionHost[M]>
  ): ReturnType<SessionHost[M]>;
  call(method: keyof SessionHost, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#broken) return Promise.reject(this.#broken);
    const call: Call = { id: this.#count++, method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      try {
        this.#worker.postMessage(call);
      } catch (cause) {
        this.#waiting.delete(call.id);
        const message = `What is asked of the model's worker cannot be sent to it: ${messageOf(cause)}`;
        reject(new LstmOnnxError('E_INVALID_OPTION', message, { cause }));
      }
    });
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  end(): void {
    this.#worker.terminate();
  }

  /** A worker that the page's policy forbids says nothing but that it failed. */
  #break(message: string | undefined): void {
    const reason =
      message ||
      'it did not start; a Content-Security-Policy must allow it: worker-src blob:, or load with { worker: false }';
    this.#broken = new LstmOnnxError('E_PROVIDER_UNAVAILABLE', `The model's worker failed: ${reason}.`);
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
    this.#onBroken();
  }
}

function workerOf(url: string): Worker {
  try {
    return new Worker(url);
  } catch (cause) {
    const message = `The model's worker does not start: ${messageOf(cause)}; load with { worker: false }.`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}

/** A view of a larger buffer copied, since all of the buffer would go with it. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength < bytes.buffer.byteLength ? bytes.slice() : bytes;
}

function errorOf({ code, message }: ErrorMessage): Error {
  // The worker runs the same library, whose codes these are.
  return code === undefined ? new Error(message) : new LstmOnnxError(code as ErrorCode, message);
}
