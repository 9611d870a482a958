/** The page Forecast: a file, its columns, a training, and what it comes to. */
import { copyOnClick } from '../shared/copy-button.js';
import { element, place } from '../shared/element.js';
import { failureOf, showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { checkWhileTyping } from '../shared/number-fields.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { offerThreads } from '../shared/threads.js';
import { trustOwnScripts } from '../shared/trusted-scripts.js';
import { type BuiltIn, fetchBuiltIn } from './built-in.js';
import { markBuiltIn, offerBuiltIns } from './built-in-view.js';
import { ColumnsView } from './columns-view.js';
import { showFoundNotes } from './found-view.js';
import type { Found, FromWorker, Preview, Reading, ToWorker } from './messages.js';
import type { Choices } from './options.js';
import { showTold } from './problem-view.js';
import { programOf } from './program.js';
import { readReading, showReading } from './reading-form.js';
import { addToResult, hideResult, onNewRow, showResult } from './result-view.js';
import { refuseRow } from './row-form.js';
import { firstWrongField, forgetSizes, readSettings, showFoundSizes } from './settings-form.js';
import { TrainingView } from './training-view.js';
import { type Told, tell, type WayOn } from './wording.js';

/** The file at hand. */
interface Opened {
  readonly file: File;
  readonly builtIn: BuiltIn | undefined;
  /** Of the columns, for a table without a header. */
  readonly names: readonly string[] | undefined;
}

trustOwnScripts();
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const training = new TrainingView();
const columns = new ColumnsView(() => !refuseWhileTraining(), readOtherColumns);
let opened: Opened | undefined;
let found: Found | undefined;
/** The column that the date format is of. */
let formatted: string | undefined;
/** The number of the newest request; answers to others come too late. */
let latest = 0;

/** The request of the training whose result is shown. */
let trained = 0;

type Unnumbered<T> = T extends { readonly request: number } ? Omit<T, 'request'> : never;

function ask(message: Unnumbered<ToWorker>): void {
  latest++;
  worker.postMessage({ ...message, request: latest });
}

/** What keeps the page from going on, in the card that has what decides it. */
function showProblem(told: Told | undefined): void {
  const isOfSizes = told?.field === 'horizon';
  showTold(place('problem'), isOfSizes ? undefined : told, choose);
  showTold(place('run-error'), isOfSizes ? told : undefined, choose);
  if (told) place('found').hidden = true;
}

/** Nothing is known of the series until they have been read as is chosen now. */
function forgetFound(): void {
  found = undefined;
  training.allow(false);
  showProblem(undefined);
}

/** Data that a training goes on with stay what they are. A drop zone, unlike a field, cannot be disabled. */
function refuseWhileTraining(): boolean {
  if (!training.isTraining) return false;
  const message = 'A forecast is being trained. Stop the training first.';
  showFailure(place('run-error'), 'Not now', { message });
  return true;
}

function open(next: Opened, reading: Reading = {}): void {
  opened = next;
  columns.forget();
  forgetFound();
  hideResult();
  forgetSizes();
  showReading(reading);
  showTold(place('file-problem'), undefined, choose);
  for (const id of ['training', 'program', 'run', 'found']) place(id).hidden = true;
  training.say('');
  markBuiltIn(next.builtIn);
  place('status').textContent = `Reading ${next.file.name}…`;
  ask({ type: 'open', file: next.file, reading: readReading(next.names) });
}

async function openBuiltIn(builtIn: BuiltIn): Promise<void> {
  if (refuseWhileTraining()) return;
  const request = ++latest;
  place('status').textContent = `Fetching ${builtIn.file}…`;
  try {
    const file = await fetchBuiltIn(builtIn);
    if (request === latest) open({ file, builtIn, names: undefined }, builtIn.reading);
  } catch (error) {
    if (request !== latest) return;
    place('status').textContent = '';
    showFailure(place('file-problem'), 'This file cannot be fetched', failureOf(error));
  }
}

function showPreview(preview: Preview): void {
  if (!opened) return;
  columns.show(opened.file, preview, opened.builtIn?.target);
  place('training').hidden = false;
  place('status').textContent = '';
  takeFormat();
  bringIntoView('columns-heading');
  read();
}

/** The only format that fits the dates; where several do, the person says which is meant. */
function takeFormat(): void {
  formatted = columns.time?.name;
  const reading = readReading(opened?.names);
  const [format, another] = columns.time?.formats ?? [];
  if (reading.dateFormat !== undefined || format === undefined || another !== undefined) return;
  showReading({ ...reading, dateFormat: format });
}

function readOtherColumns(): void {
  if (columns.time?.name !== formatted) {
    const { dateFormat: _, ...reading } = readReading(opened?.names);
    showReading(reading);
    takeFormat();
  }
  hideResult();
  read();
}

function choices(): Choices | undefined {
  const chosen = columns.chosen();
  const settings = readSettings();
  if ('title' in chosen || !settings) return undefined;
  return { columns: chosen, reading: readReading(opened?.names), settings };
}

/** Reads the file as is chosen, and says what is found. */
function read(): void {
  forgetFound();
  const missing = columns.chosen();
  if ('title' in missing) {
    showProblem(missing);
    place('program').hidden = true;
    // An answer to what was chosen before would come too late.
    latest++;
    return;
  }
  const chosen = choices();
  if (!chosen) return;
  training.say('Reading the file…');
  showProgram(chosen);
  ask({ type: 'read', ...chosen });
}

/** Who types a number and clicks on Train leaves the field with that click: the button has to stay as it is. */
function planAgain(): void {
  const chosen = choices();
  if (!chosen) return;
  showProgram(chosen);
  ask({ type: 'read', ...chosen });
}

function showProgram(chosen: Choices): void {
  place('program').hidden = false;
  place('code').textContent = programOf(opened?.file.name ?? '', chosen);
}

/** What was clicked on against a problem. */
function choose(way: WayOn): void {
  if (!opened || refuseWhileTraining()) return;
  if (way.key !== undefined) columns.makeKey(way.key);
  const { names = opened.names, ...reading } = { ...readReading(opened.names), ...way.reading };
  opened = { ...opened, names };
  if (!columns.isShown) {
    open(opened, reading);
    return;
  }
  showReading(reading);
  // The button is gone; who used the keyboard goes on here.
  place('columns-heading').focus({ preventScroll: true });
  read();
}

function showFound(next: Found): void {
  found = next;
  showProblem(undefined);
  showFoundNotes(next, readReading(opened?.names).dateFormat);
  showFoundSizes(next);
  if (place('run-said').textContent === 'Reading the file…') training.say('');
  training.allow(true);
}

function begin(): void {
  const chosen = choices();
  if (!chosen) firstWrongField()?.focus();
  if (!chosen || !found || training.isTraining) return;
  showProblem(undefined);
  hideResult();
  training.begin(chosen.settings.epochs);
  ask({ type: 'train', ...chosen });
}

function take(message: FromWorker): void {
  if (message.type === 'added' || message.type === 'refused') {
    if (message.request !== trained) return;
    if (message.type === 'added') addToResult(message.row);
    else refuseRow(message.failure);
    return;
  }
  if (message.request !== latest) return;
  switch (message.type) {
    case 'preview':
      showPreview(message.preview);
      break;
    case 'found':
      showFound(message.found);
      break;
    case 'progress':
      training.show(message.progress);
      break;
    case 'done':
      showProblem(undefined);
      trained = message.request;
      showResult(message.result);
      training.end('Done: see below.', place('result-heading'));
      bringIntoView('result-heading');
      break;
    case 'stopped':
      showProblem(undefined);
      training.end('Stopped; nothing is kept.');
      break;
    case 'failed':
      fail(message);
      break;
  }
}

function fail({ during, failure, dates }: Extract<FromWorker, { readonly type: 'failed' }>): void {
  const told = tell(failure, dates);
  if (during === 'train') {
    training.end('');
    showTold(place('run-error'), told, choose);
    return;
  }
  found = undefined;
  training.allow(false);
  training.say('');
  place('status').textContent = '';
  if (during === 'open') showTold(place('file-problem'), told, choose);
  else showProblem(told);
}

/** Where what came is below the window, the window goes to it. */
function bringIntoView(heading: string): void {
  const { top } = place(heading).getBoundingClientRect();
  if (top > innerHeight * 0.75) place(heading).scrollIntoView({ block: 'start' });
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => take(message));
worker.addEventListener('error', ({ message }) => {
  showFailure(place('file-problem'), 'The worker of this page failed', {
    message: message || 'Its script could not be loaded.',
  });
});

offerBuiltIns(openBuiltIn);
onFiles(place('file-zone'), element('csv-file', HTMLInputElement), ([file]) => {
  if (file && !refuseWhileTraining()) open({ file, builtIn: undefined, names: undefined });
});
place('reading').addEventListener('change', () => {
  hideResult();
  read();
});
const form = element('training', HTMLFormElement);
form.addEventListener('change', planAgain);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  begin();
});
checkWhileTyping(form);
element('stop', HTMLButtonElement).addEventListener('click', () =>
  worker.postMessage({ type: 'stop' } satisfies ToWorker),
);
onNewRow((name, cells) =>
  worker.postMessage({ type: 'add', training: trained, name, cells } satisfies ToWorker),
);
addEventListener('beforeunload', (event) => {
  if (training.isTraining) event.preventDefault();
});
offerThreads();
copyOnClick(element('copy-code', HTMLButtonElement), place('code'));
scrollByKeyboard(place('code'), 'Code');
