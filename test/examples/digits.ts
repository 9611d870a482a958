/** Digits in MNIST's form that are easy to tell apart. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const size = 28;

/** The bytes of an idx file. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt8(8, 2); // bytes
  header.writeUInt8(shape.length, 3);
  for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * axis);
  return Buffer.concat([header, data]);
}

/** Digit 0 is a block, 1 the bar in its middle, 2 the bars at its ends. */
function drawn(digit: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, at) => {
    const [y, x] = [Math.floor(at / size), at % size];
    const isMiddle = y >= 11 && y < 17;
    const isInside = y >= 4 && y < 24 && x >= 6 && x < 22;
    return isInside && [true, isMiddle, !isMiddle][digit] ? 255 : 0;
  });
}

/** Writes the four files of MNIST: images of 0, 1 and 2 in turn, those of the test less bright. */
export function writeDigits(folder: string, counts = { train: 60, t10k: 30 }): string {
  mkdirSync(folder, { recursive: true });
  for (const [split, count] of Object.entries(counts)) {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
    const images = Buffer.concat([...labels].map(drawn));
    if (split === 't10k') for (const [at, ink] of images.entries()) images[at] = Math.floor(ink * 0.8);
    writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), idx([count], labels));
    writeFileSync(join(folder, `${split}-images-idx3-ubyte`), idx([count, size, size], images));
  }
  return folder;
}
