/** One quantity as a picture: a column for each unit, a row for each step, with a cross where the person looks. */
import { gradientOf, paintNumbers } from '../shared/colour-scale.js';
import { element, make } from '../shared/element.js';
import { formatValue, type QuantityName, quantities, reachOf, type Trace, valueAt } from './quantity.js';

/** A place in the map: the column is a unit's place in the order that is shown. */
export interface Place {
  /** From 0. */
  readonly column: number;
  /** From 0. */
  readonly row: number;
}

export interface HeatMapEvents {
  onPoint(place: Place): void;
  onKeep(place: Place): void;
  onLeave(): void;
}

export class HeatMap {
  readonly #name: QuantityName;
  readonly #canvas: HTMLCanvasElement;
  readonly #box: HTMLElement;
  readonly #value = make('output', { class: 'map-value' });
  readonly #ramp = make('span', { class: 'ramp', 'aria-hidden': 'true' });
  readonly #ends = [make('span'), make('span'), make('span')] as const;

  constructor(name: QuantityName, events: HeatMapEvents) {
    const { title } = quantities[name];
    this.#name = name;
    this.#canvas = make('canvas', { class: 'pixels', role: 'img', 'aria-label': `Heat map of the ${title}` });
    this.#box = make(
      'div',
      { class: 'map-box' },
      this.#canvas,
      make('div', { class: 'unit-mark' }),
      make('div', { class: 'row-mark' }),
    );
    this.#value.setAttribute('aria-live', 'off');
    const figure = element(`map-${name}`, HTMLElement);
    figure.querySelector('h2')?.append(this.#value);
    figure.append(this.#box, make('div', { class: 'legend small soft' }, this.#ramp, ...this.#ends));
    this.#canvas.addEventListener('pointermove', (event) => events.onPoint(this.#place(event)));
    this.#canvas.addEventListener('pointerdown', (event) => events.onKeep(this.#place(event)));
    this.#canvas.addEventListener('pointerleave', () => events.onLeave());
  }

  /** @param order the units as their columns come */
  paint(trace: Trace, order: readonly number[]): void {
    const { rows, units } = trace;
    const { scale } = quantities[this.#name];
    const reach = reachOf(trace, this.#name);
    if (this.#canvas.width !== units) this.#canvas.width = units;
    if (this.#canvas.height !== rows) this.#canvas.height = rows;
    const shown = Float32Array.from(
      { length: rows * units },
      (_, index) => valueAt(trace, this.#name, Math.floor(index / units), order[index % units] ?? 0) / reach,
    );
    paintNumbers(this.#canvas, shown, scale);
    this.#box.style.setProperty('--units', String(units));
    this.#box.style.setProperty('--rows', String(rows));
    this.#ramp.style.backgroundImage = gradientOf(scale);
    const [low, middle, high] = scale === 'share' ? ([0, 0.5, 1] as const) : ([-reach, 0, reach] as const);
    const isCut = trace.values[this.#name].some((value) => Math.abs(value) > reach);
    const [lowEnd, middleEnd, highEnd] = this.#ends;
    lowEnd.textContent = `${isCut ? '≤ ' : ''}${shortened(low)}`;
    middleEnd.textContent = shortened(middle);
    highEnd.textContent = `${isCut ? '≥ ' : ''}${shortened(high)}`;
  }

  mark({ column, row }: Place, value: number): void {
    this.#box.style.setProperty('--column', String(column));
    this.#box.style.setProperty('--row', String(row));
    this.#value.value = `${quantities[this.#name].symbol} = ${formatValue(value)}`;
  }

  #place(event: PointerEvent): Place {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const cell = (offset: number, extent: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor((offset / extent) * count)));
    return {
      column: cell(event.clientX - left, width, this.#canvas.width),
      row: cell(event.clientY - top, height, this.#canvas.height),
    };
  }
}

/** The end of a scale: without decimals where it has none. */
function shortened(value: number): string {
  return Number.isInteger(value) ? String(value).replace('-', '−') : value.toFixed(1).replace('-', '−');
}
