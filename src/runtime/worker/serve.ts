/** The worker's side: sessions by number, calls answered in the order in which they end. */
import { LstmOnnxError, messageOf } from '../../errors.js';
import type { Session, SessionOptions } from '../session.js';
import {
  type Answer,
  type Call,
  type ProviderSettings,
  type SessionHost,
  type TensorMessage,
  type TensorMessages,
  tensorMessage,
} from './protocol.js';

type OpenSession = (
  bytes: Uint8Array,
  options: SessionOptions,
  settings: ProviderSettings,
) => Promise<Session>;

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
  const sessions = new Map<number, Session>();
  let count = 0;
  const sessionOf = (number: number): Session => {
    const session = sessions.get(number);
    if (session === undefined) throw new LstmOnnxError('E_RUN_FAILED', 'The session was released.');
    return session;
  };
  return {
    async open(bytes, options, settings) {
      const opened = await open(bytes, options, settings);
      const session = ++count;
      sessions.set(session, opened);
      const { inputs, outputs, metadata } = opened;
      return { session, inputs, outputs, metadata };
    },
    async run(number, feeds, fetches) {
      const session = sessionOf(number);
      return tensorsOf(await session.run(tensorsIn(session, feeds), fetches));
    },
    async release(number) {
      const session = sessionOf(number);
      sessions.delete(number);
      await session.release();
    },
  };
}

/** Tensors of the class that the session takes. */
function tensorsIn({ Tensor }: Session, feeds: TensorMessages): Parameters<Session['run']>[0] {
  const tensors: Parameters<Session['run']>[0] = Object.create(null);
  for (const [name, { type, data, dims }] of Object.entries(feeds)) {
    tensors[name] = new Tensor(type, data, dims);
  }
  return tensors;
}

function tensorsOf(tensors: Readonly<Record<string, TensorMessage>>): TensorMessages {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, tensorMessage(tensor)] as const);
  return Object.fromEntries(entries);
}
