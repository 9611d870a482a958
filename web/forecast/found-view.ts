/** What was found in the file, in words. */
import { make, place } from '../shared/element.js';
import { counted } from '../shared/quantities.js';
import { isoText } from './date-text.js';
import type { Found } from './messages.js';

/** @param dateFormat how dates are read, where they are not of ISO 8601 */
export function showFoundNotes(found: Found, dateFormat: string | undefined): void {
  const { rows, series, from, to, plan, notes } = found;
  const several = series > 1 ? ` of ${series} series` : '';
  const key = plan.key.length > 0 ? `, the series key “${plan.key.join('”, “')}”` : '';
  const facts = [
    `${counted(rows, 'row')}${several}, from ${isoText(from)} to ${isoText(to)}.`,
    `The target is “${plan.target}”, the time “${plan.time}”${key}.`,
    ...(dateFormat === undefined ? [] : [`Dates are read as ${dateFormat}.`]),
  ];
  place('found-notes').replaceChildren(...[...facts, ...notes].map((text) => make('li', {}, text)));
  place('found').hidden = false;
}
