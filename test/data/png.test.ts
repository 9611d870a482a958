/** PNG pictures as shades of grey. */
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/data/crc32.js';
import { encodePng, parsePng } from '../../src/data/png.js';
import { failureOf } from './failure.js';

const shades = (bytes: Uint8Array) => Array.from(parsePng(bytes).data, (value) => Math.round(255 * value));

/** The file with a chunk tRNS, two bytes for each sample, before its pixels. */
function withKey(bytes: Uint8Array, samples: readonly number[]): Uint8Array {
  const chunk = new Uint8Array(12 + 2 * samples.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 2 * samples.length);
  chunk.set(new TextEncoder().encode('tRNS'), 4);
  for (const [i, sample] of samples.entries()) view.setUint16(8 + 2 * i, sample);
  view.setUint32(8 + 2 * samples.length, crc32(chunk.subarray(4, 8 + 2 * samples.length)));
  const place = 8 + 25; // behind the signature and the header
  return Uint8Array.of(...bytes.subarray(0, place), ...chunk, ...bytes.subarray(place));
}

describe('a PNG picture', () => {
  it('of shades comes back as it was written', () => {
    const data = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1);
    const read = parsePng(encodePng({ height: 2, width: 3, data }));
    expect(read).toMatchObject({ height: 2, width: 3, hadColors: false });
    expect(Array.from(read.data, (value) => Math.round(10 * value))).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it.each([
    ['colors, by their luma', { channels: 3 }, [255, 0, 0, 0, 255, 0, 10, 10, 10], [76, 150, 10]],
    [
      'colors on white, where they are transparent',
      { channels: 4 },
      [0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 255],
      [255, 0, 29],
    ],
    ['shades on white', { channels: 2 }, [0, 0, 0, 255, 100, 255], [255, 0, 100]],
  ])('of %s', (_, options, data, expected) => {
    const bytes = encode({ ...options, width: 3, height: 1, depth: 8, data: Uint8Array.from(data) });
    expect(shades(bytes)).toEqual(expected);
    expect(parsePng(bytes).hadColors).toBe(options.channels > 2);
  });

  it.each([
    ['shade', { channels: 1, depth: 8, data: Uint8Array.of(0, 10, 0) }, [0], [255, 10, 255]],
    ['shade of one bit', { channels: 1, depth: 1, data: Uint8Array.of(0b01100000) }, [0], [255, 255, 255]],
    ['shade of 16 bits', { channels: 1, depth: 16, data: Uint16Array.of(0, 1, 257) }, [0], [255, 0, 1]],
    [
      'color',
      { channels: 3, depth: 8, data: Uint8Array.of(0, 0, 0, 0, 0, 255, 10, 10, 10) },
      [0, 0, 255],
      [0, 255, 10],
    ],
  ] as const)('of which one %s is transparent stands on white', (_, image, key, expected) => {
    const bytes = withKey(encode({ ...image, width: 3, height: 1 }), key);
    expect(shades(bytes)).toEqual(expected);
  });

  it('of 16 bits', () => {
    const bytes = encode({
      channels: 1,
      width: 2,
      height: 1,
      depth: 16,
      data: Uint16Array.of(65_535, 32_768),
    });
    expect(shades(bytes)).toEqual([255, 128]);
  });

  it('of one bit a pixel, whose rows are whole bytes', () => {
    // 10 pixels a row: 1010101011 and 0000000001.
    const data = Uint8Array.of(0b10101010, 0b11000000, 0b00000000, 0b01000000);
    const bytes = encode({ channels: 1, width: 10, height: 2, depth: 1, data });
    const row = (text: string) => [...text].map((bit) => 255 * Number(bit));
    expect(shades(bytes)).toEqual([...row('1010101011'), ...row('0000000001')]);
  });

  it('is refused where it is none, is broken, or is too large', () => {
    expect(failureOf(() => parsePng(Uint8Array.of(1, 2, 3)))).toMatchObject({ code: 'E_INVALID_FILE' });
    const bytes = encodePng({ height: 1, width: 2, data: Float32Array.of(0, 1) });
    expect(failureOf(() => parsePng(bytes.slice(0, 50)))).toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/is broken/),
    });
    const huge = bytes.slice();
    new DataView(huge.buffer).setUint32(16, 2 ** 20);
    new DataView(huge.buffer).setUint32(20, 2 ** 20);
    expect(failureOf(() => parsePng(huge))).toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});
