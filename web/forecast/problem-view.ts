/** What keeps the page from going on, with buttons that decide it. */
import { make, place } from '../shared/element.js';
import type { Told, WayOn } from './wording.js';

/** @param choose is called with the way that was clicked on */
export function showTold(at: HTMLElement, told: Told | undefined, choose: (way: WayOn) => void): void {
  at.hidden = told === undefined;
  if (!told) {
    at.replaceChildren();
    return;
  }
  const buttons = told.ways.map((way) => {
    const button = make('button', { type: 'button' }, way.label);
    button.addEventListener('click', () => choose(way));
    return button;
  });
  const { field } = told;
  if (field) {
    const go = make('button', { type: 'button' }, 'Go to the field');
    go.addEventListener('click', () => {
      const own = place(field);
      own.closest('details')?.setAttribute('open', '');
      own.focus();
    });
    buttons.push(go);
  }
  at.replaceChildren(
    make('strong', {}, told.title),
    told.message,
    ...(buttons.length > 0 ? [make('div', { class: 'ways' }, ...buttons)] : []),
  );
}
