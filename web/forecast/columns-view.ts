/** The card of the columns: what each is for, by a click on it. */
import { element, make, place } from '../shared/element.js';
import { counted, formatBytes } from '../shared/quantities.js';
import { scrollByKeyboard } from '../shared/scroll-region.js';
import { columnTable, roleHints, roleNames, rolesAfterClick } from './column-table.js';
import type { Columns, Preview, PreviewColumn, Role } from './messages.js';
import type { Told } from './wording.js';

/** What a click can make a column; the target first, which is what most people change. */
const brushes = ['target', 'feature', 'known', 'key', 'time'] as const satisfies readonly Role[];

export class ColumnsView {
  readonly #changed: () => void;
  #preview: Preview | undefined;
  #roles: readonly Role[] = [];
  #brush: Role = 'target';

  /** @param changed is called when a column has got another role; it may refuse by `false` before */
  constructor(
    private readonly mayChange: () => boolean,
    changed: () => void,
  ) {
    this.#changed = changed;
    place('role-choices').append(
      ...brushes.map((role) => {
        const attributes = {
          type: 'radio',
          name: 'role',
          id: `role-${role}`,
          value: role,
          autocomplete: 'off',
        };
        const radio = make('input', attributes);
        radio.addEventListener('change', () => this.#choose(role));
        return make('label', {}, radio, make('span', {}, roleNames[role]));
      }),
    );
    this.#choose('target');
    scrollByKeyboard(place('preview'), 'The first rows of the file');
  }

  /** @param target the column to forecast, where that is known better than by a guess */
  show(file: File, preview: Preview, target: string | undefined): void {
    this.#preview = preview;
    const wanted = preview.columns.findIndex(({ name }) => name === target);
    const guess = preview.guess.map((role) => (wanted >= 0 && role === 'target' ? 'unused' : role));
    this.#roles = wanted < 0 ? guess : rolesAfterClick(guess, wanted, 'target');
    place('file-facts').replaceChildren(
      make('strong', {}, file.name),
      ` · ${formatBytes(file.size)} · ${counted(preview.columns.length, 'column')}`,
    );
    place('columns').hidden = false;
    this.#choose('target');
    this.#draw();
    const head = place('preview').querySelector<HTMLElement>('[data-role="target"]');
    const { right = 0 } = head?.getBoundingClientRect() ?? {};
    place('preview').scrollLeft += Math.max(right - place('preview').getBoundingClientRect().right, 0);
  }

  /** There is no table. */
  forget(): void {
    this.#preview = undefined;
    place('columns').hidden = true;
  }

  get isShown(): boolean {
    return this.#preview !== undefined;
  }

  /** The column of times. */
  get time(): PreviewColumn | undefined {
    return this.#preview?.columns[this.#roles.indexOf('time')];
  }

  makeKey(name: string): void {
    this.#roles = this.#roles.map((role, i) => (this.#preview?.columns[i]?.name === name ? 'key' : role));
    this.#draw();
  }

  /** The columns that are used, or what is missing. */
  chosen(): Columns | Told {
    const named = (role: Role) =>
      (this.#preview?.columns ?? []).filter((_, i) => this.#roles[i] === role).map(({ name }) => name);
    const [[time], [target]] = [named('time'), named('target')];
    if (time === undefined) {
      return {
        title: 'No column of times is found',
        message:
          'A forecast needs a date, a time or a year for each row. If one of the columns has them, choose “Time” above and click on it; else this file has no series to forecast.',
        ways: [],
      };
    }
    if (target === undefined) {
      return {
        title: 'What is to be forecast?',
        message: 'Choose “Target” above and click on a column of numbers.',
        ways: [],
      };
    }
    return { time, target, features: named('feature'), known: named('known'), key: named('key') };
  }

  #choose(role: Role): void {
    this.#brush = role;
    element(`role-${role}`, HTMLInputElement).checked = true;
    place('role-hint').textContent = `${roleHints[role]} A second click takes it back.`;
  }

  #click(column: number): void {
    if (!this.#preview || !this.mayChange()) return;
    this.#roles = rolesAfterClick(this.#roles, column, this.#brush);
    const [name = '', role = 'unused'] = [this.#preview.columns[column]?.name, this.#roles[column]];
    place('column-said').textContent = `${name}: ${roleNames[role]}.`;
    this.#draw();
    this.#changed();
  }

  /** Who has the focus on a column keeps it. */
  #draw(): void {
    if (!this.#preview) return;
    const { activeElement } = document;
    const focused = activeElement?.closest('#preview') ? activeElement.getAttribute('data-column') : null;
    const scrolled = place('preview').scrollLeft;
    place('preview').replaceChildren(
      columnTable(this.#preview, this.#roles, (column) => this.#click(column)),
    );
    place('preview').scrollLeft = scrolled;
    if (focused === null) return;
    document.querySelector<HTMLElement>(`#preview [data-column="${CSS.escape(focused)}"]`)?.focus();
  }
}
