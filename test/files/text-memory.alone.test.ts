/** While text is parsed, the bytes that it was read from are memory that can be had again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { readArray } from '../../src/files/array.js';
import { temporaryDirectory } from './temporary-directory.js';

const { whileParsing } = vi.hoisted(() => ({ whileParsing: { run: () => {} } }));

vi.mock('../../src/data/json.js', async (load) => {
  const real = await load<typeof import('../../src/data/json.js')>();
  return {
    ...real,
    parseJsonArray: (text: string) => {
      whileParsing.run();
      return real.parseJsonArray(text);
    },
  };
});

const directory = temporaryDirectory();

it('readArray holds no bytes of a text while it is parsed', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const path = join(directory, 'large.json');
  writeFileSync(path, `[1${' '.repeat(2 ** 24)}]`);
  const taken: number[] = [];
  // A collection may come before the engine lets go of a finished read, so one reading of three has to be low.
  for (let reading = 0; reading < 3; reading++) {
    collect();
    const before = process.memoryUsage().arrayBuffers;
    whileParsing.run = () => {
      collect();
      taken.push(process.memoryUsage().arrayBuffers - before);
    };
    expect((await readArray(path)).shape).toEqual([1]);
  }
  expect(taken).toHaveLength(3);
  expect(Math.min(...taken)).toBeLessThan(2 ** 23);
});
