/** A part of the page that scrolls by itself. */

/** Lets the keyboard reach what overflows: the part can have the focus, and says what it is. */
export function scrollByKeyboard(part: HTMLElement, label: string): void {
  part.tabIndex = 0;
  part.setAttribute('role', 'region');
  part.setAttribute('aria-label', label);
}
