/** The numbers in a typed field of a tensor (`float_data` and its like), left in the file until their type is known. */
import type { LongBits } from './integers.js';
import { WireReader, wireTypes } from './wire-reader.js';

/** As of an array, of which it has what reading numbers takes. */
export class TensorNumbers {
  length = 0;
  /** The messages that have the field; more than one where a tensor stands in pieces. */
  readonly #messages: Uint8Array[] = [];

  /** @param field its number @param read one number */
  constructor(
    private readonly field: number,
    private readonly read: (wire: WireReader) => number | LongBits,
  ) {}

  /** Counts what another message has of the field, up to the tag that was read last. */
  add(message: Uint8Array, count: number): void {
    if (this.#messages.at(-1)?.byteOffset !== message.byteOffset) this.#messages.push(message);
    this.length += count;
  }

  forEach(take: (value: number | LongBits, index: number) => void): void {
    let index = 0;
    for (const message of this.#messages) {
      const wire = new WireReader(message);
      while (!wire.isDone) {
        const { number, wireType } = wire.tag();
        if (number !== this.field) {
          wire.skip(wireType);
        } else if (wireType === wireTypes.bytes) {
          wire.within(() => {
            while (!wire.isDone) take(this.read(wire), index++);
          });
        } else {
          take(this.read(wire), index++);
        }
      }
    }
  }
}
