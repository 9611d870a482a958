/** The page Convert: hands files and options to the worker, draws the network, offers what comes back. */
import { offerDownload, withdrawDownload } from '../shared/download-link.js';
import { element, make } from '../shared/element.js';
import { showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { formatBytes, formatCount } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { startConfinedWorker } from './confined-worker.js';
import { drawNetwork } from './diagram.js';
import type { DiagramNode, FromWorker, MadeFile, ModelDescription, ToWorker } from './messages.js';
import {
  offerArchitecture,
  prepareOptions,
  readArchitecture,
  readOnnxOptions,
  resetArchitecture,
} from './options.js';

const place = (id: string): HTMLElement => element(id, HTMLElement);
const worker = startConfinedWorker();
const onnxLink = make('a', { id: 'download-onnx', class: 'button primary' });
const checkpointLink = make('a', { id: 'download-safetensors', class: 'button' });
const checkpointButton = make('button', { id: 'make-safetensors', type: 'button' }, 'As .safetensors');
/** Messages that the worker has not answered; only the last answer of a kind is shown. */
let pendingConversions = 0;
/** Whether no network of the file at hand was shown yet. */
let isNew = true;
let workerFailed = false;

function ask(message: ToWorker): void {
  worker.postMessage(message);
}

function read(files: readonly File[]): void {
  if (workerFailed) return;
  isNew = true;
  resetArchitecture();
  place('workbench').hidden = true;
  place('status').textContent = `Reading ${files.map(({ name }) => name).join(', ')}…`;
  showFailure(place('error'), '', undefined);
  ask({ type: 'read', files, architecture: readArchitecture() });
}

function convert(): void {
  withdraw();
  showFailure(place('options-error'), '', undefined);
  place('made').textContent = 'Converting…';
  pendingConversions++;
  ask({ type: 'convert', options: readOnnxOptions() });
}

function withdraw(): void {
  withdrawDownload(onnxLink);
  withdrawDownload(checkpointLink);
  onnxLink.hidden = true;
  checkpointLink.hidden = true;
  checkpointButton.hidden = false;
}

function showModel(model: ModelDescription): void {
  const { fileName, fileBytes, nodes, parameters, notes, preprocessing } = model;
  const words = [
    `${fileName}, ${formatBytes(fileBytes)}`,
    `${formatCount(parameters)} parameters`,
    ...(preprocessing === undefined ? [] : [preprocessing]),
  ];
  place('model-facts').textContent = words.join(' · ');
  place('notes').replaceChildren(
    ...notes.map((note) => make('p', { class: 'notice warning small' }, sentence(note))),
  );
  place('diagram').replaceChildren(drawNetwork(nodes));
  place('layers').replaceChildren(layerTable(nodes));
  offerArchitecture(model.modules);
  showFailure(place('error'), '', undefined);
  if (isNew) element('labels', HTMLInputElement).value = model.labels.join(', ');
  place('model').hidden = false;
  place('options').hidden = false;
  place('workbench').hidden = false;
  place('status').textContent =
    `Read ${fileName}: ${formatCount(nodes.length)} parts, ${formatCount(parameters)} parameters.`;
  isNew = false;
  convert();
}

function layerTable(nodes: readonly DiagramNode[]): HTMLTableElement {
  const head = ['Name', 'What it does', 'Reads', 'Gives', 'Parameters'].map((text) =>
    make('th', { scope: 'col' }, text),
  );
  const rows = nodes.map(({ name, what, reads, gives, parameters }) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row' }, name),
      make('td', {}, what),
      make('td', {}, reads.join(', ')),
      make('td', {}, gives),
      make('td', { class: 'number' }, parameters > 0 ? formatCount(parameters) : ''),
    ),
  );
  return make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

/** Notes of the library begin in lower case, as lines of a terminal do. */
function sentence(note: string): string {
  const text = note.charAt(0).toUpperCase() + note.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function showConverted({ name, bytes, milliseconds }: MadeFile): void {
  offerDownload(onnxLink, name, bytes);
  onnxLink.hidden = false;
  place('made').textContent =
    `${name}: ${formatBytes(bytes.length)}, made in ${Math.max(1, Math.round(milliseconds))} ms.`;
}

function take(message: FromWorker): void {
  switch (message.type) {
    case 'model':
      showModel(message.model);
      break;
    case 'converted':
      pendingConversions--;
      if (pendingConversions === 0) showConverted(message.file);
      break;
    case 'checkpoint':
      offerDownload(checkpointLink, message.file.name, message.file.bytes);
      checkpointLink.hidden = false;
      checkpointButton.hidden = true;
      checkpointLink.click();
      checkpointLink.focus();
      break;
    case 'failed':
      fail(message);
      break;
  }
}

function fail({ during, failure, modules }: Extract<FromWorker, { type: 'failed' }>): void {
  if (during === 'convert' || during === 'checkpoint') {
    if (during === 'convert') pendingConversions--;
    place('made').textContent = '';
    showFailure(place('options-error'), 'This does not go together', failure);
    return;
  }
  place('status').textContent = '';
  if (modules) {
    const way = 'On this page: choose below, or give the weights together with a JSON file of the network.';
    const message = `${failure.message} ${way}`;
    showFailure(place('error'), 'These weights need a word more', { ...failure, message });
  } else showFailure(place('error'), 'This file cannot be read', failure);
  // With the architecture's form the person can say what is missing; there is no network to show yet.
  offerArchitecture(modules);
  place('workbench').hidden = modules === undefined;
  place('model').hidden = true;
  place('options').hidden = true;
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => take(message));
worker.addEventListener('error', ({ message }) => {
  workerFailed = true;
  showFailure(place('error'), 'The worker of this page failed', {
    message: message || 'Its script could not be loaded.',
  });
});

prepareOptions();
place('downloads').append(onnxLink, checkpointButton, checkpointLink);
withdraw();
scrollByKeyboard(place('diagram'), 'Drawing of the network');
scrollByKeyboard(place('layers'), 'Layers');
onFiles(place('drop'), element('files', HTMLInputElement), read);
place('architecture').addEventListener('change', () => {
  showFailure(place('error'), '', undefined);
  ask({ type: 'reread', architecture: readArchitecture() });
});
place('options').addEventListener('change', convert);
checkpointButton.addEventListener('click', () =>
  ask({ type: 'checkpoint', labels: readOnnxOptions().labels }),
);
for (const form of ['architecture', 'options']) {
  place(form).addEventListener('submit', (event) => event.preventDefault());
}
