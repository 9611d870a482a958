import { expect, it } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';
import { Calls } from '../../src/runtime/worker/calls.js';
import type { SessionHost, WorkerModel } from '../../src/runtime/worker/protocol.js';
import { answerTo } from '../../src/runtime/worker/serve.js';

type Host = SessionHost<WorkerModel<'simd'>>;

it('an error of the host comes with its code and what it points to', async () => {
  const hints = [{ option: 'finite', value: 'allow' }] as const;
  const refuse = () => Promise.reject(new LstmOnnxError('E_NOT_FINITE', 'It has NaN.', { hints }));
  const host: Host = { open: refuse, run: refuse, trace: refuse, release: refuse };
  const calls: Calls<Host> = new Calls((call) => {
    answerTo(call, host).then((answer) => calls.settle(structuredClone(answer)));
  });
  await expect(calls.call('release', 1)).rejects.toMatchObject({
    name: 'LstmOnnxError',
    code: 'E_NOT_FINITE',
    message: 'It has NaN.',
    hints,
  });
});
