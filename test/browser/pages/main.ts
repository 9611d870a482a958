/** The test page: the built package, as a user's bundler takes it, and what the tests need to speak with it. */
import * as lstmOnnx from 'lstm-onnx/web';
import { base64ToBytes, bytesToBase64, fromWire, toWire } from '../wire.js';
import type { TrainingReport, TrainingTask } from './trainer.js';

/** What an attempt came to: its value, or what was thrown, which no test could else see from Node. */
export type Outcome<Value> =
  | { readonly value: Value }
  | {
      readonly error: {
        readonly typed: boolean;
        readonly name: string;
        readonly code?: string;
        readonly message: string;
      };
    };

async function attempt<Value>(act: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await act() };
  } catch (thrown) {
    const error = thrown as Error & { code?: string };
    return {
      error: {
        typed: error instanceof lstmOnnx.LstmOnnxError,
        name: error.name,
        ...(error.code === undefined ? {} : { code: String(error.code) }),
        message: error.message,
      },
    };
  }
}

/** Opens a model for as long as something is done with it. `await using` does not cross from Node into a page. */
async function withModel<Value>(
  source: string | Uint8Array,
  options: lstmOnnx.WebLoadOptions,
  act: (model: lstmOnnx.Model) => Value | Promise<Value>,
): Promise<Value> {
  const model = await lstmOnnx.Model.load(source, options);
  try {
    return await act(model);
  } finally {
    await model.release();
  }
}

/** Trains in a worker, and ends it. */
function train(task: TrainingTask): Promise<TrainingReport> {
  const worker = new Worker(new URL('./trainer.ts', import.meta.url), { type: 'module' });
  return new Promise<TrainingReport>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<TrainingReport>) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: `the worker failed: ${message}` });
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

const lab = { train, lstmOnnx, attempt, withModel, base64ToBytes, bytesToBase64, fromWire, toWire };

type LabPage = typeof lab;

declare global {
  interface Window {
    /** In the test page only. */
    lab: LabPage;
  }
}

window.lab = lab;
