import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { SPARE_BYTES } from '../../src/data/memory-budget.js';
import { readZip } from '../../src/import/zip.js';
import { cpuMilliseconds } from '../cpu-time.js';
import { failureOf } from '../data/failure.js';
import { type ZippedFile, zipOf } from './archives.js';

const encode = (text: string) => new TextEncoder().encode(text);
const noise = Uint8Array.from({ length: 50_000 }, (_, index) => (index * index * 31 + (index >> 3)) & 0xff);

/** Reads every entry, as a reader of models would. */
function contentsOf(archive: Uint8Array): Map<string, Uint8Array> {
  return new Map([...readZip(archive)].map(([name, entry]) => [name, entry.bytes()]));
}

function expectInvalid(archive: Uint8Array, message: RegExp): void {
  const failure = failureOf(() => contentsOf(archive));
  expect(failure.code).toBe('E_INVALID_FILE');
  expect(failure.message).toMatch(message);
}

describe('readZip', () => {
  it('gives the files by name, in the order of the directory, folders left out', () => {
    const archive = zipOf({ 'b/': new Uint8Array(), 'b/two': encode('2'), ä: encode('1') });
    expect([...readZip(archive).keys()]).toEqual(['b/two', 'ä']);
    expect(contentsOf(archive).get('ä')).toEqual(encode('1'));
  });

  it('inflates what another writer deflated, over many chunks', () => {
    const zeros = new Uint8Array(300_000);
    const contents = contentsOf(zipSync({ noise, zeros, empty: new Uint8Array() }, { level: 9 }));
    expect(Buffer.from(contents.get('noise')!).equals(noise)).toBe(true);
    expect(Buffer.from(contents.get('zeros')!).equals(zeros)).toBe(true);
    expect(contents.get('empty')).toEqual(new Uint8Array());
  });

  it('gives stored files as views of the archive, and says which files are none', () => {
    const archive = zipOf({ stored: encode('abc'), deflated: { bytes: noise, isDeflated: true } });
    const entries = readZip(archive);
    expect(entries.get('stored')).toMatchObject({ size: 3, isCompressed: false });
    expect(entries.get('stored')!.bytes().buffer).toBe(archive.buffer);
    expect(entries.get('deflated')).toMatchObject({ size: noise.length, isCompressed: true });
  });

  it('reads an archive with a comment, and one in a part of a larger buffer', () => {
    const archive = zipOf({ a: encode('1') });
    const commented = Uint8Array.from([...archive, ...encode('PK\x05\x06 hello')]);
    commented[archive.length - 2] = commented.length - archive.length;
    const padded = Uint8Array.from([1, 2, 3, ...commented, 4]);
    expect(contentsOf(padded.subarray(3, -1)).get('a')).toEqual(encode('1'));
  });

  it('knows names as names only, not as properties', () => {
    const own = readZip(zipOf([['__proto__', { bytes: encode('1') }]]));
    expect(own.get('__proto__')!.bytes()).toEqual(encode('1'));
    expect(own.get('toString')).toBeUndefined();
  });

  const zip64Extra = (...sizes: bigint[]) => [
    ...[0x55, 0x54, 2, 0, 7, 7], // another extra field first
    ...[1, 0, 8 * sizes.length, 0],
    ...new Uint8Array(BigInt64Array.from(sizes).buffer),
  ];

  it('takes sizes and places of zip64 entries from their extra field', () => {
    const archive = zipOf({ a: { bytes: encode('abc'), zip64Extra: zip64Extra(3n, 3n, 0n) } });
    expect(contentsOf(archive).get('a')).toEqual(encode('abc'));
  });

  it.each([
    ['lacks a size', zip64Extra(3n, 3n), /"a" lacks its zip64 sizes/],
    ['is empty', [], /"a" lacks its zip64 sizes/],
    ['has a size past 2^53', zip64Extra(-1n, 3n, 0n), /"a" declares 18446744073709551615/],
    ['has a place past the archive', zip64Extra(3n, 3n, 2n ** 40n), /no entry is at byte 1099511627776/],
  ])('refuses a zip64 extra field that %s', (_, extra, message) => {
    expectInvalid(zipOf({ a: { bytes: encode('abc'), zip64Extra: extra } }), message);
  });

  it('does not check a checksum of 0, which torch.save writes when told to write none', () => {
    expect(contentsOf(zipOf({ a: { bytes: encode('1'), crc: 0 } })).get('a')).toEqual(encode('1'));
  });

  const file = (changes: Partial<ZippedFile>): [string, ZippedFile][] => [
    ['a', { bytes: noise, ...changes }],
  ];

  it.each<[string, [string, ZippedFile][], RegExp]>([
    ['a wrong checksum', file({ crc: 1 }), /"a" has the checksum 0x[0-9a-f]{8}, not 0x00000001/],
    ['a wrong checksum of compressed data', file({ crc: 1, isDeflated: true }), /checksum/],
    ['a size that is not the stored one', file({ size: 7 }), /declares 7 bytes and has 50000/],
    [
      'more contents than declared',
      file({ size: 49_999, isDeflated: true }),
      /declares 49999 bytes and holds more/,
    ],
    [
      'fewer contents than declared',
      file({ size: 50_001, isDeflated: true }),
      /declares 50001 bytes and holds 50000/,
    ],
    ['a packed size past the data', file({ packedSize: 50_001, size: 50_001 }), /past the last byte of data/],
    [
      'a cut deflate stream',
      file({ packedSize: 1000, isDeflated: true }),
      /does not inflate \(unexpected EOF\)/,
    ],
    ['an impossible ratio', file({ size: 60_000_000, isDeflated: true }), /cannot hold the 60000000/],
    ['no deflate stream', file({ method: 8 }), /does not inflate|holds/],
    ['another name in its local header', file({ localName: 'b' }), /another name than "a"/],
    ['a start beyond the data', file({ from: 70_000 }), /no entry is at byte 70000/],
    ['a start inside of an entry', file({ from: 1 }), /no entry is at byte 1/],
    ['two files of one name', [...file({}), ...file({})], /two entries are called "a"/],
    [
      'entries that share bytes',
      [...file({}), ['a\u{0}', { bytes: noise, from: 0 }]],
      /another name|inside another/,
    ],
  ])('refuses an archive with %s', (_, files, message) => {
    expectInvalid(zipOf(files), message);
  });

  it('refuses entries that overlap under names that fit', () => {
    // The second entry is inside the contents of the first: one piece of compressed data counted twice.
    const inner = zipOf({ b: noise });
    const files: [string, ZippedFile][] = [
      ['a', { bytes: inner }],
      ['b', { bytes: noise, from: 31 }],
    ];
    expectInvalid(zipOf(files), /inside another/);
  });

  it.each<[string, Partial<ZippedFile>, RegExp]>([
    ['encryption', { flags: 1 }, /"a" is encrypted/],
    ['compression that is not deflate', { method: 12 }, /"a" is compressed by method 12/],
  ])('refuses %s as unsupported', (_, changes, message) => {
    const failure = failureOf(() => readZip(zipOf(file(changes))));
    expect(failure.code).toBe('E_UNSUPPORTED');
    expect(failure.message).toMatch(message);
  });

  it('refuses more compressed contents than twice the file and 64 MiB before it inflates any', () => {
    const bomb = { bytes: new Uint8Array(100_000), isDeflated: true, size: SPARE_BYTES + 10_000_000 };
    const failure = failureOf(() => readZip(zipOf({ bomb })));
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(/compressed zip entry "bomb" of 77108864 bytes.*memory/);
  });

  it('stops at the declared size of a bomb that declares little', () => {
    const bomb = zipOf({
      bomb: { bytes: new Uint8Array(20_000_000), isDeflated: true, size: 1000, crc: 0 },
    });
    const took = cpuMilliseconds(() => expectInvalid(bomb, /declares 1000 bytes and holds more/));
    expect(took).toBeLessThan(1000);
  });

  it('stops at garbage behind compressed contents instead of piling it up', () => {
    const packed = zipSync({ a: encode('abc') }, { level: 9 });
    expect(contentsOf(packed).get('a')).toEqual(encode('abc'));
    // An empty final block (03 00), then megabytes that belong to nothing.
    const garbage = new Uint8Array(20_000_000);
    garbage[0] = 3;
    const archive = withBytes(garbage);
    const took = cpuMilliseconds(() =>
      expectInvalid(archive, /goes on after its compressed contents have ended/),
    );
    expect(took).toBeLessThan(1000);
  });

  it('refuses every cut of an archive', () => {
    const archive = zipOf({ a: encode('one'), b: { bytes: encode('two two two two'), isDeflated: true } });
    for (let length = 0; length < archive.length; length++) {
      expectInvalid(archive.slice(0, length), /damaged or cut short/);
    }
  });
});

/** An archive of one entry that claims to be the given deflate stream. */
function withBytes(stream: Uint8Array): Uint8Array {
  const head = zipOf({
    a: { bytes: new Uint8Array(), method: 8, packedSize: stream.length, size: 5, crc: 0 },
  });
  const dataAt = 31;
  const archive = new Uint8Array(head.length + stream.length);
  archive.set(head.subarray(0, dataAt));
  archive.set(stream, dataAt);
  archive.set(head.subarray(dataAt), dataAt + stream.length);
  new DataView(archive.buffer).setUint32(archive.length - 6, dataAt + stream.length, true);
  return archive;
}
