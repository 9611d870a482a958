/** The page Write: a network that writes, one of its units, and the training of another network. */
import { LstmOnnxError } from 'lstm-onnx/web';
import { element, place } from '../shared/element.js';
import { showFailure } from '../shared/failure.js';
import { Problem } from '../shared/problem.js';
import { formatCount } from '../shared/quantities.js';
import { offerThreads } from '../shared/threads.js';
import { trustOwnScripts } from '../shared/trusted-scripts.js';
import { showPrograms, startCode } from './code-view.js';
import type { FromWorker, Result, ToWorker } from './messages.js';
import { cutOf } from './plan.js';
import { trainingProgram, writingProgram } from './program.js';
import { hideResult, showResult } from './result-view.js';
import { firstWrongField, listenToSettings, readSettings, suggest } from './settings-form.js';
import { type LearnedText, TextSource } from './text-source.js';
import { formatPerplexity, TrainingView } from './training-view.js';
import { openWriter, type Writer } from './writer.js';
import { WritingCard } from './writing-card.js';
import { readWriting, setPrompt } from './writing-form.js';

const shippedFile = 'moby-dick.onnx';
/** As in the page. */
const shippedPrompt = element('prompt', HTMLTextAreaElement).defaultValue;

trustOwnScripts();
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const problem = new Problem<'model' | 'writing'>();
const training = new TrainingView();
const card = new WritingCard(problem, showCode);
let shipped: Writer | undefined;
let own: { readonly writer: Writer; readonly perplexity: number } | undefined;
/** What is to be learned, and what was learned last. */
let text: LearnedText | undefined;
let learned: LearnedText | undefined;

function ask(message: ToWorker): void {
  worker.postMessage(message);
}

/** The site's own model begins to write at once. */
async function openShipped(): Promise<void> {
  problem.mended('model');
  try {
    const url = new URL(shippedFile, document.baseURI);
    const response = await fetch(url).catch(() => undefined);
    if (!response?.ok) {
      throw new LstmOnnxError(
        'E_FILE_READ',
        `The model, ${url.pathname}, could not be fetched (${response?.status ?? 'no connection'}). Check the connection and try again.`,
      );
    }
    shipped = await openWriter(new Uint8Array(await response.arrayBuffer()));
    await useShipped(shipped);
  } catch (error) {
    problem.tell('model', 'The model could not be opened', error, () => void openShipped());
  }
}

async function useShipped(writer: Writer): Promise<void> {
  const held = writer.model.metadata.get('held_out_perplexity') ?? '–';
  await card.use(writer, `${unitsOf(writer)} that has read Moby-Dick but for its last chapters`, held);
}

async function useOwn({ writer, perplexity }: NonNullable<typeof own>): Promise<void> {
  await card.use(
    writer,
    `${unitsOf(writer)} that has read your text but for its end`,
    formatPerplexity(perplexity),
  );
}

function unitsOf({ model }: Writer): string {
  const state = model.inputs.find(({ name }) => name === 'h0');
  const [layers, , units] = state?.shape ?? [];
  return `An LSTM of ${units} units${layers === 1 ? '' : ` in each of ${layers} layers`}`;
}

/** Both programs, with what is chosen now. */
function showCode(): void {
  const { writer } = card;
  const options = writer && readWriting(writer);
  const settings = readSettings();
  if (!writer || !options) return;
  const isOwn = writer === own?.writer;
  const file = isOwn ? 'model.onnx' : shippedFile;
  showPrograms({
    model: isOwn ? { file } : { file, url: `./${shippedFile}` },
    write: writingProgram(file, options),
    train: text && settings ? trainingProgram(text.fileName, text.length, settings) : undefined,
  });
}

async function begin(): Promise<void> {
  if (training.isTraining) return;
  const settings = readSettings();
  const given = await source.current();
  if (!settings) firstWrongField()?.focus();
  if (!settings || !given) return;
  showFailure(place('run-error'), '', undefined);
  hideResult();
  learned = given;
  training.begin(settings.epochs * cutOf(given.length).stepsAnEpoch);
  ask({ type: 'train', text: given.text, settings });
}

function take(message: FromWorker): void {
  if (message.type === 'done' || message.type === 'stopped') showFailure(place('run-error'), '', undefined);
  switch (message.type) {
    case 'counted':
      training.compareWith(message.counting);
      break;
    case 'progress':
      training.show(message.progress);
      break;
    case 'sample':
      training.add(message.sample);
      break;
    case 'done':
      void finish(message.result);
      break;
    case 'stopped':
      training.end('Stopped before the first step; there is nothing to keep.');
      break;
    case 'failed':
      training.end('');
      showFailure(place('run-error'), 'Training ended', message.failure);
      break;
  }
}

async function finish(result: Result): Promise<void> {
  showResult(result, learned?.kinds ?? 0);
  training.end(
    `${result.stopped ? 'Stopped' : 'Done'} after ${formatCount(result.steps)} steps: see below.`,
    place('result-heading'),
  );
  try {
    const before = own?.writer;
    const writer = await openWriter(result.onnx);
    own = { writer, perplexity: result.perplexity };
    element('whose-own', HTMLInputElement).disabled = false;
    // Who reads what the network before has written goes on with the new one.
    if (before && card.writer === before) await writeWithOwn();
    await before?.model.release();
  } catch (error) {
    problem.tell('model', 'Your network could not be opened', error, () => void finish(result));
  }
}

async function writeWithOwn(): Promise<void> {
  if (!own || !learned) return;
  element('whose-own', HTMLInputElement).checked = true;
  setPrompt(beginningOf(learned.text));
  await useOwn(own);
}

/** Some words of a text. */
function beginningOf(whole: string): string {
  const [line = ''] = whole.trim().split('\n');
  const words = line.slice(0, 40).split(/(?<= )/);
  return words.length > 2 ? words.slice(0, -1).join('') : line.slice(0, 40);
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => take(message));
worker.addEventListener('error', ({ message }) => {
  showFailure(place('run-error'), 'The worker of this page failed', {
    message: message || 'Its script could not be loaded.',
  });
});
const source = new TextSource({
  onText(next) {
    text = next;
    if (next) suggest(next.length);
    showCode();
  },
  mayChange() {
    if (!training.isTraining) return true;
    const message = 'A network is being trained. Stop the training first.';
    showFailure(place('run-error'), 'Not now', { message });
    return false;
  },
});
listenToSettings(showCode);
element('training', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void begin();
});
element('stop', HTMLButtonElement).addEventListener('click', () => ask({ type: 'stop' }));
place('whose').addEventListener('change', () => {
  const isOwn = element('whose-own', HTMLInputElement).checked;
  if (isOwn) void writeWithOwn();
  else if (shipped) {
    setPrompt(shippedPrompt);
    void useShipped(shipped);
  }
});
place('write-with-it').addEventListener('click', () => {
  place('writing-heading').focus({ preventScroll: true });
  place('writing-heading').scrollIntoView({ block: 'start' });
  void writeWithOwn();
});
addEventListener('beforeunload', (event) => {
  if (training.isTraining) event.preventDefault();
});
offerThreads();
startCode();
void openShipped();
