/** Which images are equal, pixel by pixel. */
import { crc32 } from '../data/crc32.js';
import type { GreyImages } from './captioner.js';

/** A key of each image, the same for equal ones alone: different images may have one checksum, so pixels are compared, too. */
export function imageKeys({ shape: [count = 0, height = 0, width = 0], data }: GreyImages): string[] {
  const size = height * width;
  const images = Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
  /** The first of each different image, by the checksum. */
  const different = new Map<number, Float32Array[]>();
  return images.map((pixels) => {
    const checksum = crc32(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
    const alike = different.get(checksum) ?? [];
    different.set(checksum, alike);
    const found = alike.findIndex((other) => other.every((value, i) => value === pixels[i]));
    return `${checksum} ${found === -1 ? alike.push(pixels) - 1 : found}`;
  });
}
