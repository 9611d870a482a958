/** The page Draw a digit: what is drawn, or a sample, goes through the network row by row, again with every move. */

import { bestOf, percentOf, sureSince } from '../shared/beliefs.js';
import { onSchemeChange } from '../shared/colour-scale.js';
import { type DigitImage, forgetDigit, keepDigit, keptDigit } from '../shared/digit-image.js';
import { fetchDigitModel } from '../shared/digit-model.js';
import { element, place } from '../shared/element.js';
import { Problem } from '../shared/problem.js';
import { SampleButtons } from '../shared/sample-buttons.js';
import { loadSamples } from '../shared/samples.js';
import { BeliefsView } from './beliefs-view.js';
import { offerProviders } from './chosen-provider.js';
import { Pad } from './pad.js';
import { DigitReader, type ProviderName, type Reading } from './reader.js';
import { RuntimeCard } from './runtime-card.js';
import { imageOf } from './stroke-image.js';

const problem = new Problem<'network' | 'samples'>();
const answer = place('answer');
const answerText = place('answer-text');
const announcement = place('announcement');
const view = new BeliefsView();
const runtime = new RuntimeCard();

/** What is on the pad: undefined while it is empty. `done` when the pen is up, which is when it is worth saying. */
let wanted: { readonly image: DigitImage; readonly done: boolean; readonly picture: number } | undefined;
/** Which picture is on the pad: an emptied pad and a sample begin another, of which older readings say nothing. */
let picture = 0;
/** How often a provider was started: the last start counts, even if an earlier one of the same provider ends after it. */
let starts = 0;
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
    place('pen-state').textContent = down ? 'Pen down' : 'Pen up';
  },
});
const samples = new SampleButtons(place('samples'), (image) => {
  pad.show(image);
  picture++;
  want(image, true);
});

function clear(): void {
  picture++;
  wanted = undefined;
  forgetDigit();
  view.show(new Float32Array(28 * 28), undefined);
  answer.textContent = '';
  answerText.textContent = 'Draw something, or choose a sample.';
  announcement.textContent = '';
}

function want(image: DigitImage, done: boolean): void {
  wanted = { image, done, picture };
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
      if (last.picture === picture && by === reader) tell(last.image, reading, last.done);
    } catch (error) {
      // A reader that was released under way, for another provider, has nothing to say.
      if (by === reader) {
        problem.tell('network', 'The digit could not be read', error, () => location.reload());
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
  const own = ++starts;
  const before = reader;
  reader = undefined;
  runtime.starting(name);
  problem.mended('network');
  try {
    const bytes = modelBytes ?? (await fetchDigitModel());
    const started = performance.now();
    const opened = await DigitReader.open(bytes, name);
    modelBytes = bytes;
    // Another provider may have been chosen meanwhile, and this one again.
    if (own !== starts) return void opened.release();
    reader = opened;
    runtime.started(opened.model, bytes.length, performance.now() - started);
    void readOn();
  } catch (error) {
    if (own !== starts) return;
    runtime.failed();
    problem.tell('network', `The network could not be started on ${name}`, error, () => void start(name));
  } finally {
    await before?.release();
  }
}

async function offerSamples(): Promise<void> {
  problem.mended('samples');
  try {
    samples.offer(await loadSamples());
  } catch (error) {
    problem.tell('samples', 'The sample digits could not be loaded', error, () => void offerSamples());
  }
}

element('clear', HTMLButtonElement).addEventListener('click', () => pad.clear());
element('undo', HTMLButtonElement).addEventListener('click', () => pad.undo());
onSchemeChange(() => {
  view.paint();
  pad.paint();
  samples.paint();
});

void start(offerProviders((name) => void start(name)));
void offerSamples();
const kept = keptDigit();
if (kept) {
  pad.show(kept);
  want(kept, true);
}
