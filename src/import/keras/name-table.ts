/** Keras' names as those of a network: letters, digits and _, each once. */

/** What Keras takes as a name may be of any length. */
const MAX_NAME_CHARACTERS = 200;

export class NameTable {
  readonly #taken = new Set<string>();

  /** A name like the given one that nothing has yet. */
  claim(wanted: string): string {
    const fit = fitName(wanted);
    let name = fit;
    for (let number = 2; this.#taken.has(name); number++) name = `${fit}_${number}`;
    this.#taken.add(name);
    return name;
  }
}

/** `my-layer/1` is `my_layer_1`; names that JavaScript objects have a meaning for are none. */
function fitName(name: string): string {
  const letters = name.slice(0, MAX_NAME_CHARACTERS).replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z]/.test(letters) ? letters : `layer_${letters.replace(/^_+|_+$/g, '')}`;
}
