/** The card that shows one unit: every character in the colour of what the unit holds after it. */
import { colourOf, cssOf, gradientOf, onSchemeChange } from '../shared/colour-scale.js';
import { element, make, place } from '../shared/element.js';
import { inkOn } from '../shared/ink-on.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { byVariation, unitMeanings } from './unit-meanings.js';
import type { Quantity, UnitStates } from './unit-reader.js';

const slider = element('unit', HTMLInputElement);
const look = element('place', HTMLInputElement);
const text = place('unit-text');
const meanings = place('meanings');
/** So many characters say already what a unit goes along with. */
const enough = 300;

export class UnitView {
  #states: UnitStates | undefined;
  #spans: HTMLSpanElement[] = [];
  #here: HTMLSpanElement | undefined;
  /** Whether the person has chosen a unit; until then it is the first that stands for something. */
  #isChosen = false;

  constructor() {
    scrollByKeyboard(place('unit-paper'), 'The coloured text');
    slider.addEventListener('input', () => this.#choose(slider.valueAsNumber));
    look.addEventListener('input', () => this.#lookAt(look.valueAsNumber));
    place('quantity').addEventListener('change', () => {
      this.#suggest();
      this.#paint();
    });
    text.addEventListener('pointerover', ({ target }) => {
      const index = this.#spans.indexOf(target as HTMLSpanElement);
      if (index >= 0) this.#lookAt(index);
    });
    onSchemeChange(() => this.#paint());
    this.#paintRamp();
  }

  /** Another text, of which some characters may have been read. */
  show(states: UnitStates): void {
    this.#states = states;
    this.#spans = [];
    this.#here = undefined;
    text.replaceChildren();
    place('place-said').textContent = '–';
    this.grow();
  }

  /** Shows the characters that were read since. */
  grow(): void {
    const states = this.#states;
    if (!states) return;
    const { characters, units } = states;
    slider.max = String(Math.max(0, units - 1));
    if (units > 0) place('unit-count').textContent = String(units);
    const added = characters.slice(this.#spans.length).map((character) => make('span', {}, character));
    text.append(...added);
    const from = this.#spans.length;
    this.#spans.push(...added);
    this.#paint(from);
    look.max = String(Math.max(0, characters.length - 1));
    if (from < enough && characters.length >= enough) this.#suggest();
    const paper = place('unit-paper');
    paper.scrollTop = paper.scrollHeight;
  }

  /** The text is whole. */
  end(): void {
    this.#suggest();
    place('unit-paper').scrollTop = 0;
  }

  /** Another network, whose units stand for other things. */
  forgetChoice(): void {
    this.#isChosen = false;
    meanings.replaceChildren();
  }

  get #quantity(): Quantity {
    return document.querySelector('#quantity input[value=hidden]:checked') ? 'hidden' : 'cell';
  }

  #choose(unit: number): void {
    this.#isChosen = true;
    this.#turnTo(unit);
  }

  #turnTo(unit: number): void {
    slider.value = String(unit);
    for (const chip of meanings.querySelectorAll('button')) {
      chip.setAttribute('aria-pressed', String(chip.dataset.unit === slider.value));
    }
    this.#paint();
  }

  #suggest(): void {
    const states = this.#states;
    if (!states || states.characters.length === 0) return;
    const quantity = this.#quantity;
    const found = unitMeanings(states, quantity);
    const chips = found.map(({ meaning, unit, correlation }) =>
      this.#chip(unit, `${meaning} (${signed(correlation)})`),
    );
    const [most = 0] = byVariation(states, quantity);
    meanings.replaceChildren(...chips, this.#chip(most, 'most change'));
    this.#turnTo(this.#isChosen ? slider.valueAsNumber : (found[0]?.unit ?? most));
  }

  #chip(unit: number, label: string): HTMLButtonElement {
    const chip = make(
      'button',
      { type: 'button', 'aria-pressed': 'false', 'data-unit': String(unit) },
      label,
    );
    chip.addEventListener('click', () => this.#choose(unit));
    return chip;
  }

  #valueAt(index: number): number {
    return this.#states?.values[this.#quantity][index]?.[slider.valueAsNumber] ?? 0;
  }

  #paint(from = 0): void {
    place('unit-number').textContent = slider.value;
    slider.setAttribute('aria-valuetext', `unit ${slider.value}`);
    for (let index = from; index < this.#spans.length; index++) {
      const colour = colourOf('signed', this.#valueAt(index));
      const span = this.#spans[index];
      if (!span) continue;
      span.style.backgroundColor = cssOf(colour);
      span.style.color = inkOn(colour);
    }
    if (from > 0) return;
    this.#paintRamp();
    if (this.#here) this.#lookAt(look.valueAsNumber);
  }

  #paintRamp(): void {
    place('unit-ramp').style.backgroundImage = gradientOf('signed');
  }

  #lookAt(index: number): void {
    const span = this.#spans[index];
    if (!span) return;
    this.#here?.classList.remove('here');
    this.#here = span;
    span.classList.add('here');
    look.value = String(index);
    const character = nameOf(span.textContent ?? '');
    const said = `${character}: ${signed(this.#valueAt(index))}`;
    place('place-said').textContent = said;
    look.setAttribute('aria-valuetext', said);
  }
}

function nameOf(character: string): string {
  if (character === '\n') return 'line break';
  return character === ' ' ? 'space' : `“${character}”`;
}

/** `+0.83`, `−0.20`. */
function signed(value: number): string {
  const digits = Math.abs(value).toFixed(2);
  if (digits === '0.00') return digits;
  return value < 0 ? `−${digits}` : `+${digits}`;
}
