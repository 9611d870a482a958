/** First-fit allocation of linear memory, free neighbours joined. */

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/** Cache lines: no two threads' buffers share one. */
const alignment = 64;

export class Allocator {
  /** In the order of addresses; never two that touch. */
  readonly #free: Block[] = [];
  /** Bytes of the block that begins at each unit of memory, 0 where none does; a Map would leave garbage at every step. */
  #sizes = new Int32Array(1024);
  #taken = 0;
  #top: number;
  readonly #ensure: (bytes: number) => void;

  /**
   * @param start the first address that may be used
   * @param ensure makes the memory at least this large, or throws
   */
  constructor(start: number, ensure: (bytes: number) => void) {
    this.#top = roundUp(start);
    this.#ensure = ensure;
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The address of so many bytes, aligned to 64; what is in them is left over from before. */
  allocate(bytes: number): number {
    const size = Math.max(roundUp(bytes), alignment);
    const index = this.#free.findIndex((block) => block.bytes >= size);
    const block = this.#free[index];
    if (!block) {
      this.#ensure(this.#top + size);
      this.#top += size;
      return this.#take(this.#top - size, size);
    }
    const rest = { at: block.at + size, bytes: block.bytes - size };
    this.#free.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
    return this.#take(block.at, size);
  }

  #take(at: number, bytes: number): number {
    const unit = at / alignment;
    if (unit >= this.#sizes.length) {
      const sizes = new Int32Array(2 * unit);
      sizes.set(this.#sizes);
      this.#sizes = sizes;
    }
    this.#sizes[unit] = bytes;
    this.#taken += bytes;
    return at;
  }

  /** Gives back what {@link allocate} gave. */
  release(at: number): void {
    const bytes = this.#sizes[at / alignment] ?? 0;
    if (bytes === 0) return;
    this.#sizes[at / alignment] = 0;
    this.#taken -= bytes;
    const found = this.#free.findIndex((block) => block.at > at);
    const index = found === -1 ? this.#free.length : found;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.at + before.bytes === at;
    const joinsAfter = after !== undefined && at + bytes === after.at;
    const block = {
      at: joinsBefore ? before.at : at,
      bytes: bytes + (joinsBefore ? before.bytes : 0) + (joinsAfter ? after.bytes : 0),
    };
    this.#free.splice(index - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), block);
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
