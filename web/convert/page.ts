/** The page Convert: hands files and options to the worker, draws the network, offers what comes back. */
import { offerDownload, withdrawDownload } from '../shared/download-link.js';
import { element, make } from '../shared/element.js';
import { showFailure } from '../shared/failure.js';
import { onFiles } from '../shared/file-drop.js';
import { counted, formatBytes, formatCount } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { trustOwnScripts } from '../shared/trusted-scripts.js';
import { startConfinedWorker } from './confined-worker.js';
import { drawNetwork } from './diagram.js';
import { listed } from './drawing.js';
import type { DiagramNode, FromWorker, MadeFile, ModelDescription, ToWorker } from './messages.js';
import {
  offerArchitecture,
  prepareOptions,
  readArchitecture,
  readOnnxOptions,
  resetArchitecture,
} from './options.js';
import { sentence, withPageWords } from './wording.js';

const place = (id: string): HTMLElement => element(id, HTMLElement);
trustOwnScripts();
const worker = startConfinedWorker();
const onnxLink = make('a', { id: 'download-onnx', class: 'button primary' });
/** Never seen: the button makes the file, and this saves it. */
const checkpointLink = make('a', { hidden: '' });
const checkpointButton = make('button', { id: 'make-safetensors', type: 'button' }, 'As .safetensors');
let requests = 0;
/** Of each kind the number of the request that waits for its answer; all other answers come too late. */
const awaited: { reading?: number; onnx?: number; checkpoint?: number } = {};
/** Whether Download was clicked while the file was being made. */
let isWanted = false;
/** Whether no network of the file at hand was shown yet. */
let isNew = true;
let workerFailed = false;

function ask(message: ToWorker): void {
  worker.postMessage(message);
}

function read(files: readonly File[]): void {
  if (workerFailed) return;
  withdraw();
  isNew = true;
  resetArchitecture();
  place('workbench').hidden = true;
  place('status').textContent = `Reading ${files.map(({ name }) => name).join(', ')}…`;
  showFailure(place('error'), '', undefined);
  awaited.reading = ++requests;
  ask({ type: 'read', request: requests, files, architecture: readArchitecture() });
}

function reread(): void {
  makeLinkWait();
  showFailure(place('error'), '', undefined);
  awaited.reading = ++requests;
  ask({ type: 'reread', request: requests, architecture: readArchitecture() });
}

function convert(): void {
  makeLinkWait();
  showFailure(place('options-error'), '', undefined);
  place('made').textContent = 'Converting…';
  // A network that is still being read is converted when it is there.
  if (awaited.reading !== undefined) return;
  awaited.onnx = ++requests;
  ask({ type: 'convert', request: requests, options: readOnnxOptions() });
}

function writeCheckpoint(): void {
  awaited.checkpoint = ++requests;
  ask({ type: 'checkpoint', request: requests, labels: readOnnxOptions().labels });
}

/**
 * The link stays where it is while another file is made. Who types and then clicks on it leaves the field with that
 * click, and would click on nothing if the change took the link away.
 */
function makeLinkWait(): void {
  delete awaited.onnx;
  onnxLink.setAttribute('aria-disabled', 'true');
}

/** There is nothing to download. */
function withdraw(): void {
  makeLinkWait();
  delete awaited.checkpoint;
  isWanted = false;
  withdrawDownload(onnxLink);
  withdrawDownload(checkpointLink);
  onnxLink.hidden = true;
}

function showModel(model: ModelDescription): void {
  const { fileName, fileBytes, nodes, nodeCount, drawing, parameters, notes, preprocessing } = model;
  const words = [
    `${fileName}, ${formatBytes(fileBytes)}`,
    counted(parameters, 'parameter'),
    ...(preprocessing === undefined ? [] : [preprocessing]),
  ];
  place('model-facts').textContent = words.join(' · ');
  place('notes').replaceChildren(
    ...notes.map((note) => make('p', { class: 'notice warning small' }, sentence(note))),
  );
  place('diagram').replaceChildren(
    drawing
      ? drawNetwork(drawing)
      : make('p', { class: 'small' }, 'The network has too many parts and connections to draw.'),
  );
  const rest = nodeCount - nodes.length;
  const more = make('p', { class: 'small' }, `And ${formatCount(rest)} more.`);
  place('layers').replaceChildren(layerTable(nodes), ...(rest > 0 ? [more] : []));
  offerArchitecture(model.modules);
  showFailure(place('error'), '', undefined);
  if (isNew) element('labels', HTMLInputElement).value = model.labels.join(', ');
  place('model').hidden = false;
  place('options').hidden = false;
  place('workbench').hidden = false;
  place('status').textContent =
    `Read ${fileName}: ${counted(nodeCount, 'part')}, ${counted(parameters, 'parameter')}.`;
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
      make('td', {}, listed(reads)),
      make('td', {}, gives),
      make('td', { class: 'number' }, parameters > 0 ? formatCount(parameters) : ''),
    ),
  );
  return make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

function showConverted({ name, bytes, milliseconds }: MadeFile): void {
  offerDownload(onnxLink, name, bytes);
  onnxLink.hidden = false;
  onnxLink.removeAttribute('aria-disabled');
  place('made').textContent =
    `${name}: ${formatBytes(bytes.length)}, made in ${Math.max(1, Math.round(milliseconds))} ms.`;
  if (isWanted) onnxLink.click();
  isWanted = false;
}

function take(message: FromWorker): void {
  const { request } = message;
  switch (message.type) {
    case 'model':
      if (request !== awaited.reading) break;
      delete awaited.reading;
      showModel(message.model);
      break;
    case 'converted':
      if (request !== awaited.onnx) break;
      showConverted(message.file);
      break;
    case 'checkpoint':
      if (request !== awaited.checkpoint) break;
      offerDownload(checkpointLink, message.file.name, message.file.bytes);
      checkpointLink.click();
      break;
    case 'failed':
      if (Object.values(awaited).includes(request)) fail(message);
      break;
  }
}

function fail({ during, failure, modules }: Extract<FromWorker, { type: 'failed' }>): void {
  if (during === 'convert' || during === 'checkpoint') {
    if (during === 'convert') withdraw();
    place('made').textContent = '';
    showFailure(place('options-error'), 'This does not go together', failure);
    return;
  }
  delete awaited.reading;
  withdraw();
  place('status').textContent = '';
  const title = modules ? 'These weights need a word more' : 'This file cannot be read';
  const message = withPageWords(failure.message, failure.hints);
  showFailure(place('error'), title, { ...failure, message });
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
place('architecture').addEventListener('change', reread);
place('options').addEventListener('change', convert);
onnxLink.addEventListener('click', (event) => {
  if (!onnxLink.hasAttribute('aria-disabled')) return;
  event.preventDefault();
  isWanted = true;
});
checkpointButton.addEventListener('click', ({ detail }) => {
  // The second click of a double click would save the file twice.
  if (detail < 2) writeCheckpoint();
});
for (const form of ['architecture', 'options']) {
  place(form).addEventListener('submit', (event) => event.preventDefault());
}
