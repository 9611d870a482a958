/** The page Train here: hands files and options to the worker and shows what comes back. */

import { copyOnClick } from '../shared/copy-button.js';
import { element } from '../shared/element.js';
import { showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { checkWhileTyping } from '../shared/number-fields.js';
import { counted, formatCount } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { offerThreads } from '../shared/threads.js';
import { trustOwnScripts } from '../shared/trusted-scripts.js';
import { Board } from './board.js';
import { firstWrongField, readForm, suggestEpochs } from './form.js';
import type { DataSummary, FromWorker, NetworkDescription, ToWorker } from './messages.js';
import { hideResult, showResult, verdict } from './result.js';

type Phase = 'no data' | 'ready' | 'training' | 'paused' | 'testing';

trustOwnScripts();
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const board = new Board();
const place = (id: string): HTMLElement => element(id, HTMLElement);
const start = element('start', HTMLButtonElement);
const pause = element('pause', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);
const sources = ['mnist', 'idx'] as const;
let data: DataSummary | undefined;
let phase: Phase = 'no data';
/** The number of the newest request for data; answers to others come too late. */
let latest = 0;

function ask(message: ToWorker): void {
  worker.postMessage(message);
}

function enter(next: Phase): void {
  phase = next;
  const canStop = next === 'training' || next === 'paused';
  start.disabled = next !== 'ready';
  stop.disabled = !canStop;
  pause.disabled = !canStop;
  pause.textContent = next === 'paused' ? 'Resume' : 'Pause';
  const locked = isRunning();
  for (const control of document.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
    '#form input, #form select',
  )) {
    control.disabled = locked;
  }
}

function isRunning(): boolean {
  return phase === 'training' || phase === 'paused' || phase === 'testing';
}

/** The data of a run stays what it is to the run's end. A drop zone, unlike a field, cannot be disabled. */
function refuseWhileRunning(): boolean {
  if (!isRunning()) return false;
  showFailure(place('data-error'), 'Not now', {
    message: 'The network is being trained on the data above. Stop the training first.',
  });
  return true;
}

/** The data is another from now on. */
function loading(what: string): void {
  latest++;
  data = undefined;
  enter('no data');
  hideResult();
  showFailure(place('data-error'), '', undefined);
  showFailure(place('run-error'), '', undefined);
  place('data-summary').textContent = '';
  board.clear();
  board.say(what);
}

function loadShipped(): void {
  loading('Fetching MNIST…');
  ask({ type: 'load-mnist', request: latest, base: new URL('mnist/', document.baseURI).href });
}

function chooseSource(source: string): void {
  for (const name of sources) place(`panel-${name}`).hidden = name !== source;
  if (source === 'mnist') loadShipped();
  else loading('Choose idx files.');
}

function describe(): void {
  const form = readForm();
  if (form && data) ask({ type: 'describe', ...form });
}

function begin(): void {
  const form = readForm();
  if (!form) firstWrongField()?.focus();
  if (!form || !data || phase !== 'ready') return;
  hideResult();
  showFailure(place('data-error'), '', undefined);
  showFailure(place('run-error'), '', undefined);
  board.begin(data, form.training);
  board.say('Starting…');
  enter('training');
  ask({ type: 'start', ...form });
  pause.focus();
}

function showData(summary: DataSummary): void {
  data = summary;
  const { train, test, steps, features, outputs } = summary;
  place('data-summary').textContent =
    `${counted(train, 'sample')} to train on, ${formatCount(test)} to test on: ` +
    `${counted(steps, 'step')} of ${counted(features, 'feature')}, ${counted(outputs, 'class', 'classes')}.`;
  suggestEpochs(train);
  board.say('Ready.');
  enter('ready');
  describe();
}

function showDescription({ code, summary, parameters }: NetworkDescription): void {
  place('code').textContent = code;
  place('network-summary').textContent = summary;
  place('parameter-count').textContent = formatCount(parameters);
}

function take(message: FromWorker): void {
  if ('request' in message && message.request !== latest) return;
  switch (message.type) {
    case 'data':
      showData(message.data);
      break;
    case 'described':
      showDescription(message.description);
      break;
    case 'progress':
      board.show(message.progress);
      break;
    case 'paused':
      board.say('Paused.');
      enter('paused');
      break;
    case 'resumed':
      board.say('Training goes on.');
      enter('training');
      break;
    case 'testing':
      board.say('Testing…');
      enter('testing');
      break;
    case 'done':
      showResult(message.result);
      endRun(`Done. ${verdict(message.result.test)}`, place('result-heading'));
      break;
    case 'stopped':
      endRun('Stopped before the first step; there is nothing to keep.', start);
      break;
    case 'failed':
      fail(message);
      break;
  }
}

/** Who had the focus on Pause or Stop, which are disabled now, goes on at another place. */
function endRun(sentence: string, goOnAt: HTMLElement): void {
  const { activeElement } = document;
  enter('ready');
  showFailure(place('data-error'), '', undefined);
  board.say(sentence);
  if (activeElement === document.body || activeElement === pause || activeElement === stop) {
    goOnAt.focus({ preventScroll: true });
  }
}

function fail({ during, failure }: Extract<FromWorker, { type: 'failed' }>): void {
  if (during === 'start' || during === 'describe') {
    showFailure(place('run-error'), during === 'start' ? 'Training ended' : 'No such network', failure);
    if (during === 'start') endRun('', start);
    else board.say('');
    return;
  }
  showFailure(place('data-error'), 'This data cannot be used', failure);
  board.say('');
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => take(message));
worker.addEventListener('error', ({ message }) => {
  showFailure(place('run-error'), 'The worker of this page failed', {
    message: message || 'Its script could not be loaded.',
  });
});

for (const name of sources) {
  const radio = element(`source-${name}`, HTMLInputElement);
  radio.addEventListener('change', () => chooseSource(name));
}
onFiles(place('panel-idx'), element('idx-files', HTMLInputElement), (files) => {
  if (refuseWhileRunning()) return;
  loading('Reading the files…');
  ask({ type: 'load-idx', request: latest, files });
});
for (const id of [
  'hidden-size',
  'num-layers',
  'dropout',
  'bidirectional',
  'epochs',
  'batch-size',
  'learning-rate',
  'optimizer',
  'seed',
]) {
  place(id).addEventListener('change', describe);
}
checkWhileTyping(element('form', HTMLFormElement));
element('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  begin();
});
pause.addEventListener('click', () => ask({ type: phase === 'paused' ? 'resume' : 'pause' }));
stop.addEventListener('click', () => ask({ type: 'stop' }));
addEventListener('beforeunload', (event) => {
  if (isRunning()) event.preventDefault();
});
offerThreads();
copyOnClick(element('copy-code', HTMLButtonElement), place('code'));
scrollByKeyboard(place('code'), 'Code');
scrollByKeyboard(place('network-summary'), 'Layers and shapes');
const chosen = sources.find((name) => element(`source-${name}`, HTMLInputElement).checked) ?? 'mnist';
chooseSource(chosen);
