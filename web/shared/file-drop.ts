/** A place that takes files: dropped on it or chosen by its file input. */

/**
 * Calls back with the files that come, several at once in the order given.
 *
 * @param zone shows by the class `over` that files may be let go of
 * @param input of type file, inside the zone; choosing the same file again counts too
 */
export function onFiles(
  zone: HTMLElement,
  input: HTMLInputElement,
  take: (files: readonly File[]) => void,
): void {
  const arrived = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) take([...files]);
  };
  input.addEventListener('change', () => {
    arrived(input.files);
    input.value = '';
  });
  // Drag events come for children too: the zone is left when none of them is under the pointer any more.
  let inside = 0;
  zone.addEventListener('dragenter', (event) => {
    event.preventDefault();
    inside++;
    zone.classList.add('over');
  });
  zone.addEventListener('dragover', (event) => event.preventDefault());
  zone.addEventListener('dragleave', () => {
    inside--;
    if (inside <= 0) zone.classList.remove('over');
  });
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    inside = 0;
    zone.classList.remove('over');
    arrived(event.dataTransfer?.files);
  });
  // A file that misses the zone would replace the page.
  for (const type of ['dragover', 'drop'] as const) {
    window.addEventListener(type, (event) => event.preventDefault());
  }
}
