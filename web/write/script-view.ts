/** A text that grows: what it goes on from, what is written, and a caret where the next character comes. */
import { make, place } from '../shared/element.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';

/** Pixels: who is nearer to the end than this reads on as it grows. */
const nearEnd = 60;

export class ScriptView {
  readonly #paper = place('paper');
  readonly #written = place('written');
  readonly #prompt = make('span', { class: 'prompt' });
  readonly #text = document.createTextNode('');
  readonly #caret = make('span', { class: 'caret', 'aria-hidden': 'true' });

  constructor() {
    scrollByKeyboard(this.#paper, 'The written text');
    this.#written.append(this.#prompt, this.#text, this.#caret);
    this.#caret.hidden = true;
  }

  begin(prompt: string): void {
    this.#prompt.textContent = prompt;
    this.#text.data = '';
    this.#caret.hidden = false;
    this.#paper.scrollTop = 0;
  }

  add(character: string): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#paper;
    const follows = scrollHeight - scrollTop - clientHeight < nearEnd;
    this.#text.appendData(character);
    if (follows) this.#paper.scrollTop = this.#paper.scrollHeight;
  }

  end(): void {
    this.#caret.hidden = true;
  }
}

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Waits so long as a character is to stand alone; where a person wants no motion, not at all. */
export async function pace(): Promise<void> {
  if (!calm.matches) await new Promise((resolve) => requestAnimationFrame(resolve));
}
