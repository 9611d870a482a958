/** The fields of the training. */
import { element } from '../shared/element.js';
import { checkWhileTyping, isRight, mark } from '../shared/number-fields.js';
import type { Settings } from './messages.js';
import { suggestedSettings } from './plan.js';

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const numbers = ['hidden-size', 'num-layers', 'epochs', 'learning-rate', 'seed'].map(input);

/** The settings, or undefined where a field has what it does not take, which it then says. */
export function readSettings(): Settings | undefined {
  for (const field of numbers) mark(field, !isRight(field));
  if (!numbers.every(isRight)) return undefined;
  const [hiddenSize = 0, numLayers = 0, epochs = 0, learningRate = 0, seed = 0] = numbers.map(
    (field) => field.valueAsNumber,
  );
  const threads = Number(element('threads', HTMLSelectElement).value);
  return { hiddenSize, numLayers, epochs, learningRate, seed, threads };
}

export function firstWrongField(): HTMLInputElement | undefined {
  return numbers.find((field) => !isRight(field));
}

/** Puts what suits a text into the fields that the person has left alone. */
export function suggest(length: number): void {
  const { hiddenSize, epochs } = suggestedSettings(length);
  for (const [id, value] of Object.entries({ 'hidden-size': hiddenSize, epochs })) {
    const field = input(id);
    if ('touched' in field.dataset) continue;
    field.value = String(value);
    mark(field, false);
  }
}

export function listenToSettings(onChange: () => void): void {
  const form = element('training', HTMLFormElement);
  checkWhileTyping(form);
  for (const field of numbers) {
    field.addEventListener('input', () => {
      field.dataset.touched = '';
      onChange();
    });
  }
}
