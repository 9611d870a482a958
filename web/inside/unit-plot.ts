/**
 * One unit through time: its gates in one plot, from 0 to 1, and what they act on in another, around 0. Lines differ
 * in dashes as well as colour, and end in their symbols.
 */
import { makeSvg } from '../shared/element.js';
import { type QuantityName, quantities, type Trace, valueAt } from './quantity.js';

const gates = ['forget', 'input', 'output'] as const;
const signals = ['candidate', 'cell', 'hidden'] as const;

const size = { width: 320, plot: 96, gap: 22, left: 26, right: 20, top: 8 };
/** How near each other two symbols at the ends of lines may be. */
const leastApart = 13;

export class UnitPlot {
  readonly #place: HTMLElement;
  #cursor: SVGLineElement | undefined;
  #rows = 0;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  show(trace: Trace, unit: number): void {
    this.#rows = trace.rows;
    const bottom = size.top + 2 * size.plot + size.gap;
    this.#cursor = makeSvg('line', { class: 'plot-cursor', y1: size.top, y2: bottom });
    const reach = reachOfUnit(trace, unit);
    const svg = makeSvg(
      'svg',
      {
        viewBox: `0 0 ${size.width} ${bottom + 18}`,
        role: 'img',
        'aria-label': `Gates, candidate, cell and hidden state of unit ${unit} after each row; the table below has the numbers`,
      },
      ...this.#panel(trace, unit, gates, [0, 1], size.top),
      ...this.#panel(trace, unit, signals, [-reach, reach], size.top + size.plot + size.gap),
      this.#cursor,
      ...[1, 7, 14, 21, 28].map((row) =>
        makeSvg(
          'text',
          { class: 'plot-label', x: this.#x(row - 1), y: bottom + 14, 'text-anchor': 'middle' },
          String(row),
        ),
      ),
    );
    this.#place.replaceChildren(svg);
  }

  /** @param row from 0 */
  mark(row: number): void {
    this.#cursor?.setAttribute('x1', String(this.#x(row)));
    this.#cursor?.setAttribute('x2', String(this.#x(row)));
  }

  #x(row: number): number {
    return size.left + (row / Math.max(1, this.#rows - 1)) * (size.width - size.left - size.right);
  }

  #panel(
    trace: Trace,
    unit: number,
    names: readonly QuantityName[],
    [low, high]: readonly [number, number],
    top: number,
  ): SVGElement[] {
    const y = (value: number): number => top + size.plot * (1 - (value - low) / (high - low));
    const right = size.width - size.right;
    const guides = [low, (low + high) / 2, high].flatMap((value) => [
      makeSvg('line', { class: 'plot-guide', x1: size.left, x2: right, y1: y(value), y2: y(value) }),
      makeSvg(
        'text',
        { class: 'plot-label', x: size.left - 4, y: y(value) + 4, 'text-anchor': 'end' },
        String(Number(value.toFixed(1))).replace('-', '−'),
      ),
    ]);
    const lines = names.map((name) =>
      makeSvg('polyline', {
        class: `plot-line ${name}`,
        points: Array.from(
          { length: trace.rows },
          (_, row) => `${this.#x(row).toFixed(1)},${y(valueAt(trace, name, row, unit)).toFixed(1)}`,
        ).join(' '),
      }),
    );
    const ends = names.map((name) => ({ name, y: y(valueAt(trace, name, trace.rows - 1, unit)) }));
    const symbols = spread(ends, top, top + size.plot).map((end) =>
      makeSvg(
        'text',
        { class: `plot-symbol ${end.name}`, x: right + 5, y: end.y + 4 },
        quantities[end.name].symbol,
      ),
    );
    return [...guides, ...lines, ...symbols];
  }
}

/** The largest size of what the unit's gates act on; at least 1. */
function reachOfUnit(trace: Trace, unit: number): number {
  const sizes = Array.from({ length: trace.rows }, (_, row) =>
    signals.map((name) => Math.abs(valueAt(trace, name, row, unit))),
  );
  return Math.max(1, ...sizes.flat());
}

/** Moves what is too near apart, in its order, within the plot: first down, then back up from the bottom. */
function spread<T extends { readonly y: number }>(ends: readonly T[], top: number, bottom: number): T[] {
  let free = top;
  const lowered = ends
    .toSorted((one, other) => one.y - other.y)
    .map((end) => {
      const y = Math.max(end.y, free);
      free = y + leastApart;
      return { ...end, y };
    });
  free = bottom;
  return lowered.toReversed().map((end) => {
    const y = Math.min(end.y, free);
    free = y - leastApart;
    return { ...end, y };
  });
}
