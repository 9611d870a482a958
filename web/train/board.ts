/** The part of the page that shows a run: figures, charts, and now and then a sentence for those who listen. */
import { element } from '../shared/element.js';
import { formatCount, formatNumber, formatSeconds } from '../shared/quantities.js';
import { Series } from '../shared/series.js';
import { LineChart } from './line-chart.js';
import type { DataSummary, Progress, TrainingOptions } from './messages.js';

const place = (id: string): HTMLElement => element(id, HTMLElement);

/** Milliseconds between drawings of the charts. */
const drawInterval = 200;
/** Milliseconds for which a sentence is left to be read out before the next epoch is told. */
const speechInterval = 5000;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

export class Board {
  readonly #loss = new Series();
  readonly #accuracy = new Series();
  readonly #progress = element('progress', HTMLProgressElement);
  readonly #lossChart = new LineChart(element('loss-chart', SVGSVGElement), {
    title: 'Loss of the batches over the steps of training',
    className: 'loss',
    format: formatNumber,
  });
  readonly #accuracyChart = new LineChart(element('accuracy-chart', SVGSVGElement), {
    title: 'Accuracy of the batches over the steps of training',
    className: 'metric',
    max: 1,
    format: (value) => `${Math.round(value * 100)} %`,
  });
  #epochs = 1;
  #steps = 1;
  #saidEpoch = 0;
  #lastSaid = 0;
  #lastDraw = 0;

  /** Makes ready for a run. */
  begin(data: DataSummary, { epochs, batchSize }: TrainingOptions): void {
    this.#epochs = epochs;
    this.#steps = epochs * Math.ceil(data.train / batchSize);
    this.clear();
  }

  /** Forgets the run before. */
  clear(): void {
    this.#saidEpoch = 0;
    this.#loss.clear();
    this.#accuracy.clear();
    for (const id of ['stat-epoch', 'stat-step', 'stat-loss', 'stat-accuracy', 'stat-speed', 'stat-time']) {
      place(id).textContent = '–';
    }
    this.#progress.max = this.#steps;
    this.#progress.value = 0;
    this.#draw();
  }

  show({ epoch, step, stepsAnEpoch, samplesPerSecond, elapsed, points }: Progress): void {
    points.steps.forEach((at, i) => {
      this.#loss.add(at, points.losses[i] ?? 0);
      this.#accuracy.add(at, points.accuracies[i] ?? 0);
    });
    const done = (epoch - 1) * stepsAnEpoch + step;
    this.#progress.value = done;
    place('stat-epoch').textContent = `${epoch} of ${this.#epochs}`;
    place('stat-step').textContent = `${formatCount(step)} of ${formatCount(stepsAnEpoch)}`;
    place('stat-loss').textContent = formatNumber(this.#loss.recent ?? Number.NaN);
    place('stat-accuracy').textContent = this.#recentAccuracy();
    place('stat-speed').textContent = samplesPerSecond > 0 ? formatCount(samplesPerSecond) : '–';
    place('stat-time').textContent = formatSeconds(elapsed);
    const isFirst = this.#saidEpoch === 0;
    const hasTime = performance.now() - this.#lastSaid >= speechInterval;
    if (isFirst || (epoch !== this.#saidEpoch && hasTime)) {
      this.#saidEpoch = epoch;
      this.say(
        epoch === 1
          ? `Training, epoch 1 of ${this.#epochs}.`
          : `Epoch ${epoch} of ${this.#epochs}. ${this.#inWords()}`,
      );
    }
    const now = performance.now();
    if (now - this.#lastDraw < drawInterval && done < this.#steps) return;
    this.#lastDraw = now;
    this.#draw();
  }

  /** A sentence that screen readers read out. */
  say(sentence: string): void {
    place('status').textContent = sentence;
    this.#lastSaid = performance.now();
  }

  /** Draws what came since the charts were drawn last. */
  #draw(): void {
    const words = this.#inWords();
    this.#lossChart.show(this.#loss.points, this.#steps, words);
    this.#accuracyChart.show(this.#accuracy.points, this.#steps, words);
  }

  #inWords(): string {
    const [first] = this.#loss.points;
    if (!first) return 'Nothing yet.';
    return `Loss from ${formatNumber(first.mean)} to ${formatNumber(this.#loss.recent ?? 0)}, accuracy ${this.#recentAccuracy()}.`;
  }

  #recentAccuracy(): string {
    const { recent } = this.#accuracy;
    return recent === undefined ? '–' : percent(recent);
  }
}
