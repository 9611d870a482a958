import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readArray } from '../../src/files/array.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const directory = temporaryDirectory();

function file(name: string, contents: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, contents);
  return path;
}

describe('readArray', () => {
  it('chooses the format by the extension, in any case', async () => {
    const npy = fileURLToPath(new URL('../../fixtures/npy/float32.npy', import.meta.url));
    expect(await readArray(npy)).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(await readArray(file('a.JSON', '[[1, 2]]'))).toMatchObject({ dtype: 'float64', shape: [1, 2] });
    expect(await readArray(file('a.csv', '\ufeffx,y\n1,2\n3,4\n'))).toMatchObject({
      dtype: 'float64',
      shape: [2, 2],
    });
    expect((await readArray(file('a.tsv', 'x\ty\n1\t2\n'))).shape).toEqual([1, 2]);
  });

  it('lists the formats it knows for another extension or none', async () => {
    for (const name of ['a.txt', 'array']) {
      const error = await rejectionOf(readArray(name));
      expect(error.code).toBe('E_UNSUPPORTED');
      expect(error.message).toContain('.npy, .json, .csv, .tsv');
    }
  });

  it('names the file in what is wrong with its contents', async () => {
    for (const [name, contents] of [
      ['bad.npy', 'not npy'],
      ['bad.json', '[1, "x"]'],
      ['bad.csv', '1,2\n3,x'],
      ['latin1.csv', Uint8Array.of(0xe9, 0x2c)],
    ] as const) {
      const path = file(name, contents);
      const error = await rejectionOf(readArray(path));
      expect(error.code).toBe('E_INVALID_FILE');
      expect(error.message.startsWith(`${path}: `)).toBe(true);
    }
  });

  it('shows text beyond ASCII in a file as it reads', async () => {
    expect(await readArray(file('mark.json', '\ufeff{"é": "€", "data": [1], "dims": [1]}'))).toMatchObject({
      shape: [1],
      data: Float64Array.of(1),
    });
    for (const [contents, shown] of [
      ['[1, "20 €"]', 'JSON [1] is the text "20 €"'],
      ['{"größe": 1}', 'has the keys größe'],
      ['[1, €]', 'stands "€]"'],
      ['[1, "\\u20ac"]', 'the text "€"'],
    ]) {
      expect((await rejectionOf(readArray(file('shown.json', contents!)))).message).toContain(shown);
    }
    const notUtf8 = file('latin1.json', Uint8Array.of(0x5b, 0x31, 0x2c, 0xe9, 0x5d));
    expect((await rejectionOf(readArray(notUtf8))).message).toContain('not UTF-8 text');
  });

  it('reports a missing file as one that cannot be read', async () => {
    expect((await rejectionOf(readArray(join(directory, 'none.npy')))).code).toBe('E_FILE_READ');
  });
});
