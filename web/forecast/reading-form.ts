/** The fields that say how the file is read. What is empty is found, or is an error where it would have to be guessed. */
import { element } from '../shared/element.js';
import type { Reading } from './messages.js';

const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
const select = (id: string): HTMLSelectElement => element(id, HTMLSelectElement);

/** @param names of columns, which have no field */
export function readReading(names: readonly string[] | undefined): Reading {
  const text = (id: string) => input(id).value.trim();
  const separator = oneOf(select('separator').value, [',', ';', 'tab', '|']);
  const fill = oneOf(select('fill').value, ['previous', 'linear', 'drop']);
  const duplicates = oneOf(select('duplicates').value, ['first', 'last']);
  const missing = text('missing')
    .split(',')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
  return {
    ...(separator && { separator: separator === 'tab' ? '\t' : separator }),
    ...(select('decimal').value === ',' && { decimal: ',' }),
    ...(text('date-format') !== '' && { dateFormat: text('date-format') }),
    ...(text('time-zone') !== '' && { timeZone: text('time-zone') }),
    ...(missing.length > 0 && { missing }),
    ...(names && { names }),
    ...(fill && { fill }),
    ...(select('sort').value !== '' && { sort: true }),
    ...(duplicates && { duplicates }),
    ...(text('frequency') !== '' && { frequency: text('frequency') }),
  };
}

/** Puts a reading into the fields; what it does not say is empty. */
export function showReading(reading: Reading): void {
  input('date-format').value = reading.dateFormat ?? '';
  input('time-zone').value = reading.timeZone ?? '';
  input('missing').value = reading.missing?.join(', ') ?? '';
  input('frequency').value = reading.frequency ?? '';
  select('decimal').value = reading.decimal ?? '';
  select('separator').value = reading.separator === '\t' ? 'tab' : (reading.separator ?? '');
  select('fill').value = reading.fill ?? '';
  select('sort').value = reading.sort ? 'sort' : '';
  select('duplicates').value = reading.duplicates ?? '';
}

function oneOf<T extends string>(value: string, values: readonly T[]): T | undefined {
  return values.find((each) => each === value);
}
