/** A button that copies the text of a part of the page. */

/** Milliseconds for which the button says what it has done. */
const saidFor = 2000;

export function copyOnClick(button: HTMLButtonElement, source: HTMLElement): void {
  const label = button.textContent ?? '';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      // Where the clipboard is not allowed the text is selected, for the person's own shortcut.
      getSelection()?.selectAllChildren(source);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = label;
    }, saidFor);
  });
}
