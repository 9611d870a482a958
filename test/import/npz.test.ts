import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/data/npy.js';
import { readNpz } from '../../src/import/npz.js';
import { failureOf } from '../data/failure.js';
import { bytesOf, zipOf } from './archives.js';

// Files that NumPy wrote, in every type and order, are read in pytorch.test.ts.

const floats = encodeNpy({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
const integers = encodeNpy({ dtype: 'int64', shape: [1], data: BigInt64Array.of(7n) });

describe('readNpz', () => {
  it('leaves out integers and booleans, and keeps the order of the others', () => {
    const doubles = encodeNpy({ dtype: 'float64', shape: [], data: Float64Array.of(0.1) });
    const weights = readNpz(zipOf({ 'z.npy': floats, 'steps.npy': integers, 'a.b.npy': doubles }));
    expect([...weights]).toEqual([
      ['z', { shape: [2], data: Float32Array.of(1, 2) }],
      ['a.b', { shape: [], data: Float32Array.of(0.1) }],
    ]);
  });

  it('says which array is broken', () => {
    const failure = failureOf(() =>
      readNpz(zipOf({ 'good.npy': floats, 'bad.npy': floats.subarray(0, -1) })),
    );
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(/array "bad".*7 bytes of elements/);
  });

  it.each([
    [
      'an archive of other files',
      zipOf({ 'x.npy': floats, 'readme.txt': floats }),
      /not \.npz.*"readme\.txt"/,
    ],
    ['an empty archive', zipOf({}), /not \.npz: it holds nothing/],
    ['an archive without weights', zipOf({ 'steps.npy': integers }), /no weights: its arrays "steps"/],
  ])('refuses %s', (_, bytes, message) => {
    const failure = failureOf(() => readNpz(bytes));
    expect(failure.code).toBe('E_UNSUPPORTED');
    expect(failure.message).toMatch(message);
  });

  it('refuses an array that would inflate past the memory it may take', () => {
    // 24 MB inflated are held twice for a moment, and once more as the result: past 64 MiB and twice the file.
    const head = encodeNpy({ dtype: 'float32', shape: [0, 1], data: new Float32Array() });
    // Not TextDecoder, whose latin1 is Windows' code page from Node.js 24 on, as the standard says.
    const header = Buffer.from(head).toString('latin1').replace('(0, 1)', '(6000000,)').replace('    ', '');
    const bytes = bytesOf(Buffer.from(header, 'latin1'), new Uint8Array(24_000_000));
    const failure = failureOf(() => readNpz(zipOf({ 'bomb.npy': { bytes, isDeflated: true } })));
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(/the array "bomb" would take the memory/);
  });
});
