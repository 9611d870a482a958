/** The page's side: sessions that lie in a worker, so that the page never waits for a network. */
import { LstmOnnxError, messageOf } from '../../errors.js';
import { scriptUrl } from '../../script-url.js';
import type { Session } from '../session.js';
import { withTensors } from '../with-tensors.js';
import { Calls } from './calls.js';
import { type Answer, partsOf, type SessionHost, type WebProvider, type WorkerModel } from './protocol.js';

/** A running worker. */
interface Running<P extends WebProvider> {
  readonly worker: Promise<WorkerCalls<P>>;
  /** That are open or being opened. */
  sessions: number;
}

/** Opens sessions in one worker, which runs as long as there are any. */
export class SessionWorker<P extends WebProvider> {
  readonly #source: () => Promise<string>;
  #running: Running<P> | undefined;

  /** @param source the worker's program */
  constructor(source: () => Promise<string>) {
    this.#source = source;
  }

  /** @throws what the worker's runtime throws; E_PROVIDER_UNAVAILABLE where no worker starts */
  async open(...[bytes, options, settings]: WorkerModel<P>): Promise<Session> {
    this.#running ??= this.#start();
    const running = this.#running;
    // Counted at once: a session that ends meanwhile must not end the worker.
    running.sessions += 1;
    try {
      const { calls } = await running.worker;
      const { session, canTrace, ...opened } = await calls.call('open', whole(bytes), options, settings);
      return withTensors({
        ...opened,
        run: (feeds, fetches) => calls.call('run', session, partsOf(feeds), fetches),
        ...(canTrace ? { trace: (feeds) => calls.call('trace', session, partsOf(feeds)) } : {}),
        release: async () => {
          try {
            await calls.call('release', session);
          } catch (error) {
            // A failed worker holds no sessions.
            if (!calls.broken) throw error;
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

  #start(): Running<P> {
    const forget = () => {
      if (this.#running === running) this.#running = undefined;
    };
    const worker = this.#source().then((source) => new WorkerCalls<P>(source, forget));
    const running = { worker, sessions: 0 };
    return running;
  }

  #leave(running: Running<P>): void {
    running.sessions -= 1;
    if (running.sessions > 0) return;
    if (this.#running === running) this.#running = undefined;
    running.worker.then(
      (worker) => worker.end(),
      () => {}, // there is no worker to end
    );
  }
}

/** A worker, and the calls of its methods. */
class WorkerCalls<P extends WebProvider> {
  readonly calls: Calls<SessionHost<WorkerModel<P>>>;
  readonly #worker: Worker;

  /** @param onBroken called when the worker has failed, and answers no more */
  constructor(source: string, onBroken: () => void) {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const worker = workerOf(url);
    this.#worker = worker;
    this.calls = new Calls((call) => worker.postMessage(call));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.calls.settle(data);
    // A worker that the page's policy forbids only reports that it failed.
    worker.onerror = ({ message }) => {
      const reason =
        message ||
        'it did not start; a Content-Security-Policy must allow it: worker-src blob:, or load with { worker: false }';
      this.calls.break(new LstmOnnxError('E_PROVIDER_UNAVAILABLE', `The model's worker failed: ${reason}.`));
      onBroken();
    };
    // It has answered or failed, so its program's URL is no longer needed.
    const settled = () => URL.revokeObjectURL(url);
    for (const event of ['message', 'error']) worker.addEventListener(event, settled, { once: true });
  }

  end(): void {
    this.#worker.terminate();
  }
}

function workerOf(url: string): Worker {
  try {
    return new Worker(scriptUrl(url));
  } catch (cause) {
    const message = `The model's worker does not start: ${messageOf(cause)}; load with { worker: false }.`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}

/** A view of a larger buffer copied, since all of the buffer would go with it. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength < bytes.buffer.byteLength ? bytes.slice() : bytes;
}
