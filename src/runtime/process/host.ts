/** The program of a process that holds one model: it answers the process that started it, and ends with it. */
import { Worker } from 'node:worker_threads';
import type { Located } from '../locate.js';
import { openLocated } from '../node.js';
import type { Provider } from '../providers.js';
import type { SessionOptions } from '../session.js';
import { withoutTensors } from '../with-tensors.js';
import type { Call, SessionHost } from '../worker/protocol.js';
import { answerTo, sessionHost } from '../worker/serve.js';

export type ProcessHost = SessionHost<
  readonly [provider: Provider, located: Located, options: SessionOptions]
>;

const host: ProcessHost = sessionHost(async (provider, located, options) =>
  withoutTensors(await openLocated(provider, located, options)),
);

process.on('message', async (call) => {
  const answer = await answerTo(call as Call, host); // who started this sends nothing else
  process.send?.(answer);
});

process.on('disconnect', () => process.exit());

/** A model that never stops computing blocks this thread, so another thread watches whether the parent is still there. */
const lookout = `
  const check = () => {
    try {
      process.kill(${process.ppid}, 0);
      if (process.ppid === ${process.ppid}) return;
    } catch (error) {
      if (error.code !== 'ESRCH') return;
    }
    process.kill(process.pid, 'SIGKILL');
  };
  setInterval(check, 1000);
`;
new Worker(lookout, { eval: true }).unref();
