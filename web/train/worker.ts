/** The worker of the page Train here: reads data, trains, tests. The page only draws. */
import { LstmOnnxError } from 'lstm-onnx/web';
import { failureOf } from '../shared/failure.js';
import { type LoadedData, loadIdxFiles, loadShippedMnist } from './data.js';
import type { DataRequest, FromWorker, ToWorker } from './messages.js';
import { buildNetwork, describeNetwork } from './network.js';
import { TrainingRun } from './run.js';

let data: LoadedData | undefined;
let run: TrainingRun | undefined;
/** The newest request for data; what an older one comes to is let go of. */
let newest = 0;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
  handle(message).catch((error: unknown) => {
    const request = 'request' in message ? { request: message.request } : {};
    tell({ type: 'failed', during: message.type, failure: failureOf(error), ...request });
  });
});

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'load-mnist':
    case 'load-idx':
      newest = message.request;
      await load(message);
      break;
    case 'describe': {
      const description = describeNetwork(loadedData().summary, message.network, message.training);
      tell({ type: 'described', description });
      break;
    }
    case 'start':
      await train(message);
      break;
    case 'pause':
      run?.pause();
      break;
    case 'resume':
      run?.resume();
      break;
    case 'stop':
      run?.stop();
      break;
  }
}

async function load(message: DataRequest): Promise<void> {
  const { request } = message;
  switch (message.type) {
    case 'load-mnist':
      take(request, await loadShippedMnist(message.base));
      break;
    case 'load-idx':
      take(request, await loadIdxFiles(message.files));
      break;
  }
}

function take(request: number, loaded: LoadedData): void {
  if (request !== newest) return;
  data = loaded;
  tell({ type: 'data', request, data: loaded.summary });
}

async function train({ network, training }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  const loaded = loadedData();
  if (run)
    throw new LstmOnnxError('E_INVALID_OPTION', 'A run is going on; stop it before you start another.');
  run = new TrainingRun(buildNetwork(loaded.summary, network), loaded, training, {
    onProgress: (progress) => tell({ type: 'progress', progress }),
    onPaused: () => tell({ type: 'paused' }),
    onResumed: () => tell({ type: 'resumed' }),
    onTesting: () => tell({ type: 'testing' }),
  });
  try {
    const result = await run.run();
    if (result) tell({ type: 'done', result }, [result.checkpoint.buffer, result.onnx.buffer]);
    else tell({ type: 'stopped' });
  } finally {
    run = undefined;
  }
}

function loadedData(): LoadedData {
  if (data) return data;
  throw new LstmOnnxError('E_MISSING_DATA', 'There is no data yet; choose some first.');
}
