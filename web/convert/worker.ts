/** The worker of the page Convert: reads a model of any format, describes it, writes ONNX and checkpoints. */
import {
  encodeCheckpoint,
  exportOnnx,
  type ImportOptions,
  type ImportResult,
  importModel,
  LstmOnnxError,
  readStateDict,
} from 'lstm-onnx/web';
import { failureOf } from '../shared/failure.js';
import { diagramNodes, weightModules } from './describe.js';
import { drawingOf } from './drawing.js';
import type { Architecture, FromWorker, OnnxOptions, ToWorker, WeightModules } from './messages.js';
import { type ModelFiles, readModelFiles } from './model-files.js';

let files: ModelFiles | undefined;
let model: ImportResult | undefined;
/** The newest request to read; what an older one comes to is let go of. */
let newest = 0;

/** Parts that the page lists. */
const mostListed = 1000;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
  handle(message).catch((error: unknown) => {
    const modules = isReading(message) ? modulesOf(files) : undefined;
    const failure = failureOf(error);
    tell({
      type: 'failed',
      request: message.request,
      during: message.type,
      failure,
      ...(modules ? { modules } : {}),
    });
  });
});

function isReading({ type }: ToWorker): boolean {
  return type === 'read' || type === 'reread';
}

async function handle(message: ToWorker): Promise<void> {
  const { request } = message;
  switch (message.type) {
    case 'read': {
      newest = request;
      model = undefined;
      files = undefined;
      const chosen = await readModelFiles(message.files);
      if (request !== newest) return;
      files = chosen;
      await read(request, files, message.architecture);
      break;
    }
    case 'reread':
      newest = request;
      if (files) await read(request, files, message.architecture);
      break;
    case 'convert':
      convert(request, message.options);
      break;
    case 'checkpoint':
      writeCheckpoint(request, message.labels);
      break;
  }
}

async function read(request: number, from: ModelFiles, architecture: Architecture): Promise<void> {
  const modules = modulesOf(from);
  const { name, bytes, shards, externalData, network } = from;
  const { timeFirst, ...choice } = architecture;
  const options: ImportOptions = {
    fileName: name,
    ...(shards ? { shards } : {}),
    ...(externalData ? { externalData } : {}),
    ...(network ? { network } : {}),
    ...(modules ? { ...choice, ...(timeFirst ? { batchFirst: false } : {}) } : {}),
  };
  const imported = await importModel(bytes, options);
  if (request !== newest) return;
  model = imported;
  const nodes = diagramNodes(model.network);
  const drawing = drawingOf(nodes);
  const { labels = [], preprocessing } = model.info ?? {};
  tell({
    type: 'model',
    request,
    model: {
      fileName: name,
      fileBytes: bytes.length,
      nodes: nodes.slice(0, mostListed),
      nodeCount: nodes.length,
      ...(drawing ? { drawing } : {}),
      parameters: nodes.reduce((sum, { parameters }) => sum + parameters, 0),
      notes: model.notes,
      ...(modules ? { modules } : {}),
      labels,
      ...(preprocessing === undefined ? {} : { preprocessing }),
    },
  });
}

/** What weights without a network are made of; undefined for any other file. */
function modulesOf(from: ModelFiles | undefined): WeightModules | undefined {
  if (!from || from.network || from.shards || isCheckpoint(from.bytes)) return undefined;
  try {
    return weightModules(readStateDict(from.bytes));
  } catch {
    // A model of another kind, or a broken file: its own reader says what is wrong.
    return undefined;
  }
}

/** A safetensors file that lstm-onnx wrote, with the network in the JSON of its header. */
function isCheckpoint(bytes: Uint8Array): boolean {
  const headerStart = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + 65_536));
  return headerStart.startsWith('{') && headerStart.includes('"lstm_onnx.network"');
}

function convert(request: number, { labels, ...options }: OnnxOptions): void {
  const { network, parameters, info } = readModel();
  const started = performance.now();
  const bytes = Uint8Array.from(
    exportOnnx(network, parameters, { ...info, ...options, ...(labels.length > 0 ? { labels } : {}) }),
  );
  const milliseconds = performance.now() - started;
  tell({ type: 'converted', request, file: { name: nameWith('.onnx'), bytes, milliseconds } }, [
    bytes.buffer,
  ]);
}

function writeCheckpoint(request: number, labels: readonly string[]): void {
  const { network, parameters, info } = readModel();
  const started = performance.now();
  const named = { ...info, ...(labels.length > 0 ? { labels } : {}) };
  const bytes = Uint8Array.from(encodeCheckpoint({ network, parameters, info: named }));
  const milliseconds = performance.now() - started;
  tell({ type: 'checkpoint', request, file: { name: nameWith('.safetensors'), bytes, milliseconds } }, [
    bytes.buffer,
  ]);
}

function readModel(): ImportResult {
  if (model) return model;
  throw new LstmOnnxError('E_MISSING_DATA', 'There is no model yet; choose a file first.');
}

/** The file's name with another ending; a file that has it already is not overwritten by its own conversion. */
function nameWith(ending: string): string {
  const name = files?.name ?? 'model';
  const stem = name.replace(/\.(?:pth\.tar|[^.]+)$/i, '') || 'model';
  return name.toLowerCase().endsWith(ending) ? `${stem}-converted${ending}` : `${stem}${ending}`;
}
