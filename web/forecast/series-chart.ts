/** A chart of one series: what came, and one forecast with its interval beside forecasts that take no training. */
import type uPlot from 'uplot';
import { onSchemeChange } from '../shared/colour-scale.js';
import { loadPlot } from '../shared/load-plot.js';
import { formatNumber } from '../shared/quantities.js';
import { isoText } from './date-text.js';
import type { ShownForecast, ShownSeries } from './messages.js';

export interface Shown {
  readonly series: ShownSeries;
  readonly forecast: ShownForecast;
  /** The first time that is drawn. */
  readonly from: number;
}

const HEIGHT = 340;
const HEIGHT_OF_SMALL = 260;

type Line = (number | null)[];

/** Of each distance of the ticks: the label, and what a new year and a new day add below it. */
const dateLabels: (string | number | null)[][] = (
  [
    [365 * 86_400, '{YYYY}', null, null],
    [28 * 86_400, '{MMM}', '\n{YYYY}', null],
    [86_400, '{D} {MMM}', '\n{YYYY}', null],
    [60, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', '\n{D} {MMM}'],
    [1, '{HH}:{mm}:{ss}', '\n{D} {MMM} {YYYY}', '\n{D} {MMM}'],
  ] as const
).map(([seconds, label, year, day]) => [seconds, label, year, null, day, null, null, null, 1]);

export class SeriesChart {
  readonly #place: HTMLElement;
  readonly #readout: HTMLElement;
  #shown: Shown | undefined;
  #plot: uPlot | undefined;

  /** @param readout says the numbers under the pointer */
  constructor(place: HTMLElement, readout: HTMLElement) {
    this.#place = place;
    this.#readout = readout;
    new ResizeObserver(() => this.#resize()).observe(place);
    onSchemeChange(() => this.#draw());
  }

  show(shown: Shown): void {
    this.#shown = shown;
    this.#draw();
  }

  #size(): { width: number; height: number } {
    const { width } = this.#place.getBoundingClientRect();
    return { width, height: width < 500 ? HEIGHT_OF_SMALL : HEIGHT };
  }

  #resize(): void {
    const size = this.#size();
    if (size.width === 0) return;
    if (this.#plot) this.#plot.setSize(size);
    else this.#draw();
  }

  async #draw(): Promise<void> {
    const Plot = await loadPlot();
    const size = this.#size();
    if (!this.#shown || size.width === 0) return;
    this.#plot?.destroy();
    this.#plot = new Plot(
      { ...size, ...optionsOf(Plot, (index) => this.#read(index)) },
      linesOf(this.#shown),
      this.#place,
    );
  }

  #read(index: number | null | undefined): void {
    const data = this.#plot?.data;
    if (index === null || index === undefined || !data) {
      this.#readout.textContent = '';
      return;
    }
    const at = (line: number) => data[line]?.[index] ?? undefined;
    const [came, low, high, median] = [at(1), at(2), at(3), at(4)];
    const parts = [
      ...(came === undefined ? [] : [`came ${formatNumber(came)}`]),
      ...(median === undefined || low === undefined || high === undefined
        ? []
        : [`forecast ${formatNumber(median)} (${formatNumber(low)} to ${formatNumber(high)})`]),
    ];
    this.#readout.textContent = `${isoText((data[0][index] ?? 0) * 1000)}: ${parts.join(', ')}`;
  }
}

/** Time in seconds, what came, low, high, median, seasonal naive, naive. */
function linesOf({ series, forecast, from }: Shown): uPlot.AlignedData {
  const rows = new Map<number, Line>();
  const empty = (): Line => [null, null, null, null, null, null];
  for (const [i, time] of series.times.entries()) {
    if (time < from) continue;
    const value = series.values[i] ?? Number.NaN;
    rows.set(time, [Number.isNaN(value) ? null : value, null, null, null, null, null]);
  }
  const { times, low, high, median, past } = forecast;
  for (const [i, time] of times.entries()) {
    const row = rows.get(time) ?? empty();
    const own = [low[i], high[i], median[i], past?.seasonalNaive[i], past?.naive[i]];
    rows.set(time, [row[0] ?? null, ...own.map((value) => value ?? null)]);
  }
  const sorted = [...rows].toSorted(([a], [b]) => a - b);
  return [
    sorted.map(([time]) => time / 1000),
    ...Array.from({ length: 6 }, (_, line) => sorted.map(([, row]) => row[line] ?? null)),
  ] as uPlot.AlignedData;
}

function optionsOf(
  Plot: typeof uPlot,
  read: (index: number | null | undefined) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: colour('ink-soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const none = { points: { show: false } };
  return {
    tzDate: (seconds) => Plot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    hooks: { setCursor: [({ cursor }) => read(cursor.idx)] },
    axes: [
      { ...axis, size: 42, values: dateLabels },
      { ...axis, size: sizeOfAxis },
    ],
    series: [
      {},
      { ...none, stroke: colour('ink'), width: 1.5 },
      { ...none, stroke: 'transparent' },
      { ...none, stroke: 'transparent' },
      { ...none, stroke: colour('series-1'), width: 2.5 },
      { ...none, stroke: colour('series-2'), width: 1.5, dash: [6, 4] },
      { ...none, stroke: colour('series-3'), width: 1.5, dash: [2, 3] },
    ],
    // Colours of tokens.css have six digits; these two more say how much of them is seen.
    bands: [{ series: [3, 2], fill: `${colour('series-1')}40` }],
  };
}

/** As wide as its longest number. */
function sizeOfAxis(_: uPlot, values: readonly string[] | null): number {
  return 20 + 7 * Math.max(0, ...(values ?? []).map((value) => value.length));
}
