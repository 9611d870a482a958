/** The worker's side: sessions by number, calls answered in the order in which they end. */
import { LstmOnnxError, messageOf } from '../../errors.js';
import { MissingFiles } from '../../import/onnx/external-data.js';
import type { PartsSession } from '../session.js';
import {
  type Answer,
  type Call,
  partsOf,
  type SessionHost,
  type WebProvider,
  type WorkerModel,
} from './protocol.js';

/** Answers the calls of the page that started this worker. */
export function serve<P extends WebProvider>(
  open: (...model: WorkerModel<P>) => Promise<PartsSession>,
): void {
  const host = sessionHost(open);
  addEventListener('message', async ({ data }: MessageEvent<Call>) => {
    postMessage(await answerTo(data, host));
  });
}

export async function answerTo<Model extends readonly unknown[]>(
  { id, method, args }: Call,
  host: SessionHost<Model>,
): Promise<Answer> {
  // The caller uses the interface's methods and argument types.
  const perform = host[method as keyof SessionHost<Model>] as (
    ...args: readonly unknown[]
  ) => Promise<unknown>;
  try {
    return { id, result: await perform(...args) };
  } catch (error) {
    const { code, hints } = error instanceof LstmOnnxError ? error : {};
    const files = error instanceof MissingFiles ? { files: error.files } : {};
    return {
      id,
      error: { ...(code ? { code } : {}), ...(hints ? { hints } : {}), ...files, message: messageOf(error) },
    };
  }
}

export function sessionHost<Model extends readonly unknown[]>(
  open: (...model: Model) => Promise<PartsSession>,
): SessionHost<Model> {
  const sessions = new Map<number, PartsSession>();
  let count = 0;
  const sessionOf = (number: number): PartsSession => {
    const session = sessions.get(number);
    if (session === undefined) throw new LstmOnnxError('E_RUN_FAILED', 'The session was released.');
    return session;
  };
  return {
    async open(...model) {
      const opened = await open(...model);
      const session = ++count;
      sessions.set(session, opened);
      const { inputs, outputs, metadata, sequences, notice } = opened;
      const canTrace = opened.trace !== undefined;
      return { session, inputs, outputs, metadata, sequences, canTrace, ...(notice ? { notice } : {}) };
    },
    async run(number, feeds, fetches) {
      const session = sessionOf(number);
      return partsOf(await session.run(feeds, fetches));
    },
    async trace(number, feeds) {
      return (await sessionOf(number).trace?.(feeds)) ?? [];
    },
    async release(number) {
      const session = sessionOf(number);
      sessions.delete(number);
      await session.release();
    },
  };
}
