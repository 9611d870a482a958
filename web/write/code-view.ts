/** The programs for Node.js, of which one is shown. */
import { copyOnClick } from '../shared/copy-button.js';
import { element, make, place } from '../shared/element.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';

export interface Programs {
  /** The file that the program for writing opens, and where it can be had; without a link it is that of the result. */
  readonly model: { readonly file: string; readonly url?: string };
  readonly write: string;
  /** Undefined as long as there is no text to train on. */
  readonly train: string | undefined;
}

let programs: Programs | undefined;

export function showPrograms(next: Programs): void {
  programs = next;
  show();
}

function show(): void {
  if (!programs) return;
  const isTraining = document.querySelector('#which-code input[value=train]:checked') !== null;
  const { model, write, train } = programs;
  const code = place('code');
  const about = place('code-about');
  const installed = 'Where lstm-onnx is installed, save it as ';
  if (!isTraining) {
    const file = model.url
      ? make('a', { href: model.url, download: model.file }, model.file)
      : make('code', {}, model.file);
    about.replaceChildren(installed, make('code', {}, 'write.mjs'), ' beside ', file, ' and run it.');
    code.textContent = write;
  } else if (train === undefined) {
    about.textContent = 'Choose a text to learn above; the program depends on it.';
    code.textContent = '';
  } else {
    about.replaceChildren(installed, make('code', {}, 'train.mjs'), ' beside the text and run it.');
    code.textContent = train;
  }
  code.hidden = code.textContent === '';
}

export function startCode(): void {
  place('which-code').addEventListener('change', show);
  copyOnClick(element('copy-code', HTMLButtonElement), place('code'));
  scrollByKeyboard(place('code'), 'Code');
}
