/** The card of the training: its button, and how far it is. */
import { element, place } from '../shared/element.js';
import { formatNumber, formatSeconds } from '../shared/quantities.js';
import type { TrainingProgress } from './messages.js';

const train = element('train', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);
const progressBar = element('progress', HTMLProgressElement);
/** What would change the data or the settings of a training. */
const controls =
  '#columns :is(input, select, button), #training :is(input, select), #built-in button, #csv-file';

export class TrainingView {
  #epochs = 0;
  #isTraining = false;
  #mayTrain = false;

  get isTraining(): boolean {
    return this.#isTraining;
  }

  /** @param mayTrain whether there are series that can be trained on */
  allow(mayTrain: boolean): void {
    this.#mayTrain = mayTrain;
    train.disabled = this.#isTraining || !mayTrain;
  }

  say(sentence: string): void {
    place('run-said').textContent = sentence;
  }

  begin(epochs: number): void {
    this.#epochs = epochs;
    progressBar.value = 0;
    for (const id of ['stat-epoch', 'stat-loss', 'stat-validation', 'stat-left']) place(id).textContent = '–';
    place('run').hidden = false;
    this.say('Training…');
    this.#enter(true);
    stop.focus();
  }

  show({ epoch, loss, validation, done, elapsed }: TrainingProgress): void {
    progressBar.value = done;
    place('stat-epoch').textContent = `${epoch} of ${this.#epochs}`;
    place('stat-loss').textContent = formatNumber(loss);
    place('stat-validation').textContent = Number.isNaN(validation) ? '–' : formatNumber(validation);
    place('stat-left').textContent = formatSeconds((elapsed * (1 - done)) / Math.max(done, 1e-6));
  }

  /** Who had the focus on Stop, which is disabled now, goes on at another place. */
  end(sentence: string, goOnAt: HTMLElement = train): void {
    const { activeElement } = document;
    this.#enter(false);
    place('run').hidden = true;
    this.say(sentence);
    if (activeElement === document.body || activeElement === stop) goOnAt.focus({ preventScroll: true });
  }

  /** While it trains, nothing else can be chosen. */
  #enter(isTraining: boolean): void {
    this.#isTraining = isTraining;
    stop.disabled = !isTraining;
    for (const control of document.querySelectorAll<HTMLInputElement>(controls))
      control.disabled = isTraining;
    this.allow(this.#mayTrain);
  }
}
