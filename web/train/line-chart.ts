/** A chart of one series over the steps of training, drawn as SVG in the size that it has on the page. */
import { makeSvg } from '../shared/element.js';
import { counted } from '../shared/quantities.js';
import type { Point } from '../shared/series.js';

export interface LineChartOptions {
  readonly title: string;
  /** The class of the line, which colours it. */
  readonly className: string;
  /** The upper end of the vertical axis. @default what the values need */
  readonly max?: number;
  format(value: number): string;
}

const margin = { left: 48, right: 12, top: 10, bottom: 24 };
const gridLines = 4;

export class LineChart {
  readonly #svg: SVGSVGElement;
  readonly #options: LineChartOptions;
  readonly #description: SVGDescElement;
  readonly #plot: SVGGElement;
  #points: readonly Point[] = [];
  #steps = 1;

  constructor(svg: SVGSVGElement, options: LineChartOptions) {
    this.#svg = svg;
    this.#options = options;
    this.#description = makeSvg('desc', { id: `${svg.id}-desc` });
    this.#plot = makeSvg('g', { 'aria-hidden': 'true' });
    const title = makeSvg('title', { id: `${svg.id}-title` }, options.title);
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-labelledby', `${svg.id}-title ${svg.id}-desc`);
    svg.replaceChildren(title, this.#description, this.#plot);
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  /**
   * @param steps where the horizontal axis ends
   * @param description what the line shows, in words
   */
  show(points: readonly Point[], steps: number, description: string): void {
    this.#points = points;
    this.#steps = Math.max(1, steps);
    this.#description.textContent = description;
    this.#draw();
  }

  #draw(): void {
    const { width, height } = this.#svg.getBoundingClientRect();
    if (width === 0) return;
    const { format, className } = this.#options;
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const max = this.#options.max ?? roundUp(Math.max(0, ...this.#points.map(({ mean }) => mean)));
    const [left, right, top, bottom] = [
      margin.left,
      width - margin.right,
      margin.top,
      height - margin.bottom,
    ];
    const x = (step: number): number => left + ((right - left) * step) / this.#steps;
    const y = (value: number): number => bottom - ((bottom - top) * Math.min(value, max)) / max;
    const grid = Array.from({ length: gridLines + 1 }, (_, i) => {
      const value = (max * i) / gridLines;
      const line = makeSvg('line', { x1: left, x2: right, y1: y(value), y2: y(value), class: 'grid-line' });
      const label = makeSvg('text', { x: left - 8, y: y(value) + 4, class: 'tick end' }, format(value));
      return [line, label];
    }).flat();
    const ends = [
      makeSvg('text', { x: left, y: height - 6, class: 'tick' }, '0'),
      makeSvg('text', { x: right, y: height - 6, class: 'tick end' }, counted(this.#steps, 'step')),
    ];
    const path = this.#points.map(
      ({ step, mean }, i) => `${i === 0 ? 'M' : 'L'}${round(x(step))} ${round(y(mean))}`,
    );
    const line = makeSvg('path', { d: path.join(''), class: `line ${className}` });
    const last = this.#points.at(-1);
    const dot = last
      ? [makeSvg('circle', { cx: x(last.step), cy: y(last.mean), r: 3.5, class: `dot ${className}` })]
      : [];
    this.#plot.replaceChildren(...grid, ...ends, line, ...dot);
  }
}

/** The next of 1, 2, 4, 6, 8, 10 times a power of ten: their quarters are short numbers. */
function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 4, 6, 8, 10].find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
