/** The form for a further row of the series that is shown: its time and a field for each column that the forecast sees. */
import type { ForecastPlan } from 'lstm-onnx/web';
import { element, make, place } from '../shared/element.js';
import { type Failure, showFailure } from '../shared/failure.js';
import { cellText } from './date-text.js';
import type { Cells } from './messages.js';

const form = element('add-row', HTMLFormElement);
const button = element('add', HTMLButtonElement);

/** @param add is given what is in the fields */
export function onRow(add: (cells: Cells) => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    add(cellsOf());
  });
}

/** @param next the time of the next step; undefined where no row can be added */
export function showRowForm({ time, target, features, categories }: ForecastPlan, next?: number): void {
  form.hidden = next === undefined;
  button.setAttribute('aria-disabled', 'false');
  showFailure(place('row-problem'), '', undefined);
  if (next === undefined) return;
  const fields = [target, ...features].map((name) => {
    const texts = Object.hasOwn(categories, name) ? categories[name] : undefined;
    if (!texts) return field(name, make('input', { type: 'number', step: 'any', inputmode: 'decimal' }));
    return field(name, make('select', {}, ...texts.map((text) => new Option(text, text))));
  });
  const preset = make('input', {
    type: 'text',
    value: cellText(next),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  place('row-fields').replaceChildren(field(time, preset), ...fields);
}

export function sayAdded(sentence: string): void {
  place('row-said').textContent = sentence;
  // The fields are new ones; who goes on adding rows begins with the target.
  if (sentence !== '') place('row-fields').querySelector<HTMLElement>('input[type=number]')?.focus();
}

export function refuseRow({ message }: Failure): void {
  button.setAttribute('aria-disabled', 'false');
  showFailure(place('row-problem'), 'This row does not fit', { message: message.replace(/^update: /, '') });
}

function field(name: string, control: HTMLInputElement | HTMLSelectElement): HTMLElement {
  control.dataset.column = name;
  control.id = `row-${name}`;
  return make('div', { class: 'field' }, make('label', { for: control.id }, name), control);
}

function cellsOf(): Cells {
  const controls = form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-column]');
  return Object.fromEntries(
    Array.from(controls, (control) => {
      const isNumber = control instanceof HTMLInputElement && control.type === 'number';
      return [control.dataset.column ?? '', isNumber ? control.valueAsNumber : control.value];
    }),
  );
}
