import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { MAX_RANK } from '../../src/data/array-bytes.js';
import { gunzipWithin, maxInflatedBytes } from '../../src/data/gunzip.js';
import { parseIdx } from '../../src/data/idx.js';
import { LstmOnnxError } from '../../src/errors.js';
import { sizeOf } from '../../src/nd-array.js';
import { failureOf } from './failure.js';

/** An idx file of bytes, `[2, 3]`: 0 to 5. */
const small = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 2, 3, 4, 5);

function idx(
  typeCode: number,
  shape: number[],
  write: (view: DataView) => void,
  itemBytes: number,
): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + sizeOf(shape) * itemBytes);
  bytes.set([0, 0, typeCode, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim);
  });
  write(new DataView(bytes.buffer, 4 + 4 * shape.length));
  return bytes;
}

describe('parseIdx', () => {
  it('reads all six element types big-endian', () => {
    const two = (set: (view: DataView, place: number) => void) => (view: DataView) => {
      set(view, 0);
      set(view, 1);
    };
    const values = [-2, 300.5];
    expect(parseIdx(small)).toEqual({ dtype: 'uint8', shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) });
    expect(
      parseIdx(
        idx(
          9,
          [2],
          two((v, i) => v.setInt8(i, [-2, 100][i]!)),
          1,
        ),
      ),
    ).toEqual({
      dtype: 'int8',
      shape: [2],
      data: Int8Array.of(-2, 100),
    });
    expect(
      parseIdx(
        idx(
          11,
          [2],
          two((v, i) => v.setInt16(2 * i, values[i]!)),
          2,
        ),
      ),
    ).toEqual({
      dtype: 'int16',
      shape: [2],
      data: Int16Array.of(-2, 300),
    });
    expect(
      parseIdx(
        idx(
          12,
          [2],
          two((v, i) => v.setInt32(4 * i, values[i]!)),
          4,
        ),
      ),
    ).toEqual({
      dtype: 'int32',
      shape: [2],
      data: Int32Array.of(-2, 300),
    });
    expect(
      parseIdx(
        idx(
          13,
          [2, 1],
          two((v, i) => v.setFloat32(4 * i, values[i]!)),
          4,
        ),
      ),
    ).toEqual({
      dtype: 'float32',
      shape: [2, 1],
      data: Float32Array.of(-2, 300.5),
    });
    expect(
      parseIdx(
        idx(
          14,
          [2],
          two((v, i) => v.setFloat64(8 * i, values[i]!)),
          8,
        ),
      ),
    ).toEqual({
      dtype: 'float64',
      shape: [2],
      data: Float64Array.of(-2, 300.5),
    });
  });

  it('reads bytes that lie unaligned in a larger buffer, and does not keep them', () => {
    const file = idx(14, [1], (view) => view.setFloat64(0, Math.PI), 8);
    const buffer = Buffer.alloc(file.length + 5);
    buffer.set(file, 3);
    const array = parseIdx(buffer.subarray(3, 3 + file.length));
    buffer.fill(0);
    expect(array.data).toEqual(Float64Array.of(Math.PI));
  });

  it('reads gzipped files, with a file name in the gzip header too', () => {
    expect(parseIdx(gzipSync(small))).toEqual(parseIdx(small));
    expect(parseIdx(gzipSync(small, { filename: 'train-images-idx3-ubyte' }))).toEqual(parseIdx(small));
  });

  it('says what a file of another kind starts with', () => {
    const error = failureOf(() => parseIdx(new TextEncoder().encode('%PDF-1.7')));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toContain('25 50 44 46');
  });

  it('says how many bytes are there and how many are needed when the file is cut short or too long', () => {
    expect(failureOf(() => parseIdx(small.subarray(0, 17))).message).toContain(
      'holds 5 bytes of elements; uint8 [2, 3] takes 6',
    );
    expect(failureOf(() => parseIdx(small.subarray(0, 9))).message).toContain('ends inside its header');
    expect(failureOf(() => parseIdx(Uint8Array.of(...small, 0))).message).toContain('holds 7 bytes');
  });

  it('refuses sizes that cannot be, before it allocates for them', () => {
    const huge = Uint8Array.of(0, 0, 14, 3, ...new Array(12).fill(0xff));
    expect(failureOf(() => parseIdx(huge)).message).toContain('more elements than can be counted');
    expect(failureOf(() => parseIdx(Uint8Array.of(0, 0, 8, 255))).message).toContain(`1 to ${MAX_RANK}`);
    expect(failureOf(() => parseIdx(Uint8Array.of(0, 0, 8, 0))).message).toContain('0 dimensions');
  });

  it('answers random and damaged bytes with a typed error or an array that fills its shape', () => {
    const headed = fc.tuple(
      fc.constantFrom(8, 9, 11, 12, 13, 14),
      fc.nat(4),
      fc.uint8Array({ maxLength: 64 }),
    );
    const damaged = fc
      .tuple(fc.constantFrom(small, gzipSync(small)), fc.nat(), fc.nat(7), fc.nat())
      .map(([file, place, bit, length]) => {
        const copy = file.slice(0, length % 3 === 0 ? length % file.length : file.length);
        if (copy.length > 0) {
          copy[place % copy.length]! ^= 1 << bit;
        }
        return copy;
      });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      headed.map(([type, rank, rest]) => Uint8Array.of(0, 0, type, rank, ...rest)),
      damaged,
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          const array = parseIdx(input);
          expect(array.data.length).toBe(sizeOf(array.shape));
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('gunzipWithin', () => {
  const text = new TextEncoder().encode('seven samurai, seven samurai, seven samurai');

  it('notices every flipped bit that changes the contents', () => {
    const file = gzipSync(text);
    let refused = 0;
    for (let bit = 0; bit < file.length * 8; bit++) {
      const damaged = file.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(gunzipWithin(damaged)).toEqual(text);
      } catch (error) {
        expect(error).toBeInstanceOf(LstmOnnxError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan((file.length - 10) * 8);
  });

  it('notices every truncation', () => {
    const file = gzipSync(text);
    for (let length = 0; length < file.length; length++) {
      expect(failureOf(() => gunzipWithin(file.subarray(0, length))).code).toBe('E_INVALID_FILE');
    }
  });

  describe('given a bomb', () => {
    const bomb = gzipSync(new Uint8Array(2 ** 25));
    const claiming = (length: number) => {
      const copy = bomb.slice();
      new DataView(copy.buffer).setUint32(copy.length - 4, length, true);
      return copy;
    };

    it('refuses contents past the limit from what they declare', () => {
      expect(failureOf(() => gunzipWithin(bomb, 2 ** 20)).message).toContain('at most 1048576 are read');
      expect(gunzipWithin(bomb, 2 ** 25).length).toBe(2 ** 25);
    });

    it('takes eight times the file and 16 MiB, so that a small file does not take a large memory', () => {
      expect(maxInflatedBytes(0)).toBe(2 ** 24);
      expect(maxInflatedBytes(9_912_422)).toBeGreaterThan(47_040_016); // MNIST's own images
      expect(maxInflatedBytes(2 ** 40)).toBe(2 ** 30);
      const before = process.memoryUsage().arrayBuffers;
      const error = failureOf(() => gunzipWithin(bomb));
      expect(error.code).toBe('E_INVALID_FILE');
      expect(error.message).toContain(
        `declares ${2 ** 25} bytes of contents; of a file of ${bomb.length} bytes at most`,
      );
      expect(error.message).toContain('decompress it first');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    });

    it('stops inflating at the length declared', () => {
      const large = gzipSync(new Uint8Array(2 ** 27));
      new DataView(large.buffer, large.byteOffset).setUint32(large.length - 4, 100, true);
      const before = process.memoryUsage().arrayBuffers;
      const error = failureOf(() => gunzipWithin(large));
      expect(error.message).toContain('declares 100 bytes and holds more');
      // One chunk of 16 KiB inflates to 16 MiB at most; fflate's copies of it are below twice that. All of it would be more.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 27);
    });

    it('refuses a declared length that its bytes cannot hold, without allocating it', () => {
      expect(failureOf(() => gunzipWithin(claiming(2 ** 30))).message).toContain('cannot hold');
      expect(failureOf(() => gunzipWithin(claiming(2 ** 32 - 1))).code).toBe('E_INVALID_FILE');
    });
  });

  it('refuses several members, however many, and says so', () => {
    const member = gzipSync(Uint8Array.of(1));
    const file = new Uint8Array(member.length * 20_000);
    for (let start = 0; start < file.length; start += member.length) {
      file.set(member, start);
    }
    expect(failureOf(() => gunzipWithin(file)).code).toBe('E_UNSUPPORTED');
  });
});
