import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTfjsShards } from '../../src/files/tfjs-shards.js';
import { temporaryDirectory } from './temporary-directory.js';

const folder = temporaryDirectory();
const path = join(folder, 'model.json');
const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const naming = (...paths: unknown[]) => encode({ weightsManifest: [{ paths, weights: [] }] });

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

describe('readTfjsShards', () => {
  it('reads the files beside model.json and below it, each once, by their names', async () => {
    mkdirSync(join(folder, 'weights'), { recursive: true });
    writeFileSync(join(folder, 'a.bin'), Uint8Array.of(1, 2));
    writeFileSync(join(folder, 'weights', 'b..bin'), Uint8Array.of(3));
    const shards = await readTfjsShards(path, naming('a.bin', 'weights/b..bin', 'a.bin'));
    expect([...shards].map(([name, bytes]) => [name, [...bytes]])).toEqual([
      ['a.bin', [1, 2]],
      ['weights/b..bin', [3]],
    ]);
  });

  it('names a file that is not there', async () => {
    await expect(readTfjsShards(path, naming('gone.bin'))).rejects.toThrow(
      refused('E_FILE_READ', /gone\.bin/),
    );
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe that it names', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.bin')]);
    await expect(readTfjsShards(path, naming('pipe.bin'))).rejects.toThrow(
      refused('E_FILE_READ', /pipe\.bin.*no regular file/),
    );
  });

  it.skipIf(process.platform === 'win32')('follows no link out of the folder, within it any', async () => {
    mkdirSync(join(folder, 'linked'), { recursive: true });
    writeFileSync(join(folder, 'linked', 'inside.bin'), Uint8Array.of(7));
    writeFileSync(join(folder, 'secret.bin'), Uint8Array.of(1));
    symlinkSync('inside.bin', join(folder, 'linked', 'link.bin'));
    symlinkSync('../secret.bin', join(folder, 'linked', 'out.bin'));
    symlinkSync('..', join(folder, 'linked', 'up'));
    const linked = join(folder, 'linked', 'model.json');
    writeFileSync(linked, '');
    const shards = await readTfjsShards(linked, naming('link.bin'));
    expect(shards.get('link.bin')).toEqual(Buffer.of(7));
    for (const name of ['out.bin', 'up/secret.bin']) {
      await expect(readTfjsShards(linked, naming(name))).rejects.toThrow(
        refused('E_INVALID_FILE', /a symbolic link that leads out of its folder/),
      );
    }
  });

  it.skipIf(process.platform === 'win32')(
    'reads a cache that keeps model and weights elsewhere',
    async () => {
      for (const place of ['blobs', 'snapshot']) mkdirSync(join(folder, place), { recursive: true });
      writeFileSync(join(folder, 'blobs', '1'), '');
      writeFileSync(join(folder, 'blobs', '2'), Uint8Array.of(9));
      symlinkSync('../blobs/1', join(folder, 'snapshot', 'model.json'));
      symlinkSync('../blobs/2', join(folder, 'snapshot', 'a.bin'));
      const shards = await readTfjsShards(join(folder, 'snapshot', 'model.json'), naming('a.bin'));
      expect(shards.get('a.bin')).toEqual(Buffer.of(9));
    },
  );

  it.each([
    '../secret.bin',
    'a/../../secret.bin',
    '/etc/hostname',
    'C:/secret.bin',
    '..\\secret.bin',
    'a\0.bin',
    '',
    7,
    null,
  ])('refuses a name that leaves the directory or is none: %j', async (name) => {
    await expect(readTfjsShards(path, naming(name))).rejects.toThrow(
      refused('E_INVALID_FILE', /expected one in its own directory/),
    );
  });

  it.each([
    ['text that is not JSON', new TextEncoder().encode('{'), /not JSON/],
    ['JSON without weights', encode({ nodes: [] }), /no list weightsManifest.*option network/],
    [
      'a manifest from a prototype',
      new TextEncoder().encode('{"__proto__":{"weightsManifest":[]}}'),
      /no list weights/,
    ],
    ['a group without files', encode({ weightsManifest: [null] }), /no list paths/],
    ['too many files', naming(...Array.from({ length: 10_001 }, (_, i) => `${i}.bin`)), /names 10001 files/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readTfjsShards(path, bytes)).rejects.toThrow(refused('E_INVALID_FILE', message));
  });
});
