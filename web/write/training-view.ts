/** The card of the training: how far it is, how unsure the network is, and what it writes by now. */
import { element, make, place } from '../shared/element.js';
import { formatCount, formatSeconds } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { Series } from '../shared/series.js';
import type { Progress, Sample } from './messages.js';
import { PerplexityChart } from './perplexity-chart.js';

const train = element('train', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);
const progressBar = element('progress', HTMLProgressElement);
/** Milliseconds for which a sentence is left to be read out. */
const speechInterval = 8000;
/** What would change the text or the settings of a training. */
const controls = '#training :is(input, select, textarea)';

export class TrainingView {
  readonly #seen = new Series();
  readonly #chart = new PerplexityChart(place('chart'));
  #held: { readonly step: number; readonly mean: number }[] = [];
  #steps = 1;
  #counting: number | undefined;
  #isTraining = false;
  #lastSaid = 0;

  constructor() {
    scrollByKeyboard(place('samples-scroll'), 'Samples, the newest first');
  }

  get isTraining(): boolean {
    return this.#isTraining;
  }

  say(sentence: string): void {
    place('run-said').textContent = sentence;
    this.#lastSaid = performance.now();
  }

  /** @param steps how many there will be */
  begin(steps: number): void {
    this.#steps = steps;
    this.#seen.clear();
    this.#held = [];
    this.#counting = undefined;
    progressBar.value = 0;
    place('samples').replaceChildren();
    for (const id of ['step', 'perplexity', 'held', 'speed', 'left']) place(`stat-${id}`).textContent = '–';
    place('run').hidden = false;
    this.#draw();
    this.say('Training…');
    this.#enter(true);
    stop.focus();
  }

  /** @param counting the perplexity of a model that counts */
  compareWith(counting: number): void {
    this.#counting = counting;
    this.#draw();
  }

  show({ step, of, charactersPerSecond, elapsed, points }: Progress): void {
    points.steps.forEach((at, i) => void this.#seen.add(at, points.losses[i] ?? 0));
    progressBar.value = step / of;
    place('stat-step').textContent = `${formatCount(step)} of ${formatCount(of)}`;
    place('stat-perplexity').textContent = formatPerplexity(Math.exp(this.#seen.recent ?? Number.NaN));
    place('stat-speed').textContent = charactersPerSecond > 0 ? formatCount(charactersPerSecond) : '–';
    place('stat-left').textContent = formatSeconds((elapsed * (of - step)) / Math.max(1, step));
    this.#draw();
  }

  add({ step, perplexity, text }: Sample): void {
    this.#held.push({ step, mean: perplexity });
    place('stat-held').textContent = formatPerplexity(perplexity);
    const at = `Step ${formatCount(step)} · perplexity ${formatPerplexity(perplexity)}`;
    place('samples').prepend(
      make('li', {}, make('p', { class: 'at' }, at), make('p', { class: 'script' }, text.trim())),
    );
    this.#draw();
    if (this.#isTraining && performance.now() - this.#lastSaid > speechInterval) {
      this.say(`Step ${formatCount(step)}: perplexity ${formatPerplexity(perplexity)} on text held back.`);
    }
  }

  /** Who had the focus on Stop, which is disabled now, goes on at another place. */
  end(sentence: string, goOnAt: HTMLElement = train): void {
    const { activeElement } = document;
    this.#enter(false);
    this.say(sentence);
    if (activeElement === document.body || activeElement === stop) goOnAt.focus({ preventScroll: true });
  }

  #enter(isTraining: boolean): void {
    this.#isTraining = isTraining;
    stop.disabled = !isTraining;
    train.disabled = isTraining;
    for (const control of document.querySelectorAll<HTMLInputElement>(controls))
      control.disabled = isTraining;
  }

  #draw(): void {
    const losses = this.#seen.points;
    this.#chart.show({ losses, held: this.#held, counting: this.#counting, steps: this.#steps });
    const [first] = losses;
    const ends = [first?.mean, this.#seen.recent].map((loss) => formatPerplexity(Math.exp(loss ?? 0)));
    const words = first ? `: from ${ends.join(' to ')}` : '';
    place('chart').setAttribute('aria-label', `Perplexity over the steps of training${words}`);
  }
}

/** `4.37`, `61.2`. */
export function formatPerplexity(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value < 10 ? value.toFixed(2) : value < 1000 ? value.toFixed(1) : formatCount(value);
}
