/** The fields of the training. */
import { element } from '../shared/element.js';
import { isRight, mark } from '../shared/number-fields.js';
import type { Found, Settings } from './messages.js';

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const numbers = ['horizon', 'window', 'epochs', 'hidden-size', 'seed'] as const;

/** The settings, or undefined where a field has what it does not take, which it then says. */
export function readSettings(): Settings | undefined {
  const fields = numbers.map(input);
  for (const field of fields) mark(field, !isRight(field));
  if (!fields.every(isRight)) return undefined;
  const [horizon = Number.NaN, window = Number.NaN, epochs = 0, hiddenSize = 0, seed = 0] = fields.map(
    ({ valueAsNumber }) => valueAsNumber,
  );
  return {
    ...(!Number.isNaN(horizon) && { horizon }),
    ...(!Number.isNaN(window) && { window }),
    ...{ epochs, hiddenSize, seed },
    cell: element('cell', HTMLSelectElement).value === 'gru' ? 'gru' : 'lstm',
    threads: Number(element('threads', HTMLSelectElement).value),
  };
}

/** What is found stands in the empty fields. */
export function showFoundSizes(found: Found | undefined): void {
  input('horizon').placeholder = found ? String(found.plan.horizon) : '';
  input('window').placeholder = found ? String(found.plan.window) : '';
}

/** Another file has other sizes. */
export function forgetSizes(): void {
  input('horizon').value = '';
  input('window').value = '';
}

/** The first field that is wrong, to go to. */
export function firstWrongField(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>('#training [aria-invalid="true"]') ?? undefined;
}
