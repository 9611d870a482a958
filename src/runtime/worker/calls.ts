/** Calls of a host's methods by messages, and the answers to them, in whatever order they come. */
import { type ErrorCode, LstmOnnxError, messageOf } from '../../errors.js';
import { MissingFiles } from '../../import/onnx/external-data.js';
import type { Answer, Call, ErrorMessage } from './protocol.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Methods<Host> = { [M in keyof Host]: (...args: never[]) => Promise<unknown> };

export class Calls<Host extends Methods<Host>> {
  readonly #waiting = new Map<number, Waiting>();
  readonly #send: (call: Call) => void;
  #count = 0;
  #broken: Error | undefined;

  constructor(send: (call: Call) => void) {
    this.#send = send;
  }

  /** @throws what the host throws; E_INVALID_OPTION for arguments that no message carries */
  call<M extends keyof Host & string>(method: M, ...args: Parameters<Host[M]>): ReturnType<Host[M]>;
  call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#broken) return Promise.reject(this.#broken);
    const call: Call = { id: this.#count++, method, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { resolve, reject });
      try {
        this.#send(call);
      } catch (cause) {
        this.#waiting.delete(call.id);
        const message = `What is asked of the model's host cannot be sent to it: ${messageOf(cause)}`;
        reject(new LstmOnnxError('E_INVALID_OPTION', message, { cause }));
      }
    });
  }

  settle(answer: Answer): void {
    const call = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) call?.reject(errorOf(answer.error));
    else call?.resolve(answer.result);
  }

  /** Why no call is answered any more. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Waiting and future calls fail with this error. */
  break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, hints, files }: ErrorMessage): Error {
  if (files) return new MissingFiles(files);
  if (code === undefined) return new Error(message);
  // The host runs the same library, whose codes these are.
  return new LstmOnnxError(code as ErrorCode, message, hints ? { hints } : {});
}
