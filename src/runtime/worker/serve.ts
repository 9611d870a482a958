/** The worker's side: sessions by number, calls answered in the order in which they end. */
import { LstmOnnxError, messageOf } from '../../errors.js';
import type { PartsSession, SessionOptions } from '../session.js';
import { type Answer, type Call, type ProviderSettings, partsOf, type SessionHost } from './protocol.js';

type OpenSession = (
  bytes: Uint8Array,
  options: SessionOptions,
  settings: ProviderSettings,
) => Promise<PartsSession>;

/** Answers the calls of the page that started this worker. */
export function serve(open: OpenSession): void {
  const host = sessionHost(open);
  addEventListener('message', async ({ data: { id, method, args } }: MessageEvent<Call>) => {
    // The page calls what the interface has, with the arguments that it states.
    const perform = host[method] as (...args: readonly unknown[]) => Promise<unknown>;
    try {
      answer({ id, result: await perform(...args) });
    } catch (error) {
      const code = error instanceof LstmOnnxError ? { code: error.code } : {};
      answer({ id, error: { ...code, message: messageOf(error) } });
    }
  });
}

function answer(message: Answer): void {
  postMessage(message);
}

function sessionHost(open: OpenSession): SessionHost {
  const sessions = new Map<number, PartsSession>();
  let count = 0;
  const sessionOf = (number: number): PartsSession => {
    const session = sessions.get(number);
    if (session === undefined) throw new LstmOnnxError('E_RUN_FAILED', 'The session was released.');
    return session;
  };
  return {
    async open(bytes, options, settings) {
      const opened = await open(bytes, options, settings);
      const session = ++count;
      sessions.set(session, opened);
      const { inputs, outputs, metadata, sequences } = opened;
      return { session, inputs, outputs, metadata, sequences, canTrace: opened.trace !== undefined };
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
