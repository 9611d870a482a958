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
  readonly #sizes = new Map<number, number>();
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
    return [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The address of so many bytes, aligned to 64; what is in them is left over from before. */
  allocate(bytes: number): number {
    const size = Math.max(roundUp(bytes), alignment);
    const index = this.#free.findIndex((block) => block.bytes >= size);
    const block = this.#free[index];
    if (!block) {
      this.#ensure(this.#top + size);
      this.#sizes.set(this.#top, size);
      this.#top += size;
      return this.#top - size;
    }
    const rest = { at: block.at + size, bytes: block.bytes - size };
    this.#free.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#sizes.set(block.at, size);
    return block.at;
  }

  /** Gives back what {@link allocate} gave. */
  release(at: number): void {
    const bytes = this.#sizes.get(at);
    if (bytes === undefined) return;
    this.#sizes.delete(at);
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
