/** The page Forecast: a file, its columns, a training, and what it comes to. */
import { copyOnClick } from '../shared/copy-button.js';
import { element, make, place } from '../shared/element.js';
import { failureOf, showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { checkWhileTyping } from '../shared/number-fields.js';
import { counted, formatBytes, formatNumber, formatSeconds } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { offerThreads } from '../shared/threads.js';
import { trustOwnScripts } from '../shared/trusted-scripts.js';
import { type BuiltIn, builtIns, fetchBuiltIn } from './built-in.js';
import { columnTable, roleHints, roleNames, rolesAfterClick } from './column-table.js';
import { isoText } from './date-text.js';
import type {
  Columns,
  Found,
  FromWorker,
  Preview,
  Reading,
  Role,
  ToWorker,
  TrainingProgress,
} from './messages.js';
import type { Choices } from './options.js';
import { showTold } from './problem-view.js';
import { programOf } from './program.js';
import { readReading, showReading } from './reading-form.js';
import { hideResult, showResult } from './result-view.js';
import { firstWrongField, forgetSizes, readSettings, showFoundSizes } from './settings-form.js';
import { type Told, tell, type WayOn } from './wording.js';

trustOwnScripts();
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const [train, stop] = [element('train', HTMLButtonElement), element('stop', HTMLButtonElement)];
const brushes = ['target', 'feature', 'known', 'key', 'time'] as const satisfies readonly Role[];

/** The file at hand, and what is chosen about it. */
interface Opened {
  readonly file: File;
  readonly builtIn: BuiltIn | undefined;
  /** Of a table without a header. */
  readonly names: readonly string[] | undefined;
}

let opened: Opened | undefined;
let preview: Preview | undefined;
let roles: readonly Role[] = [];
let brush: Role = 'target';
let found: Found | undefined;
let isTraining = false;
/** The number of the newest request; answers to others come too late. */
let latest = 0;

type Unnumbered<T> = T extends { readonly request: number } ? Omit<T, 'request'> : never;

function ask(message: Unnumbered<ToWorker>): void {
  const request = ++latest;
  worker.postMessage({ ...message, request });
}

function say(sentence: string): void {
  place('status').textContent = sentence;
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
  train.disabled = true;
  showProblem(undefined);
}

function open(next: Opened, reading: Reading = {}): void {
  opened = next;
  preview = undefined;
  forgetFound();
  hideResult();
  forgetSizes();
  showReading(reading);
  showTold(place('file-problem'), undefined, choose);
  for (const id of ['columns', 'training', 'program', 'run', 'found']) place(id).hidden = true;
  place('run-said').textContent = '';
  for (const button of document.querySelectorAll('#built-in button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-file') === next.builtIn?.file));
  }
  say(`Reading ${next.file.name}…`);
  ask({ type: 'open', file: next.file, reading: readReading(next.names) });
}

/** Data that a training goes on with stay what they are. A drop zone, unlike a field, cannot be disabled. */
function refuseWhileTraining(): boolean {
  if (!isTraining) return false;
  showFailure(place('run-error'), 'Not now', {
    message: 'A forecast is being trained. Stop the training first.',
  });
  return true;
}

async function openBuiltIn(builtIn: BuiltIn): Promise<void> {
  if (refuseWhileTraining()) return;
  const request = ++latest;
  say(`Fetching ${builtIn.file}…`);
  try {
    const file = await fetchBuiltIn(builtIn);
    if (request === latest) open({ file, builtIn, names: undefined }, builtIn.reading);
  } catch (error) {
    if (request !== latest) return;
    say('');
    showFailure(place('file-problem'), 'This file cannot be fetched', failureOf(error));
  }
}

function showPreview(next: Preview): void {
  if (!opened) return;
  const { file, builtIn, names } = opened;
  preview = next;
  const wanted = next.columns.findIndex(({ name }) => name === builtIn?.target);
  roles =
    wanted < 0
      ? next.guess
      : rolesAfterClick(
          next.guess.map((role) => (role === 'target' ? 'unused' : role)),
          wanted,
          'target',
        );
  const time = next.columns[roles.indexOf('time')];
  const reading = readReading(names);
  // Where several formats fit, the person says which is meant.
  const [format] = time?.formats ?? [];
  if (reading.dateFormat === undefined && format !== undefined && time?.formats.length === 1) {
    showReading({ ...reading, dateFormat: format });
  }
  place('file-facts').replaceChildren(
    make('strong', {}, file.name),
    ` · ${formatBytes(file.size)} · ${counted(next.columns.length, 'column')}`,
  );
  place('columns').hidden = false;
  place('training').hidden = false;
  say('');
  chooseBrush('target');
  drawColumns();
  place('preview')
    .querySelector('[data-role="target"]')
    ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  read();
}

/** The chosen columns, or what is missing. */
function chosenColumns(): Columns | Told {
  const named = (role: Role) =>
    (preview?.columns ?? []).filter((_, i) => roles[i] === role).map(({ name }) => name);
  const [[time], [target]] = [named('time'), named('target')];
  if (time === undefined) {
    return {
      title: 'No column of times is found',
      message:
        'A forecast needs a date, a time or a year for each row. If one of the columns has them, choose “Time” above and click on it; else this file has no series to forecast.',
      ways: [],
    };
  }
  if (target === undefined) {
    return {
      title: 'What is to be forecast?',
      message: 'Choose “Target” above and click on a column of numbers.',
      ways: [],
    };
  }
  return { time, target, features: named('feature'), known: named('known'), key: named('key') };
}

function choices(): Choices | undefined {
  const columns = chosenColumns();
  const settings = readSettings();
  if ('title' in columns || !settings) return undefined;
  return { columns, reading: readReading(opened?.names), settings };
}

/** Reads the file as is chosen, and says what is found. */
function read(): void {
  forgetFound();
  const columns = chosenColumns();
  if ('title' in columns) {
    showProblem(columns);
    place('program').hidden = true;
    // An answer to what was chosen before would come too late.
    latest++;
    return;
  }
  const chosen = choices();
  if (!chosen) return;
  showProgram(chosen);
  ask({ type: 'read', ...chosen });
}

function showProgram(chosen: Choices): void {
  const name = opened?.file.name ?? '';
  place('program').hidden = false;
  place('code').textContent = programOf(name, chosen);
}

function drawColumns(): void {
  if (!preview) return;
  const { activeElement } = document;
  const focused = activeElement?.closest('#preview') ? activeElement.getAttribute('data-column') : undefined;
  const scrolled = place('preview').scrollLeft;
  place('preview').replaceChildren(columnTable(preview, roles, giveRole));
  place('preview').scrollLeft = scrolled;
  if (focused === undefined || focused === null) return;
  document.querySelector<HTMLElement>(`#preview [data-column="${CSS.escape(focused)}"]`)?.focus();
}

function giveRole(column: number): void {
  if (!preview || refuseWhileTraining()) return;
  const before = roles;
  roles = rolesAfterClick(roles, column, brush);
  const [name = '', role = 'unused'] = [preview.columns[column]?.name, roles[column]];
  place('column-said').textContent = `${name}: ${roleNames[role]}.`;
  if (before.indexOf('time') !== roles.indexOf('time')) {
    // The format was that of the other column.
    const { dateFormat: _, ...rest } = readReading(opened?.names);
    const formats = preview.columns[roles.indexOf('time')]?.formats ?? [];
    showReading(
      formats.length === 1 && formats[0] !== undefined ? { ...rest, dateFormat: formats[0] } : rest,
    );
  }
  hideResult();
  drawColumns();
  read();
}

function chooseBrush(role: Role): void {
  brush = role;
  element(`role-${role}`, HTMLInputElement).checked = true;
  place('role-hint').textContent = `${roleHints[role]} A second click takes it back.`;
}

/** What was clicked on against a problem. */
function choose(way: WayOn): void {
  if (!opened || refuseWhileTraining()) return;
  if (way.key !== undefined) {
    roles = roles.map((role, i) => (preview?.columns[i]?.name === way.key ? 'key' : role));
    drawColumns();
  }
  const { names = opened.names, ...reading } = { ...readReading(opened.names), ...way.reading };
  opened = { ...opened, names };
  showReading(reading);
  // The button is gone; who used the keyboard goes on here.
  if (preview) place('columns-heading').focus({ preventScroll: true });
  if (preview) read();
  else open(opened, reading);
}

function showFound(next: Found): void {
  found = next;
  showProblem(undefined);
  const { rows, series, from, to, plan, notes } = next;
  const several = series > 1 ? ` of ${series} series` : '';
  const facts = [
    `${counted(rows, 'row')}${several}, from ${isoText(from)} to ${isoText(to)}.`,
    `The target is “${plan.target}”, the time “${plan.time}”${plan.key.length > 0 ? `, the series key “${plan.key.join('”, “')}”` : ''}.`,
  ];
  const dates = readReading(opened?.names).dateFormat;
  if (dates !== undefined) facts.push(`Dates are read as ${dates}.`);
  place('found-notes').replaceChildren(...[...facts, ...notes].map((text) => make('li', {}, text)));
  place('found').hidden = false;
  showFoundSizes(next);
  train.disabled = isTraining;
}

function begin(): void {
  const chosen = choices();
  if (!chosen) firstWrongField()?.focus();
  if (!chosen || !found || isTraining) return;
  showFailure(place('run-error'), '', undefined);
  hideResult();
  enter(true);
  element('progress', HTMLProgressElement).value = 0;
  for (const id of ['stat-epoch', 'stat-loss', 'stat-validation', 'stat-left']) place(id).textContent = '–';
  place('run').hidden = false;
  place('run-said').textContent = 'Training…';
  ask({ type: 'train', ...chosen });
  stop.focus();
}

/** While it trains, nothing else can be chosen. */
function enter(training: boolean): void {
  isTraining = training;
  train.disabled = training || !found;
  stop.disabled = !training;
  const controls =
    '#columns :is(input, select, button), #training :is(input, select), #built-in button, #csv-file';
  for (const control of document.querySelectorAll<HTMLInputElement>(controls)) control.disabled = training;
}

function showProgress({ epoch, loss, validation, done, elapsed }: TrainingProgress): void {
  const { epochs = 0 } = readSettings() ?? {};
  element('progress', HTMLProgressElement).value = done;
  place('stat-epoch').textContent = `${epoch} of ${epochs}`;
  place('stat-loss').textContent = formatNumber(loss);
  place('stat-validation').textContent = validation === undefined ? '–' : formatNumber(validation);
  place('stat-left').textContent = formatSeconds((elapsed * (1 - done)) / Math.max(done, 1e-6));
}

function endTraining(sentence: string, goOnAt: HTMLElement): void {
  const { activeElement } = document;
  enter(false);
  place('run').hidden = true;
  place('run-said').textContent = sentence;
  if (activeElement === document.body || activeElement === stop) goOnAt.focus({ preventScroll: true });
}

function take(message: FromWorker): void {
  if (message.request !== latest) return;
  switch (message.type) {
    case 'preview':
      showPreview(message.preview);
      break;
    case 'found':
      showFound(message.found);
      break;
    case 'progress':
      showProgress(message.progress);
      break;
    case 'done':
      showResult(message.result);
      endTraining('Done: see below.', place('result-heading'));
      place('result').scrollIntoView({ block: 'nearest' });
      break;
    case 'stopped':
      endTraining('Stopped; nothing is kept.', train);
      break;
    case 'failed':
      fail(message);
      break;
  }
}

function fail({ during, failure, dates }: Extract<FromWorker, { readonly type: 'failed' }>): void {
  const told = tell(failure, dates);
  if (during === 'train') {
    endTraining('', train);
    showTold(place('run-error'), told, choose);
    return;
  }
  say('');
  found = undefined;
  train.disabled = true;
  if (during === 'open') showTold(place('file-problem'), told, choose);
  else showProblem(told);
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => take(message));
worker.addEventListener('error', ({ message }) => {
  showFailure(place('file-problem'), 'The worker of this page failed', {
    message: message || 'Its script could not be loaded.',
  });
});

place('built-in').append(
  ...builtIns.map((builtIn) => {
    const { file, name, about } = builtIn;
    const button = make(
      'button',
      { type: 'button', 'data-file': file, 'aria-pressed': 'false' },
      make('span', {}, name),
      ' ',
      make('span', { class: 'about' }, about),
    );
    button.addEventListener('click', () => openBuiltIn(builtIn));
    return button;
  }),
);
place('role-choices').append(
  ...brushes.map((role) => {
    const radio = make('input', {
      type: 'radio',
      name: 'role',
      id: `role-${role}`,
      value: role,
      autocomplete: 'off',
    });
    radio.addEventListener('change', () => chooseBrush(role));
    return make('label', {}, radio, make('span', {}, roleNames[role]));
  }),
);
chooseBrush('target');
onFiles(place('file-zone'), element('csv-file', HTMLInputElement), ([file]) => {
  if (file && !refuseWhileTraining()) open({ file, builtIn: undefined, names: undefined });
});
place('reading').addEventListener('change', () => {
  hideResult();
  read();
});
// Who types a number and clicks on Train leaves the field with that click: the button has to stay as it is.
place('training').addEventListener('change', () => {
  const chosen = choices();
  if (!chosen) return;
  showProgram(chosen);
  ask({ type: 'read', ...chosen });
});
checkWhileTyping(element('training', HTMLFormElement));
element('training', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  begin();
});
stop.addEventListener('click', () => worker.postMessage({ type: 'stop' } satisfies ToWorker));
addEventListener('beforeunload', (event) => {
  if (isTraining) event.preventDefault();
});
offerThreads();
copyOnClick(element('copy-code', HTMLButtonElement), place('code'));
scrollByKeyboard(place('preview'), 'The first rows of the file');
scrollByKeyboard(place('code'), 'Code');
