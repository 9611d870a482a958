/**
 * What the network believes: a strip of 28 rows by 10 digits beside the image, and bars for the row that is chosen. The
 * last row is, until the person chooses another; drawing on goes back to it.
 */
import { bestOf, classes, percentOf } from '../shared/beliefs.js';
import { paintNumbers } from '../shared/colour-scale.js';
import { type DigitImage, imageSide } from '../shared/digit-image.js';
import { element, make, place } from '../shared/element.js';

export class BeliefsView {
  readonly #digit = element('digit', HTMLCanvasElement);
  readonly #strip = element('strip', HTMLCanvasElement);
  readonly #mark = place('row-mark');
  readonly #row = element('row', HTMLInputElement);
  readonly #rowNumber = element('row-number', HTMLOutputElement);
  readonly #bars: readonly Bar[];
  readonly #heads: readonly HTMLElement[];
  #image: DigitImage = new Float32Array(imageSide ** 2);
  #beliefs: Float32Array | undefined;

  constructor() {
    const list = element('bars', HTMLOListElement);
    this.#bars = Array.from({ length: classes }, (_, digit) => new Bar(digit));
    list.append(...this.#bars.map(({ item }) => item));
    this.#heads = Array.from({ length: classes }, (_, digit) => make('li', {}, String(digit)));
    element('strip-digits', HTMLOListElement).append(...this.#heads);
    this.#row.addEventListener('input', () => this.#paintRow());
    for (const canvas of [this.#digit, this.#strip]) {
      canvas.addEventListener('pointermove', (event) => this.#choose(canvas, event));
      canvas.addEventListener('pointerdown', (event) => this.#choose(canvas, event));
      canvas.addEventListener('pointerleave', ({ pointerType }) => {
        // A finger leaves as it is lifted; the row that it chose stays.
        if (pointerType === 'mouse') this.#setRow(imageSide);
      });
    }
    this.show(this.#image, undefined);
  }

  /** @param beliefs `[28, 10]`; undefined before there are any */
  show(image: DigitImage, beliefs: Float32Array | undefined): void {
    this.#image = image;
    this.#beliefs = beliefs;
    this.#row.value = String(imageSide);
    this.paint();
  }

  /** Draws everything, in the colours that now hold. */
  paint(): void {
    paintNumbers(this.#digit, this.#image, 'ink');
    paintNumbers(this.#strip, this.#beliefs ?? new Float32Array(imageSide * classes), 'share');
    this.#paintRow();
  }

  #choose(canvas: HTMLCanvasElement, event: PointerEvent): void {
    const box = canvas.getBoundingClientRect();
    this.#setRow(
      Math.min(imageSide, Math.max(1, Math.ceil(((event.clientY - box.top) / box.height) * imageSide))),
    );
  }

  #setRow(row: number): void {
    this.#row.value = String(row);
    this.#paintRow();
  }

  #paintRow(): void {
    const row = this.#row.valueAsNumber;
    this.#rowNumber.value = String(row);
    this.#mark.hidden = this.#beliefs === undefined || row === imageSide;
    this.#mark.style.setProperty('--row', String(row - 1));
    const shares = this.#beliefs?.subarray((row - 1) * classes, row * classes);
    const top = shares ? bestOf(shares) : undefined;
    for (const [digit, bar] of this.#bars.entries()) bar.show(shares?.[digit], digit === top);
    for (const [digit, head] of this.#heads.entries()) head.classList.toggle('top', digit === top);
  }
}

/** One digit's belief: its name, a bar and the number. */
class Bar {
  readonly item: HTMLLIElement;
  readonly #fill = make('span', { class: 'bar-fill' });
  readonly #number = make('span', { class: 'bar-number' }, '–');

  constructor(digit: number) {
    const track = make('span', { class: 'bar-track', 'aria-hidden': 'true' }, this.#fill);
    this.item = make(
      'li',
      { 'data-digit': String(digit) },
      make('span', {}, String(digit)),
      track,
      this.#number,
    );
  }

  show(share: number | undefined, isTop: boolean): void {
    this.item.classList.toggle('top', isTop);
    this.#fill.style.setProperty('--share', String(share ?? 0));
    this.#number.textContent = share === undefined ? '–' : percentOf(share);
  }
}
