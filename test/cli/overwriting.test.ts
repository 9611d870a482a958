import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkToJson } from '../../src/builder/network-json.js';
import { networkFromStateDict } from '../../src/import/architecture.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { pathOf, stateDict } from '../import/state-dicts.js';
import { tfjsFiles } from '../import/tfjs-files.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const weights = join(folder, 'model.pt');
const original = readFileSync(pathOf('classifier.pt'));

describe('lstm-onnx export', () => {
  it.each([
    ['its input', weights, () => {}],
    ['its input by another path', `${folder}/../${basename(folder)}/model.pt`, () => {}],
    ['a symbolic link to its input', join(folder, 'link.pt'), (path: string) => symlinkSync(weights, path)],
    ['another name of its input', join(folder, 'hard.pt'), (path: string) => linkSync(weights, path)],
  ])('does not write over %s', async (_, output, prepare) => {
    copyFileSync(pathOf('classifier.pt'), weights);
    prepare(output);
    const { code, stdout, stderr } = await lstmOnnx('export', weights, '-o', output);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Writing ${output} `);
    expect(stderr).toMatch(/would destroy what this command reads\. Name a place .*\[E_INVALID_OPTION\]/);
    expect(readFileSync(weights).equals(original)).toBe(true);
  });

  it('does not write over a network file', async () => {
    const file = join(folder, 'network.json');
    const json = networkToJson(networkFromStateDict(stateDict('classifier')).network);
    writeFileSync(file, json);
    const { code, stderr } = await lstmOnnx('export', pathOf('classifier.pt'), '--network', file, '-o', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[E_INVALID_OPTION\]/);
    expect(readFileSync(file, 'utf8')).toBe(json);
  });

  it('does not write over the weights beside a model.json', async () => {
    const { json, shards } = tfjsFiles('encoder-decoder');
    const [[shard, bytes] = ['', new Uint8Array()]] = shards;
    writeFileSync(join(folder, 'model.json'), json);
    for (const [name, contents] of shards) writeFileSync(join(folder, name), contents);
    const output = join(folder, shard);
    const { code, stderr } = await lstmOnnx('export', join(folder, 'model.json'), '-o', output);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[E_INVALID_OPTION\]/);
    expect(readFileSync(output).equals(bytes)).toBe(true);
  });
});

it('writes nothing into a folder whose files it reads, where the next run would read it', async () => {
  const data = join(folder, 'classes');
  for (const kind of ['spam', 'ham']) {
    mkdirSync(join(data, kind), { recursive: true });
    for (let i = 0; i < 12; i++) writeFileSync(join(data, kind, `${i}.txt`), `${kind} ${i}`);
  }
  const { code, stderr } = await lstmOnnx(
    ...['train', 'classify', '--data', data, '--epochs', '1', '-o', join(data, 'spam')],
  );
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/is in .*, whose files this command reads\. .*\[E_INVALID_OPTION\]/),
  });
  expect(readdirSync(join(data, 'spam'))).toHaveLength(12);
});
