/** A data set in MNIST's files, small enough to train on in a test: digit d lights up the rows 2d and 2d + 1. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const size = 28;

function idx(dims: readonly number[], data: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dims.length));
  header.setUint32(0, 0x0800 + dims.length);
  for (const [i, dim] of dims.entries()) header.setUint32(4 + 4 * i, dim);
  return Buffer.concat([new Uint8Array(header.buffer), data]);
}

function writeSplit(folder: string, split: string, count: number): void {
  const labels = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 10);
  const images = new Uint8Array(count * size * size);
  labels.forEach((label, i) => {
    const start = i * size * size + 2 * label * size;
    images.fill(200 + (i % 50), start, start + 2 * size);
  });
  writeFileSync(join(folder, `${split}-images-idx3-ubyte`), idx([count, size, size], images));
  writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), idx([count], labels));
}

/** Writes 320 training and 50 test images. */
export function writeTinyMnist(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeSplit(folder, 'train', 320);
  writeSplit(folder, 't10k', 50);
}
