/** A process that holds one model, seen from the one that started it. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { LstmOnnxError, messageOf } from '../../errors.js';
import { Calls } from '../worker/calls.js';
import type { Answer } from '../worker/protocol.js';
import type { ProcessHost } from './host.js';

/** How much of the process's stderr is kept for the message. */
const MAX_LAST_WORDS = 2_000;

export class ModelProcess {
  readonly #child: ChildProcess;
  readonly #calls: Calls<ProcessHost>;
  readonly #ended: Promise<void>;
  #underWay = 0;
  #isReleased = false;
  #lastWords = '';

  /** @throws E_PROVIDER_UNAVAILABLE where no process can be started */
  constructor() {
    const child = started();
    this.#child = child;
    this.#calls = new Calls((call) => {
      // If the process is gone, its exit event rejects the call.
      child.send(call, () => {});
    });
    child.on('message', (answer) => this.#calls.settle(answer as Answer)); // a host sends nothing else
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MAX_LAST_WORDS);
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#calls.break(new Error(reason));
        resolve();
      };
      child.once('error', (error) => end(`the process of the model does not start: ${error.message}.`));
      child.once('close', (code, signal) => end(this.#epitaph(code, signal)));
    });
    this.#hold(false);
  }

  /** A call under way keeps this process alive; an open model alone does not. */
  readonly call: Calls<ProcessHost>['call'] = (method, ...args) => {
    this.#underWay += 1;
    this.#hold(true);
    const result = this.#calls.call(method, ...args);
    const settled = () => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#hold(false);
    };
    result.then(settled, settled);
    return result;
  };

  /** Kills the process at once; nothing in it needs cleaning up. */
  async end(): Promise<void> {
    this.#isReleased = true;
    this.#hold(true);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #hold(alive: boolean): void {
    const { channel, stderr } = this.#child;
    // Spawned with a pipe, which is a socket.
    for (const handle of [this.#child, channel, stderr as Socket | null]) {
      if (alive) handle?.ref();
      else handle?.unref();
    }
  }

  #epitaph(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#isReleased) return 'the model was released, and its process ended.';
    const how = signal === null ? `with exit code ${code}` : `by the signal ${signal}`;
    const words = this.#lastWords.trim();
    const said = words === '' ? '' : ` It said: ${words}`;
    return `the process of the model was ended ${how}; load the model again.${said}`;
  }
}

function started(): ChildProcess {
  try {
    const program = createRequire(import.meta.url).resolve('#model-process');
    // Options of this process, such as a debugger's port, must not be inherited.
    return fork(program, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      execArgv: [],
    });
  } catch (cause) {
    const message = `No process starts for the model: ${messageOf(cause)}. In a bundle, leave lstm-onnx outside of it.`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}
