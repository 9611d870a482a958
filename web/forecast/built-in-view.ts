/** A button for each data set that the site ships. */
import { make, place } from '../shared/element.js';
import { type BuiltIn, builtIns } from './built-in.js';

/** @param open is given the data set that was clicked on */
export function offerBuiltIns(open: (builtIn: BuiltIn) => void): void {
  const buttons = builtIns.map((builtIn) => {
    const { file, name, about } = builtIn;
    const button = make(
      'button',
      { type: 'button', 'data-file': file, 'aria-pressed': 'false' },
      make('span', {}, name),
      ' ',
      make('span', { class: 'about' }, about),
    );
    button.addEventListener('click', () => open(builtIn));
    return button;
  });
  place('built-in').append(...buttons);
}

/** @param chosen undefined for a file of the person's own */
export function markBuiltIn(chosen: BuiltIn | undefined): void {
  for (const button of document.querySelectorAll('#built-in button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-file') === chosen?.file));
  }
}
