/** The worker of the page Forecast: reads files, trains, forecasts. The page only draws. */
import {
  forecastSeries,
  LstmOnnxError,
  parseTable,
  planForecast,
  type SeriesSet,
  type Table,
} from 'lstm-onnx/web';
import { failureOf } from '../shared/failure.js';
import type { GrowingForecast } from './growing-forecast.js';
import type { DateChoice, Found, FromWorker, ToWorker } from './messages.js';
import { type Choices, planOptions, seriesOptions, tableOptions } from './options.js';
import { previewOf } from './preview.js';

type Request = Extract<ToWorker, { readonly request: number }>;

interface ReadFile {
  /** By which it was read. */
  readonly choices: string;
  readonly table: Table;
  readonly series: SeriesSet;
  readonly future: SeriesSet | undefined;
}

let file: File | undefined;
let read: ReadFile | undefined;
/** Of the training that goes on. */
let stopping = new AbortController();
/** What the last training came to, and its request. */
let grown: { readonly training: number; readonly forecast: GrowingForecast } | undefined;
/** The newest request; what an older one comes to is let go of. */
let newest = 0;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  if (message.request === newest) postMessage(message, { transfer });
}

addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
  if (message.type === 'stop') stopping.abort();
  else if (message.type === 'add') add(message);
  else handle(message).catch((error: unknown) => fail(message, error));
});

async function handle(message: Request): Promise<void> {
  const { request } = message;
  newest = request;
  switch (message.type) {
    case 'open': {
      file = message.file;
      read = undefined;
      tell({ type: 'preview', request, preview: await previewOf(file, message.reading) });
      break;
    }
    case 'read':
      tell({ type: 'found', request, found: foundIn(await readFile(message), message) });
      break;
    case 'train':
      await train(request, message);
      break;
  }
}

/** Reads the file, unless it was read so before. */
async function readFile(choices: Choices): Promise<ReadFile> {
  if (!file) throw new LstmOnnxError('E_MISSING_DATA', 'There is no file yet; choose one first.');
  const [forTable, forSeries] = [tableOptions(choices), seriesOptions(choices)];
  const key = JSON.stringify([forTable, forSeries]);
  if (read?.choices === key) return read;
  read = undefined;
  const table = await parseTable(file.stream(), forTable);
  read = { choices: key, table, ...forecastSeries(table, forSeries) };
  return read;
}

function foundIn({ table, series: set }: ReadFile, choices: Choices): Found {
  const { plan, notes } = planForecast(set, planOptions(choices));
  const { series } = set;
  return {
    rows: table.rows,
    series: new Set(series.map(({ name }) => name)).size,
    from: Math.min(...series.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY)),
    to: Math.max(...series.map(({ times }) => times.at(-1) ?? Number.NEGATIVE_INFINITY)),
    plan,
    notes: [...table.notes, ...set.notes, ...notes].map(({ text }) => text),
  };
}

async function train(request: number, choices: Choices): Promise<void> {
  stopping = new AbortController();
  const { signal } = stopping;
  const { series, future } = await readFile(choices);
  // What trains comes when it is wanted: it is the larger part of the library.
  const { trainingResult } = await import('./run.js');
  const outcome = await trainingResult({
    ...{ series, future, choices, signal },
    report: (progress) => tell({ type: 'progress', request, progress }),
  });
  if (!outcome) tell({ type: 'stopped', request });
  else {
    const { result, growing } = outcome;
    void grown?.forecast.release();
    grown = growing && { training: request, forecast: growing };
    tell({ type: 'done', request, result }, [result.onnx.buffer, ...(result.csv ? [result.csv.buffer] : [])]);
  }
}

/** Rows are of a training, whatever was asked since. */
async function add({ training, name, cells }: Extract<ToWorker, { readonly type: 'add' }>): Promise<void> {
  if (grown?.training !== training) return;
  const answer = (message: FromWorker) => postMessage(message);
  try {
    answer({ type: 'added', request: training, row: await grown.forecast.add(name, cells) });
  } catch (error) {
    answer({ type: 'refused', request: training, failure: failureOf(error) });
  }
}

async function fail({ type: during, request }: Request, error: unknown): Promise<void> {
  const dates = await dateChoices(error);
  tell({ type: 'failed', during, request, failure: failureOf(error), ...(dates && { dates }) });
}

/** What the date in a message would be, by each of the formats that fit. */
async function dateChoices(error: unknown): Promise<DateChoice[] | undefined> {
  if (!(error instanceof LstmOnnxError)) return undefined;
  const [hint] = error.hints ?? [];
  const written = /(?: has '|values such as ')([^']+)'/.exec(error.message)?.[1];
  if (!hint || !('option' in hint) || hint.option !== 'dateFormat' || written === undefined) return undefined;
  const bytes = new TextEncoder().encode(`at;value\n"${written}";0\n`);
  const choices = hint.found.map(async (format) => {
    const table = await parseTable(bytes, { time: 'at', dateFormat: format, separator: ';' });
    const column = table.columns.get('at');
    return { format, written, read: column?.kind === 'time' ? (column.values[0] ?? Number.NaN) : Number.NaN };
  });
  return Promise.all(choices);
}
