import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/import/formats.js';
import { type Hdf5Object, openHdf5 } from '../../src/import/hdf5/open-hdf5.js';
import { failureOf } from '../data/failure.js';
import { damaged, fuzz } from './damage.js';
import { withUserBlock } from './keras-files.js';

function file(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/data/hdf5/${name}.h5`, import.meta.url));
}

/** 0, 1/8, 2/8, ... as fixtures/keras_cases.py stores them in every form. */
const numbers = { shape: [4, 6], data: Float32Array.from({ length: 24 }, (_, index) => index / 8) };

function readAll(object: Hdf5Object, depth = 0): void {
  object.texts();
  if (depth > 8) return;
  for (const name of object.names()) {
    const child = object.find([name])!;
    if (child.names().length === 0) child.array();
    readAll(child, depth + 1);
  }
}

describe('openHdf5', () => {
  it.each([
    ['earliest', ['float32', 'float64', 'float16', 'big', 'chunked', 'gzip']],
    ['v108', ['float32', 'float64', 'float16', 'big', 'chunked', 'gzip']],
    ['latest', ['float32', 'float64', 'float16', 'big']],
  ])('reads the numbers in the %s format', (name, datasets) => {
    const root = openHdf5(file(name));
    for (const dataset of datasets)
      expect(root.find(['group', 'inner', dataset])?.array(), dataset).toEqual(numbers);
    expect(root.find(['group', 'inner', 'scalar'])?.array()).toEqual({
      shape: [],
      data: Float32Array.of(2.5),
    });
  });

  it.each(['earliest', 'v108', 'latest'])(
    'reads texts of fixed and of variable length in the %s format',
    (name) => {
      const root = openHdf5(file(name));
      expect([...root.texts()]).toEqual([
        ['text', 'variable é'],
        ['bytes', 'fixed'],
        ['names', ['one', 'three']],
        ['texts', ['uno', 'dos']],
      ]);
      expect(root.names().sort()).toEqual(['empty', 'group']);
      expect(root.find(['empty'])?.names()).toEqual([]);
      expect(root.find(['group', 'outer', 'float32'])).toBeUndefined();
    },
  );

  it('reads a group with more members than a node of its tree holds', () => {
    const names = openHdf5(file('many')).find(['names']);
    expect(names?.names()).toHaveLength(40);
    for (let index = 0; index < 40; index++) {
      expect(names?.find([`entry_${index}`])?.array().data).toEqual(Float32Array.of(index));
    }
  });

  it.each([
    ['earliest', 512, 'as h5py writes it'],
    ['earliest', 4096, 'as h5py writes it'],
    ['latest', 2048, 'put before a file that was written without it'],
  ])('reads the %s format behind a user block of %i bytes, %s', (name, size, origin) => {
    const bytes = withUserBlock(file(name), size, origin === 'as h5py writes it');
    expect(detectFormat(bytes)).toBe('hdf5');
    const root = openHdf5(bytes);
    expect(root.find(['group', 'inner', 'float32'])?.array()).toEqual(numbers);
    expect(root.find(['group', 'inner', 'big'])?.array()).toEqual(numbers);
    if (name === 'earliest') expect(root.find(['group', 'inner', 'gzip'])?.array()).toEqual(numbers);
    expect(root.texts().get('text')).toBe('variable é');
  });

  it('refuses a file behind a user block that is cut short or not in its place, or whose base address cannot be', () => {
    const bytes = withUserBlock(file('earliest'), 512, true);
    expect(failureOf(() => openHdf5(bytes.subarray(0, 12_000))).message).toMatch(
      /says that it has 17920 bytes and has 11488/,
    );
    expect(detectFormat(bytes.subarray(1))).not.toBe('hdf5');
    new DataView(bytes.buffer).setBigUint64(512 + 24, 2n ** 40n, true);
    expect(failureOf(() => openHdf5(bytes)).message).toMatch(
      /base address, 1099511627776, is behind its end/,
    );
  });

  it('refuses what it does not read by name', () => {
    const inner = openHdf5(file('earliest')).find(['group', 'inner']);
    const integers = failureOf(() => inner?.find(['int'])?.array());
    expect(integers.message).toMatch(
      /integers of 64 bits in "\/group\/inner\/int" instead of floats.*before quantize\(\)/,
    );
    expect(integers.code).toBe('E_UNSUPPORTED');
    const chunks = failureOf(() => openHdf5(file('latest')).find(['group', 'inner', 'gzip'])?.array());
    expect(chunks.message).toMatch(/data layout of version 4, class 2.*h5repack/);
    expect(failureOf(() => inner?.array()).message).toMatch(/"\/group\/inner" is no dataset/);
  });

  it('refuses bytes that are no HDF5, and a file cut short', () => {
    expect(failureOf(() => openHdf5(new Uint8Array(200))).message).toMatch(/Not an HDF5 file/);
    const cut = failureOf(() => openHdf5(file('earliest').slice(0, 10_000)));
    expect(cut.message).toMatch(/says that it has 17920 bytes and has 10000/);
    expect(cut.code).toBe('E_INVALID_FILE');
  });

  it('allocates nothing for sizes that the file does not hold', () => {
    const bytes = Uint8Array.from(file('earliest'));
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + 16 <= bytes.length; at += 8) {
      // The shape of the datasets, wherever it is.
      if (view.getBigUint64(at, true) === 4n && view.getBigUint64(at + 8, true) === 6n) {
        view.setBigUint64(at, 2n ** 30n, true);
      }
    }
    const inner = openHdf5(bytes).find(['group', 'inner']);
    expect(failureOf(() => inner?.find(['float32'])?.array()).message).toMatch(
      /takes 25769803776 bytes, and/,
    );
    expect(failureOf(() => inner?.find(['chunked'])?.array()).message).toMatch(/would take the memory/);
    expect(failureOf(() => inner?.find(['gzip'])?.array()).message).toMatch(/would take the memory/);
  });

  it.each(['earliest', 'latest'])('reads or refuses 10,000 damaged files in the %s format', async (name) => {
    const answers = await fuzz(damaged(file(name)), (bytes) => {
      const root = openHdf5(bytes);
      root.texts();
      root.names();
      for (const dataset of ['float32', 'float16', 'big', 'chunked', 'gzip']) {
        if (name === 'latest' && (dataset === 'chunked' || dataset === 'gzip')) continue;
        root.find(['group', 'inner', dataset])?.array();
      }
    });
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(9900);
  });

  it('goes through all of a damaged file without end', async () => {
    await fuzz(damaged(file('many')), (bytes) => readAll(openHdf5(bytes)));
  });
});
