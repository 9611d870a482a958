/**
 * How much memory a reader of files from outside may take: twice the file and 64 MiB.
 *
 * Compression, shared storages and one-byte opcodes let a small file claim a large memory. So a reader takes
 * what it is about to allocate from a budget first, and a claim past it is an error instead of an allocation.
 */
import { LstmOnnxError } from '../errors.js';

/** What a reader may take beyond twice the file, so that small files may be compressed well. */
export const SPARE_BYTES = 64 * 2 ** 20;
const BYTES_PER_FILE_BYTE = 2;

export class MemoryBudget {
  readonly #limit: number;
  #taken = 0;

  /** @param fileBytes the length of the whole file */
  constructor(fileBytes: number) {
    this.#limit = BYTES_PER_FILE_BYTE * fileBytes + SPARE_BYTES;
  }

  /**
   * Counts bytes that are about to be allocated.
   * @param what names them for the message, such as `tensor 'fc.weight'`
   * @throws E_INVALID_FILE when the file would take more than it may
   */
  take(bytes: number, what: string): void {
    // Negated, so that NaN is refused too.
    if (!(this.#taken + bytes <= this.#limit)) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `Reading ${what} would take the memory for this file past ${this.#limit} bytes (twice the file and 64 MiB). The file is damaged or made to exhaust memory; if it is neither, write it again without compression and without tensors that share memory.`,
      );
    }
    this.#taken += bytes;
  }

  /** Gives back bytes that were taken and are no longer held. */
  release(bytes: number): void {
    this.#taken -= bytes;
  }
}
