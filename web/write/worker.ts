/** The worker of the page Write: trains. The page writes, and draws. */
import { failureOf } from '../shared/failure.js';
import type { FromWorker, ToWorker } from './messages.js';
import type { WritingRun } from './run.js';

let run: WritingRun | undefined;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
  if (message.type === 'stop') run?.stop();
  else void train(message);
});

/** One run at a time: the page asks for the next one when this one is over. */
async function train({ text, settings }: Extract<ToWorker, { readonly type: 'train' }>): Promise<void> {
  try {
    // What trains comes when it is wanted: it is the larger part of the library.
    const { WritingRun } = await import('./run.js');
    run = new WritingRun(text, settings, {
      onCounted: (counting) => tell({ type: 'counted', counting }),
      onProgress: (progress) => tell({ type: 'progress', progress }),
      onSample: (sample) => tell({ type: 'sample', sample }),
    });
    const result = await run.run();
    if (result) tell({ type: 'done', result }, [result.onnx.buffer]);
    else tell({ type: 'stopped' });
  } catch (error) {
    tell({ type: 'failed', failure: failureOf(error) });
  } finally {
    run = undefined;
  }
}
