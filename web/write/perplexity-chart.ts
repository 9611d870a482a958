/** How the perplexity falls: on the text that is learned, and on the part held back. */
import type uPlot from 'uplot';
import { onSchemeChange } from '../shared/colour-scale.js';
import { loadPlot } from '../shared/load-plot.js';
import type { Point } from '../shared/series.js';

/** Milliseconds between drawings. */
const drawInterval = 250;
/** The numbers that the axis shows, beside their tenfold and hundredfold. */
const shown = [1, 1.5, 2, 3, 5, 7];

export interface Curves {
  /** The losses of batches; of a few together the perplexity is drawn, since pieces of a text are not alike. */
  readonly losses: readonly Point[];
  /** Perplexities. */
  readonly held: readonly Point[];
  /** The perplexity of a model that counts, once it is known. */
  readonly counting: number | undefined;
  /** Where the horizontal axis ends. */
  readonly steps: number;
}

export class PerplexityChart {
  readonly #place: HTMLElement;
  #curves: Curves = { losses: [], held: [], counting: undefined, steps: 1 };
  #plot: uPlot | undefined;
  #drawnFor = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#resize()).observe(place);
    onSchemeChange(() => void this.#draw());
  }

  show(curves: Curves): void {
    this.#curves = curves;
    if (curves.steps !== this.#drawnFor) void this.#draw();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#plot?.setData(dataOf(this.#curves));
    }, drawInterval);
  }

  #resize(): void {
    const { width, height } = this.#place.getBoundingClientRect();
    if (width === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height });
    else void this.#draw();
  }

  async #draw(): Promise<void> {
    const Plot = await loadPlot();
    const { width, height } = this.#place.getBoundingClientRect();
    if (width === 0) return;
    this.#plot?.destroy();
    this.#drawnFor = this.#curves.steps;
    this.#plot = new Plot(
      { width, height, ...optionsOf(this.#curves.steps) },
      dataOf(this.#curves),
      this.#place,
    );
  }
}

function dataOf({ losses, held, counting, steps }: Curves): uPlot.AlignedData {
  const seen = smoothed(losses).map(({ step, mean }) => ({ step, mean: Math.exp(mean) }));
  const rows = new Map<number, [number | null, number | null]>();
  for (const { step, mean } of seen) rows.set(step, [mean, null]);
  for (const { step, mean } of held) rows.set(step, [rows.get(step)?.[0] ?? null, mean]);
  // A line from end to end.
  for (const step of [0, steps]) rows.set(step, rows.get(step) ?? [null, null]);
  const sorted = [...rows].sort(([a], [b]) => a - b);
  return [
    sorted.map(([step]) => step),
    sorted.map(([, [value]]) => value),
    sorted.map(([, [, value]]) => value),
    sorted.map(([step]) => (step === 0 || step === steps ? (counting ?? null) : null)),
  ];
}

/** Each the mean of itself and those before it, a twenty-fifth of all. */
function smoothed(points: readonly Point[]): Point[] {
  const window = Math.ceil(points.length / 25);
  let sum = 0;
  return points.map(({ step, mean }, i) => {
    sum += mean - (points[i - window]?.mean ?? 0);
    return { step, mean: sum / Math.min(i + 1, window) };
  });
}

function optionsOf(steps: number): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('ink-soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [0, steps] },
      y: { distr: 3, range: (_, low, high) => reach(low, high) },
    },
    axes: [
      { ...axis, size: 34 },
      {
        ...axis,
        size: 44,
        splits: (_, __, low, high) => numbersFrom(low, high),
        values: (_, values) => values.map(String),
        filter: (_, values) => values,
      },
    ],
    series: [
      {},
      { stroke: colour('series-1'), width: 2, points: { show: false }, spanGaps: true },
      {
        stroke: colour('series-2'),
        width: 2,
        dash: [6, 4],
        spanGaps: true,
        points: { show: true, size: 6, fill: colour('series-2'), stroke: colour('series-2') },
      },
      { stroke: colour('series-3'), width: 1.5, dash: [2, 3], spanGaps: true, points: { show: false } },
    ],
  };
}

/** The numbers between two that the axis shows. */
function numbersFrom(low: number, high: number): number[] {
  return [1, 10, 100, 1000]
    .flatMap((power) => shown.map((value) => Math.round(value * power * 10) / 10))
    .filter((value) => value >= low && value <= high);
}

/** From the number below the least to the one above the most. */
function reach(low: number, high: number): [number, number] {
  if (!(low > 0)) return [1, 100];
  const all = numbersFrom(1, 1e4);
  return [all.findLast((value) => value <= low) ?? 1, all.find((value) => value >= high) ?? high];
}
