/** Which images are equal. */
import { expect, it } from 'vitest';
import { crc32 } from '../../src/data/crc32.js';
import { float32Array } from '../../src/index.js';
import { imageKeys } from '../../src/tasks/image-keys.js';

it('images have one key where all their pixels are equal, and only there', () => {
  const keys = imageKeys(float32Array([4, 1, 2], [0.5, 0.25, 0.25, 0.5, 0.5, 0.25, 0.5, 0.5]));
  expect(keys[2]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(3);
});

it('different images of one CRC-32 have different keys', () => {
  // Bits that differ by the polynomial of CRC-32, as it is written bit by bit, do not change it.
  const words = Uint32Array.of(0x3f000000, 0x3f000000, 0x3f000000 ^ 0xdb710641, 0x3f000000 ^ 1);
  const bytes = new Uint8Array(words.buffer);
  expect(crc32(bytes.subarray(0, 8))).toBe(crc32(bytes.subarray(8)));
  const [first, second] = imageKeys(float32Array([2, 1, 2], new Float32Array(words.buffer)));
  expect(first).not.toBe(second);
});
