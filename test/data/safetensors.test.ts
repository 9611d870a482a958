import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors, parseSafetensors } from '../../src/data/safetensors.js';
import { LstmOnnxError } from '../../src/errors.js';
import type { NdArray } from '../../src/nd-array.js';
import { listFixtures } from '../fixtures.js';

const FIXTURES = new URL('../../fixtures/data/', import.meta.url);

/** A file of the given header (text is taken as it is) and data. */
function file(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

function errorOf(bytes: Uint8Array): LstmOnnxError {
  try {
    parseSafetensors(bytes);
  } catch (error) {
    if (error instanceof LstmOnnxError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

function expectInvalid(bytes: Uint8Array, message: RegExp): void {
  const error = errorOf(bytes);
  expect(error.code).toBe('E_INVALID_FILE');
  expect(error.message).toMatch(message);
}

const everyType = new Map<string, NdArray>([
  ['bool', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['uint8', { dtype: 'uint8', shape: [1], data: Uint8Array.of(255) }],
  ['int8', { dtype: 'int8', shape: [1], data: Int8Array.of(-128) }],
  ['int16', { dtype: 'int16', shape: [1, 1], data: Int16Array.of(-32768) }],
  ['uint16', { dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) }],
  ['int32', { dtype: 'int32', shape: [1], data: Int32Array.of(-(2 ** 31)) }],
  ['uint32', { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) }],
  ['float32', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -0, 1e-45, Infinity, NaN, 0.1) }],
  ['float64', { dtype: 'float64', shape: [], data: Float64Array.of(Math.PI) }],
  ['int64', { dtype: 'int64', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) }],
  ['uint64', { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) }],
  ['empty', { dtype: 'float32', shape: [0, 7], data: new Float32Array() }],
]);

describe('parseSafetensors', () => {
  it("reads a file that Python's safetensors wrote", () => {
    const { tensors, metadata } = parseSafetensors(
      readFileSync(new URL('lstm/reference-text.safetensors', FIXTURES)),
    );
    expect(JSON.parse(metadata.get('case') ?? '')).toMatchObject({
      inputSize: 10,
      hiddenSize: 20,
      numLayers: 2,
    });
    expect(tensors.get('input.x')).toMatchObject({ dtype: 'float32', shape: [5, 3, 10] });
    expect(tensors.get('param.lstm.weight_ih_l0')?.data).toHaveLength(80 * 10);
  });

  it('gives back the very bytes of every Python-written fixture when they are read and written again', () => {
    for (const name of [...listFixtures('lstm'), ...listFixtures('init'), ...listFixtures('ops')]) {
      const bytes = readFileSync(new URL(`${name}.safetensors`, FIXTURES));
      const { tensors, metadata } = parseSafetensors(bytes);
      expect(Buffer.compare(encodeSafetensors(tensors, metadata), bytes), name).toBe(0);
    }
  });

  it('reads data at every alignment', () => {
    for (let padding = 0; padding < 8; padding++) {
      const header = `{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}${' '.repeat(padding)}`;
      const data = new Uint8Array(Float64Array.of(1.5).buffer);
      const shifted = new Uint8Array(200).subarray(3);
      const bytes = file(header, data);
      shifted.set(bytes);
      expect(parseSafetensors(shifted.subarray(0, bytes.length)).tensors.get('a')?.data).toEqual(
        Float64Array.of(1.5),
      );
    }
  });

  it('gives tensors that do not change with the bytes they were read from', () => {
    const bytes = Buffer.from(encodeSafetensors(everyType));
    const { tensors } = parseSafetensors(bytes);
    bytes.fill(0xff);
    expect(tensors.get('float64')?.data).toEqual(Float64Array.of(Math.PI));
    expect(tensors.get('uint8')?.data).toEqual(Uint8Array.of(255));
  });

  it('widens float16 and bfloat16 exactly, zeros, subnormals, infinities and NaN included', () => {
    const half = Uint16Array.of(
      0x0000,
      0x8000,
      0x3c00,
      0xc000,
      0x7bff,
      0x0400,
      0x0001,
      0x83ff,
      0x7c00,
      0xfc00,
      0x7e00,
    );
    const halfFile = file(
      { h: { dtype: 'F16', shape: [11], data_offsets: [0, 22] } },
      new Uint8Array(half.buffer),
    );
    expect(parseSafetensors(halfFile).tensors.get('h')).toEqual({
      dtype: 'float32',
      shape: [11],
      data: Float32Array.of(
        ...[0, -0, 1, -2, 65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, Infinity, -Infinity, NaN],
      ),
    });

    const brain = Uint16Array.of(0x0000, 0x8000, 0x3f80, 0xc049, 0x0001, 0x7f7f, 0x7f80, 0xff80, 0x7fc0);
    const brainFile = file(
      { b: { dtype: 'BF16', shape: [3, 3], data_offsets: [0, 18] } },
      new Uint8Array(brain.buffer),
    );
    expect(parseSafetensors(brainFile).tensors.get('b')).toEqual({
      dtype: 'float32',
      shape: [3, 3],
      data: Float32Array.of(...[0, -0, 1, -3.140625, 2 ** -133, 255 * 2 ** 120, Infinity, -Infinity, NaN]),
    });
  });

  it('reads any non-zero byte of a BOOL tensor as true', () => {
    const bytes = file({ m: { dtype: 'BOOL', shape: [3], data_offsets: [0, 3] } }, Uint8Array.of(0, 2, 255));
    expect(parseSafetensors(bytes).tensors.get('m')?.data).toEqual(Uint8Array.of(0, 1, 1));
  });

  it('takes tensors called __proto__, constructor and 0 as names like any other', () => {
    const entry = (begin: number) => `{"dtype":"U8","shape":[1],"data_offsets":[${begin},${begin + 1}]}`;
    const header = `{"__metadata__":{"__proto__":"p"},"__proto__":${entry(0)},"constructor":${entry(1)},"0":${entry(2)}}`;
    const { tensors, metadata } = parseSafetensors(file(header, Uint8Array.of(1, 2, 3)));
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor', '0']);
    expect(metadata).toEqual(new Map([['__proto__', 'p']]));
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
    expect(parseSafetensors(encodeSafetensors(tensors, metadata))).toEqual({ tensors, metadata });
  });

  it('reads a file without tensors', () => {
    expect(parseSafetensors(file('{}'))).toEqual({ tensors: new Map(), metadata: new Map() });
  });

  it('refuses a header length that passes the limit or the file', () => {
    const bytes = new Uint8Array(32);
    expectInvalid(new Uint8Array(7), /7 bytes/);
    bytes.fill(0xff, 0, 8);
    expectInvalid(bytes, /header length is 18446744073709551615, above/);
    new DataView(bytes.buffer).setBigUint64(0, 25n, true);
    expectInvalid(bytes, /header length is 25, but what follows has 24 bytes/);
  });

  it('refuses a header that is not a JSON object in UTF-8', () => {
    expectInvalid(file('{"a":'), /not JSON/);
    expectInvalid(file('[]'), /not a JSON object/);
    expectInvalid(file('null'), /not a JSON object/);
    expectInvalid(file('['.repeat(200_000)), /header .* is nested deeper than 1000 levels/);
    expectInvalid(file(`{"a":[${'[],'.repeat(3_000_000)}[]]}`), /header .* would take the memory/);
    expectInvalid(file(' '.repeat(2 ** 24 + 1)), /above 16777216, the most that is read/);
    const notUtf8 = file('{}  ');
    notUtf8[10] = 0xff;
    expectInvalid(notUtf8, /not JSON in UTF-8/);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', 1, /not described/],
    ['a list', [], /not described/],
    ['no dtype', { shape: [1], data_offsets: [0, 4] }, /no dtype/],
    ['an unknown dtype', { dtype: 'toString', shape: [1], data_offsets: [0, 4] }, /unknown dtype "toString"/],
    ['no shape', { dtype: 'F32', data_offsets: [0, 4] }, /shape/],
    ['a negative dimension', { dtype: 'F32', shape: [-1], data_offsets: [0, 4] }, /shape/],
    ['a fractional dimension', { dtype: 'F32', shape: [1.5], data_offsets: [0, 4] }, /shape/],
    ['a dimension past 2^53', { dtype: 'F32', shape: [2 ** 53], data_offsets: [0, 4] }, /shape/],
    ['too many dimensions', { dtype: 'F32', shape: new Array(65).fill(1), data_offsets: [0, 4] }, /64/],
    [
      'a product past 2^53',
      { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] },
      /more than 2\^53/,
    ],
    ['such a product times 0', { dtype: 'F32', shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] }, /2\^53/],
    ['one offset', { dtype: 'F32', shape: [1], data_offsets: [0] }, /data_offsets/],
    ['textual offsets', { dtype: 'F32', shape: [1], data_offsets: ['0', '4'] }, /data_offsets/],
    ['offsets in reverse', { dtype: 'F32', shape: [1], data_offsets: [4, 0] }, /bytes 4 to 0/],
    ['offsets past the end', { dtype: 'F32', shape: [2], data_offsets: [0, 8] }, /bytes 0 to 8/],
    ['a shape that needs more', { dtype: 'F32', shape: [2], data_offsets: [0, 4] }, /takes 8 bytes.*span 4/],
    ['a shape that needs less', { dtype: 'U8', shape: [3], data_offsets: [0, 4] }, /takes 3 bytes.*span 4/],
  ])('refuses a tensor with %s, naming it', (_, entry, message) => {
    const error = errorOf(file({ 'fc.weight': entry }, new Uint8Array(4)));
    expect(error).toMatchObject({ code: 'E_INVALID_FILE', message: expect.stringMatching(message) });
    expect(error.message).toContain('"fc.weight"');
  });

  it('refuses holes, overlaps and left-over bytes', () => {
    const entry = (begin: number, end: number) => ({
      dtype: 'U8',
      shape: [end - begin],
      data_offsets: [begin, end],
    });
    const data = new Uint8Array(8);
    expectInvalid(file({ a: entry(0, 3), b: entry(4, 8) }, data), /"b" starts at byte 4 .* expected 3;/);
    expectInvalid(file({ a: entry(0, 5), b: entry(4, 8) }, data), /"b" starts at byte 4 .* expected 5;/);
    expectInvalid(file({ a: entry(0, 8), b: entry(0, 8) }, data), /holes or overlaps/);
    expectInvalid(file({ a: entry(1, 8) }, data), /"a" starts at byte 1/);
    expectInvalid(file({ a: entry(0, 7) }, data), /cover 7 bytes, and .* has 8/);
  });

  it('refuses metadata that is not strings', () => {
    expectInvalid(file({ __metadata__: [] }), /__metadata__ is not an object/);
    expectInvalid(file({ __metadata__: { a: 1 } }), /entry "a" is not a string/);
  });

  it('says that a float8 tensor is known but not read', () => {
    const error = errorOf(
      file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
    );
    expect(error.code).toBe('E_UNSUPPORTED');
    expect(error.message).toMatch(/F8_E4M3.*convert/);
  });

  it('keeps its messages short when a name is long', () => {
    expect(errorOf(file({ ['x'.repeat(1e6)]: 1 })).message.length).toBeLessThan(400);
  });
});

describe('encodeSafetensors', () => {
  it('writes what parseSafetensors reads, for every type', () => {
    const metadata = new Map([
      ['network', '{"a":"é\\n"}'],
      ['0', ''],
    ]);
    const read = parseSafetensors(encodeSafetensors(everyType, metadata));
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...everyType].sort()));
    expect(read.metadata).toEqual(metadata);
  });

  it('aligns every tensor and starts the data at a multiple of 8', () => {
    for (const name of ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg']) {
      const bytes = encodeSafetensors(new Map([...everyType, [name, everyType.get('int16')!]]));
      const headerBytes = new DataView(bytes.buffer).getUint32(0, true);
      expect(headerBytes % 8).toBe(0);
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
      for (const [key, tensor] of everyType) {
        expect(header[key].data_offsets[0] % tensor.data.BYTES_PER_ELEMENT, key).toBe(0);
      }
    }
  });

  it('writes only the part of a buffer that a view shows', () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const bytes = encodeSafetensors(new Map([['v', { dtype: 'float32', shape: [2], data: view }]]));
    expect(parseSafetensors(bytes).tensors.get('v')?.data).toEqual(Float32Array.of(2, 3));
  });

  it('refuses a tensor called __metadata__ and data that does not fill its shape', () => {
    const tensor: NdArray = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
    expect(() => encodeSafetensors(new Map([['__metadata__', tensor]]))).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION' }),
    );
    expect(() => encodeSafetensors(new Map([['a', { ...tensor, shape: [2] }]]))).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE_MISMATCH',
        message: expect.stringContaining('"a" of shape [2]'),
      }),
    );
    expect(() => encodeSafetensors(new Map([['a', { ...tensor, shape: [-1, -1] }]]))).toThrow(
      expect.objectContaining({ code: 'E_SHAPE_MISMATCH' }),
    );
  });
});

describe('hostile files', () => {
  const whole = encodeSafetensors(everyType, new Map([['note', 'x']]));

  /** A parse either fails with the typed error or gives tensors that are consistent in themselves. */
  function parseSoundly(bytes: Uint8Array): void {
    let parsed: ReturnType<typeof parseSafetensors>;
    try {
      parsed = parseSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(LstmOnnxError);
      expect(['E_INVALID_FILE', 'E_UNSUPPORTED']).toContain((error as LstmOnnxError).code);
      return;
    }
    const stored = [...parsed.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(stored).toBeLessThanOrEqual(2 * bytes.length); // 16-bit floats double
    expect(parseSafetensors(encodeSafetensors(parsed.tensors, parsed.metadata))).toEqual(parsed);
  }

  it('every truncation is refused', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(errorOf(whole.subarray(0, length)).code).toBe('E_INVALID_FILE');
    }
  });

  it('flipped bits give a typed error or a consistent file', () => {
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (places) => {
        const bytes = whole.slice();
        for (const [at, bit] of places) bytes[at]! ^= 1 << bit;
        parseSoundly(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('random bytes give a typed error or a consistent file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => parseSoundly(bytes)),
      { numRuns: 2000 },
    );
  });

  it('random headers give a typed error or a consistent file', () => {
    const name = fc.oneof(fc.constantFrom('__metadata__', '__proto__', 'constructor', 'a'), fc.string());
    const size = fc.oneof(fc.nat(4), fc.integer(), fc.double(), fc.maxSafeInteger());
    const dtype = fc.constantFrom('F64', 'F32', 'F16', 'BF16', 'I64', 'U8', 'BOOL', 'F8_E5M2', 'nothing');
    const entry = fc.record(
      {
        dtype: fc.oneof({ weight: 8, arbitrary: dtype }, { weight: 1, arbitrary: fc.jsonValue() }),
        shape: fc.oneof({ weight: 8, arbitrary: fc.array(size, { maxLength: 3 }) }, fc.jsonValue()),
        data_offsets: fc.oneof({ weight: 8, arbitrary: fc.tuple(size, size) }, fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(name, fc.oneof(entry, fc.jsonValue()), { maxKeys: 4 });
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 32 }), (json, data) => parseSoundly(file(json, data))),
      { numRuns: 3000 },
    );
  });

  it('whatever is written is read back the same, names and values', () => {
    const tensor = fc
      .tuple(fc.nat(3), fc.nat(3))
      .chain(([rows, columns]) =>
        fc
          .float32Array({ minLength: rows * columns, maxLength: rows * columns })
          .map((data): NdArray => ({ dtype: 'float32', shape: [rows, columns], data })),
      );
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
    const texts = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(names, tensor)), fc.array(fc.tuple(texts, texts)), (named, pairs) => {
        const tensors = new Map(named);
        const metadata = new Map(pairs);
        const read = parseSafetensors(encodeSafetensors(tensors, metadata));
        expect(read).toEqual({ tensors, metadata });
      }),
      { numRuns: 500 },
    );
  });
});
