/** The page Draw a digit: what is drawn, or a sample, goes through the network row by row, again with every move. */

import { bestOf, percentOf, sureSince } from '../shared/beliefs.js';
import { onSchemeChange } from '../shared/colour-scale.js';
import { type DigitImage, keepDigit } from '../shared/digit-image.js';
import { fetchDigitModel } from '../shared/digit-model.js';
import { element } from '../shared/element.js';
import { failureOf, showFailure } from '../shared/failure.js';
import { SampleButtons } from '../shared/sample-buttons.js';
import { loadSamples } from '../shared/samples.js';
import { BeliefsView } from './beliefs-view.js';
import { Pad } from './pad.js';
import { DigitReader, type ProviderName, type Reading } from './reader.js';
import { RuntimeCard } from './runtime-card.js';
import { imageOf } from './stroke-image.js';

const problem = element('problem', HTMLElement);
const retry = element('retry-row', HTMLElement);
const answer = element('answer', HTMLElement);
const answerText = element('answer-text', HTMLElement);
const announcement = element('announcement', HTMLElement);
const view = new BeliefsView();
const runtime = new RuntimeCard();

/** What is on the pad: undefined while it is empty. `done` when the pen is up, which is when it is worth saying. */
let wanted: { readonly image: DigitImage; readonly done: boolean } | undefined;
let provider: ProviderName = 'simd';
let reader: DigitReader | undefined;
/** The model's file, once it has proved to be one. */
let modelBytes: Uint8Array | undefined;
let isReading = false;

const pad = new Pad(element('pad', HTMLCanvasElement), {
  onStrokes(strokes, done) {
    samples.unchoose();
    if (strokes.length === 0) clear();
    else want(imageOf(strokes), done);
  },
  onPen(down) {
    element('pen-state', HTMLElement).textContent = down ? 'Pen down' : 'Pen up';
  },
});
const samples = new SampleButtons(element('samples', HTMLElement), (image) => {
  pad.show(image);
  want(image, true);
});

function clear(): void {
  wanted = undefined;
  view.show(new Float32Array(28 * 28), undefined);
  answer.textContent = '';
  answerText.textContent = 'Draw something, or choose a sample.';
  announcement.textContent = '';
}

function want(image: DigitImage, done: boolean): void {
  wanted = { image, done };
  if (done) keepDigit(image);
  void readOn();
}

/** Reads what is on the pad until nothing newer is; what was overtaken while a reading ran is never read. */
async function readOn(): Promise<void> {
  if (isReading) return;
  isReading = true;
  let [last, by]: [typeof wanted, typeof reader] = [undefined, undefined];
  while (reader && wanted && (wanted !== last || reader !== by)) {
    [last, by] = [wanted, reader];
    try {
      const reading = await by.read(last.image);
      if (wanted && by === reader) tell(last.image, reading, last.done);
    } catch (error) {
      // A reader that was released under way, for another provider, has nothing to say.
      if (by === reader) {
        fail('The digit could not be read', error);
        break;
      }
    }
  }
  isReading = false;
}

function tell(image: DigitImage, { beliefs, took }: Reading, done: boolean): void {
  runtime.took(took);
  view.show(image, beliefs);
  const final = beliefs.subarray(-10);
  const digit = bestOf(final);
  const share = percentOf(final[digit] ?? 0);
  answer.textContent = String(digit);
  const since = sureSince(beliefs);
  answerText.textContent =
    since === undefined
      ? `${share} sure: never more than half.`
      : `${share} sure; more than half sure since row ${since} of 28.`;
  if (done) announcement.textContent = `The network reads ${digit}, ${share} sure.`;
}

/** Opens the model on a provider; what is on the pad is read again. */
async function start(name: ProviderName): Promise<void> {
  provider = name;
  const before = reader;
  reader = undefined;
  runtime.starting(name);
  showFailure(problem, '', undefined);
  retry.hidden = true;
  try {
    const bytes = modelBytes ?? (await fetchDigitModel());
    const started = performance.now();
    const opened = await DigitReader.open(bytes, name);
    modelBytes = bytes;
    // Another provider may have been chosen meanwhile.
    if (provider !== name) return void opened.release();
    reader = opened;
    runtime.started(opened.model, bytes.length, performance.now() - started);
    void readOn();
  } catch (error) {
    if (provider !== name) return;
    runtime.failed();
    fail(`The network could not be started on ${name}`, error);
  } finally {
    await before?.release();
  }
}

function fail(title: string, error: unknown): void {
  showFailure(problem, title, failureOf(error));
  retry.hidden = false;
}

element('clear', HTMLButtonElement).addEventListener('click', () => pad.clear());
element('undo', HTMLButtonElement).addEventListener('click', () => pad.undo());
element('retry', HTMLButtonElement).addEventListener('click', () => void start(provider));
element('provider', HTMLElement).addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) void start(target.value === 'wasm' ? 'wasm' : 'simd');
});
onSchemeChange(() => {
  view.paint();
  pad.paint();
  samples.paint();
});

void start('simd');
loadSamples().then(
  (images) => samples.offer(images),
  (error: unknown) => fail('The sample digits could not be loaded', error),
);
