/** Images of a .npy file as shades of grey. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readImageArray } from '../../src/cli/read-image-array.js';
import { encodeNpy, float32Array, type NdArray } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();
const divided = 'Pixels are divided by 255.';
const bytes: NdArray = { dtype: 'uint8', shape: [1, 1, 2], data: Uint8Array.of(0, 1) };

it.each<[string, NdArray, number[], string]>([
  ['floats above 1', float32Array([1, 1, 2], [0, 255]), [0, 1], divided],
  ['bytes, however dark', bytes, [0, Math.fround(1 / 255)], divided],
  [
    'floats up to 1',
    float32Array([1, 1, 2], [0, 1]),
    [0, 1],
    'Pixels are taken for shades from 0 to 1, since none is above 1.',
  ],
])('says how %s become shades', async (name, array, shades, note) => {
  const path = join(folder, `${name}.npy`);
  writeFileSync(path, encodeNpy(array));
  const notes: string[] = [];
  const { data } = await readImageArray(path, (line) => notes.push(line));
  expect(Array.from(data)).toEqual(shades);
  expect(notes).toEqual([note]);
});
