/** Numbers by keys that are whole numbers, in two typed arrays: a hash table with open addressing. A Map takes four times the memory. */

const EMPTY = -1;

export class GramTable {
  #keys = new Float64Array(16).fill(EMPTY); // keys are beyond 32 bits
  #values = new Int32Array(16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): number | undefined {
    const slot = this.#slotOf(key);
    return this.#keys[slot] === EMPTY ? undefined : this.#values[slot];
  }

  /** Adds one to the number of a key. @returns what it was before, 0 for a new key */
  increment(key: number): number {
    const slot = this.#slotFor(key, 0);
    const before = this.#values[slot] ?? 0;
    this.#values[slot] = before + 1;
    return before;
  }

  /** The number of a key: new ones are numbered in the order in which they come. */
  numberOf(key: number): number {
    const slot = this.#slotFor(key, this.#size); // first, as the arrays may be others afterwards
    return this.#values[slot] ?? 0;
  }

  forEach(visit: (key: number, value: number) => void): void {
    this.#keys.forEach((key, slot) => {
      if (key !== EMPTY) visit(key, this.#values[slot] ?? 0);
    });
  }

  #slotFor(key: number, value: number): number {
    const slot = this.#slotOf(key);
    if (this.#keys[slot] !== EMPTY) return slot;
    if (4 * (this.#size + 1) > 3 * this.#keys.length) {
      this.#grow();
      return this.#slotFor(key, value);
    }
    this.#keys[slot] = key;
    this.#values[slot] = value;
    this.#size += 1;
    return slot;
  }

  /** Where a key is, or would be. */
  #slotOf(key: number): number {
    const last = this.#keys.length - 1; // a power of two less one
    // Both halves of the key, mixed as in MurmurHash3's finalizer.
    let hash = (key >>> 0) ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 16)) & last;
    for (let found = this.#keys[slot]; found !== key && found !== EMPTY; found = this.#keys[slot])
      slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(2 * keys.length).fill(EMPTY);
    this.#values = new Int32Array(2 * keys.length);
    keys.forEach((key, slot) => {
      if (key === EMPTY) return;
      const to = this.#slotOf(key);
      this.#keys[to] = key;
      this.#values[to] = values[slot] ?? 0;
    });
  }
}
