/** A draft of a file for `--config`: what was found, and what a person has to decide. */

/** A setting that the data do not tell. */
export interface Decision {
  readonly option: string;
  /** What it may be, as JSON. */
  readonly values: readonly unknown[];
  readonly why: string;
}

export class SettingsDraft<Config extends Readonly<Record<string, unknown>>> {
  /** What to go on with: of what is to be decided, one of the possible values. */
  settings: Config;
  readonly notes: string[] = [];
  readonly #open = new Map<string, Decision>();

  constructor(given: Config) {
    this.settings = given;
  }

  get decisions(): readonly Decision[] {
    return [...this.#open.values()];
  }

  /** Takes what was found, and notes it. */
  take(found: Partial<Config>, note?: string): void {
    this.settings = { ...this.settings, ...found };
    if (note !== undefined) this.notes.push(note);
  }

  /** Goes on with the first of some values, and leaves the choice to a person. */
  leave<Name extends keyof Config & string>(
    option: Name,
    values: readonly NonNullable<Config[Name]>[],
    why: string,
  ): void {
    const [first] = values;
    if (first !== undefined) this.settings = { ...this.settings, [option]: first };
    this.#open.set(option, { option, values, why });
  }

  /**
   * Null for what is to be decided, so that nothing is trained before it is.
   *
   * @param names all settings, in the order of their table
   */
  toJson(names: readonly string[]): Record<string, unknown> {
    const all = names.map((name) => [name, this.#open.has(name) ? null : this.settings[name]] as const);
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  }
}
