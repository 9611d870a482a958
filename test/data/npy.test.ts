import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNpy, parseNpy } from '../../src/data/npy.js';
import { MAX_NPY_HEADER_BYTES } from '../../src/data/npy-header.js';
import { LstmOnnxError } from '../../src/errors.js';
import { type NdArray, type NdArrayDType, sizeOf } from '../../src/nd-array.js';
import { cpuMilliseconds } from '../cpu-time.js';
import { failureOf } from './failure.js';

const folder = new URL('../../fixtures/npy/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.npy`, folder)));
const manifest: {
  read: Record<string, { dtype: NdArrayDType; shape: number[]; elements: string[] }>;
  refused: string[];
} = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

/** A version 1 file with this header text and that many zero bytes of elements. */
function npy(header: string, dataBytes: number): Uint8Array {
  const file = new Uint8Array(10 + header.length + dataBytes);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  return file;
}

const arrays: NdArray[] = [
  { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY) },
  { dtype: 'float64', shape: [], data: Float64Array.of(Math.PI) },
  { dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) },
  { dtype: 'uint8', shape: [2, 1], data: Uint8Array.of(0, 255) },
  { dtype: 'int16', shape: [1, 2], data: Int16Array.of(-32768, 32767) },
  { dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) },
  { dtype: 'int32', shape: [0, 4], data: new Int32Array(0) },
  { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
];

describe('parseNpy', () => {
  it.each(Object.keys(manifest.read))('reads the NumPy file %s as NumPy does, row-major', (name) => {
    const { dtype, shape, elements } = manifest.read[name]!;
    const array = parseNpy(fixture(name));
    const isBig = dtype === 'int64' || dtype === 'uint64';
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual(shape);
    expect([...array.data]).toEqual(elements.map((element) => (isBig ? BigInt(element) : Number(element))));
  });

  it.each(manifest.refused)('refuses the NumPy file %s and says what is read', (name) => {
    expect(failureOf(() => parseNpy(fixture(name))).code).toBe('E_UNSUPPORTED');
  });

  it('reads bytes that lie unaligned in a larger buffer', () => {
    const file = fixture('float64');
    const buffer = Buffer.alloc(file.length + 3);
    buffer.set(file, 3);
    expect(parseNpy(buffer.subarray(3))).toEqual(parseNpy(file));
  });

  it('reads any byte but 0 of a bool as 1', () => {
    const file = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", 3);
    file.set([0, 1, 255], file.length - 3);
    expect(parseNpy(file).data).toEqual(Uint8Array.of(0, 1, 1));
  });

  it('takes the keys in any order and shapes as Python 2 wrote them', () => {
    expect(parseNpy(npy("{'shape': (2L, 1L), 'descr': '<i2', 'fortran_order': True}", 4)).shape).toEqual([
      2, 1,
    ]);
  });

  it.each([
    ['a dimension below zero', "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"],
    ['a dimension that is no whole number', "{'descr': '<f4', 'fortran_order': False, 'shape': (1e3,), }"],
    ['a shape that is a number', "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }"],
    ['a shape that is a list', "{'descr': '<f4', 'fortran_order': False, 'shape': [2], }"],
    ['a key missing', "{'descr': '<f4', 'shape': (2,), }"],
    ['a key twice', "{'descr': '<f4', 'descr': '<f4', 'shape': (2,), }"],
    ['another key', "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'extra': 1}"],
    ['an expression for a value', "{'descr': '<f4', 'fortran_order': not True, 'shape': (2,), }"],
    ['commas missing', "{'descr': '<f4' 'fortran_order': False 'shape': (2,)}"],
    ['something after the dict', "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + 1"],
    ['nothing', ''],
  ])('refuses a header with %s', (_, header) => {
    const error = failureOf(() => parseNpy(npy(header, 8)));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toMatch(/header is malformed/);
  });

  it('refuses shapes whose size is absurd, before it allocates for them', () => {
    const shaped = (shape: string) => npy(`{'descr': '<f4', 'fortran_order': True, 'shape': ${shape}, }`, 0);
    const huge = '9007199254740991, '.repeat(3);
    expect(failureOf(() => parseNpy(shaped(`(${huge})`))).message).toContain(
      'more elements than can be counted',
    );
    expect(failureOf(() => parseNpy(shaped(`(0, ${huge})`))).message).toContain(
      'more elements than can be counted',
    );
    expect(failureOf(() => parseNpy(shaped(`(${'1, '.repeat(33)})`))).message).toContain('33 dimensions');
    expect(failureOf(() => parseNpy(shaped(`(${'9'.repeat(500)},)`))).code).toBe('E_INVALID_FILE');
    expect(failureOf(() => parseNpy(shaped('(1000000000000,)'))).message).toContain('takes 4000000000000');
  });

  it('refuses a second array after the first, which numpy.load would leave unread', () => {
    const file = fixture('float32');
    expect(failureOf(() => parseNpy(Uint8Array.of(...file, ...file))).message).toContain('one whole array');
  });

  it('refuses every truncation of a file', () => {
    for (const name of ['float32', 'version2']) {
      const file = fixture(name);
      for (let length = 0; length < file.length; length++) {
        expect(failureOf(() => parseNpy(file.subarray(0, length))).code).toBe('E_INVALID_FILE');
      }
    }
  });

  it('refuses a header longer than its limit, other versions and byte orders left open', () => {
    const file = fixture('version2');
    new DataView(file.buffer).setUint32(8, 0xffffffff, true);
    expect(failureOf(() => parseNpy(file)).message).toContain(`at most ${MAX_NPY_HEADER_BYTES}`);
    file[6] = 4;
    expect(failureOf(() => parseNpy(file)).code).toBe('E_UNSUPPORTED');
    for (const descr of ['|f4', '=f4', 'f4', '<f16', '<constructor']) {
      const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (), }`;
      expect(failureOf(() => parseNpy(npy(header, 4))).code).toBe('E_UNSUPPORTED');
    }
  });

  it('matches hostile headers in a time that does not explode', () => {
    const explode = (part: string, head: string) => {
      const header = (head + part.repeat(MAX_NPY_HEADER_BYTES)).slice(0, MAX_NPY_HEADER_BYTES);
      expect(failureOf(() => parseNpy(npy(header, 0)))).toBeInstanceOf(LstmOnnxError);
    };
    for (const part of [' ', '1,', '1', '(', "'", '{ ', "'shape': ("]) {
      for (const head of ["{'shape': (1", '{', "{'descr': '", "{'shape': "]) {
        expect(cpuMilliseconds(() => explode(part, head))).toBeLessThan(1000);
      }
    }
  });

  it('answers damaged and random bytes with a typed error or an array that fills its shape', () => {
    const files = Object.keys(manifest.read).map(fixture);
    const damaged = fc
      .tuple(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      )
      .map(([file, changes]) => {
        const copy = file.slice();
        for (const [place, byte] of changes) {
          copy[place % copy.length] = byte;
        }
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (input) => {
        try {
          const array = parseNpy(input);
          expect(array.data.length).toBe(sizeOf(array.shape));
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encodeNpy', () => {
  it.each(arrays)('writes $dtype $shape so that it reads back the same', (array) => {
    expect(parseNpy(encodeNpy(array))).toEqual(array);
  });

  it.each(['float32', 'int64', 'scalar', 'vector', 'empty', 'rank4', 'bool'])(
    'writes the bytes that numpy.save writes for %s',
    (name) => {
      expect(encodeNpy(parseNpy(fixture(name)))).toEqual(fixture(name));
    },
  );

  it('writes only the part of a buffer that the array covers', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(parseNpy(encodeNpy({ dtype: 'float32', shape: [2], data })).data).toEqual(Float32Array.of(1, 2));
  });

  it('refuses data that does not fill the shape', () => {
    const error = failureOf(() => encodeNpy({ dtype: 'float32', shape: [3], data: new Float32Array(2) }));
    expect(error.code).toBe('E_SHAPE_MISMATCH');
  });
});
