/** What failed on a page, told at its top, with a button that does it again. */
import { element } from './element.js';
import { type Failure, failureOf, showFailure } from './failure.js';

interface Failed {
  readonly title: string;
  readonly failure: Failure;
  readonly again: () => void;
}

/** The page's `#problem`, `#retry-row` and `#retry`. */
export class Problem<Part extends string> {
  readonly #place = element('problem', HTMLElement);
  readonly #row = element('retry-row', HTMLElement);
  readonly #failed = new Map<Part, Failed>();

  constructor() {
    element('retry', HTMLButtonElement).addEventListener('click', () => this.#retry());
  }

  /** @param again repeats what failed, and says what came of it by `tell` or `mended` */
  tell(part: Part, title: string, error: unknown, again: () => void): void {
    this.#failed.set(part, { title, failure: failureOf(error), again });
    this.#show();
  }

  /** The part works, or is tried again. */
  mended(part: Part): void {
    if (this.#failed.delete(part)) this.#show();
  }

  /**
   * What could not be fetched is fetched again. Anything else needs a new page: browsers keep the failed import of a
   * module for as long as the page is there, and so would an engine never come that did not come at once.
   */
  #retry(): void {
    const failed = [...this.#failed.values()];
    if (failed.some(({ failure }) => failure.code !== 'E_FILE_READ')) location.reload();
    else for (const { again } of failed) again();
  }

  #show(): void {
    const parts = [...this.#failed.values()].map(({ title, failure }) => {
      const part = document.createElement('div');
      showFailure(part, title, failure);
      return part;
    });
    this.#place.replaceChildren(...parts);
    this.#place.hidden = parts.length === 0;
    this.#row.hidden = parts.length === 0;
  }
}
