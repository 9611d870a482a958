import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { networkFromJson, networkToJson } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { networkOf } from '../import/drafted.js';
import { pathOf } from '../import/state-dicts.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const published = (id: string) =>
  fileURLToPath(new URL(`../../fixtures/data/coverage/${id}.pt`, import.meta.url));

describe('lstm-onnx init', () => {
  it('writes TypeScript and JSON of the same network, and says how many guesses there are', async () => {
    const [typescript, json] = [join(folder, 'b13.ts'), join(folder, 'b13.json')];
    const drafted = await lstmOnnx('init', '--from', published('B13'), '-o', typescript);
    expect(drafted).toEqual({
      code: 0,
      stdout: `${typescript}\n`,
      stderr: 'wrote 5 nodes, 5 places with guesses, each below a TODO\n',
    });
    const text = readFileSync(typescript, 'utf8');
    expect(text.match(/^ *\/\/ TODO: /gm)).toHaveLength(5);
    expect(text).toContain("importFile('B13.pt', { network })");
    const listed = await lstmOnnx('init', '--from', published('B13'), '-o', json);
    expect(listed).toMatchObject({ code: 0, stdout: `${json}\n` });
    expect(listed.stderr.split('\n')).toEqual([
      'inputs: batch first and no other inputs are guesses',
      'fc_in (node relu_1): relu behind it is a guess: or nothing, tanh, sigmoid, elu',
      'gru: zeros as the first state are a guess',
      'pooled (node at_1): the last step is a guess: or every step, the mean or maximum over time, attention',
      'fc_out: nothing behind it is a guess: or sigmoid, tanh, softmax, relu',
      'wrote 5 nodes, 5 places with guesses, listed above',
      '',
    ]);
    const network = networkFromJson(readFileSync(json, 'utf8'));
    expect(networkToJson(networkOf(text))).toBe(networkToJson(network));
    const model = join(folder, 'b13.onnx');
    expect(await lstmOnnx('export', published('B13'), '--network', json, '-o', model)).toMatchObject({
      code: 0,
    });
  });

  it('prints for -o -, and writes no file', async () => {
    const { code, stdout } = await lstmOnnx('init', '--from', pathOf('classifier.safetensors'), '-o', '-');
    expect(code).toBe(0);
    const { stdout: json } = await lstmOnnx('init', '--from', pathOf('classifier.pt'), '-o', '-', '--json');
    expect(networkToJson(networkFromJson(json))).toBe(networkToJson(networkOf(stdout)));
    expect(existsSync('-')).toBe(false);
  });

  it('prints its guesses as JSON', async () => {
    const output = join(folder, 'listed.json');
    const { stdout, stderr } = await lstmOnnx('init', '--from', published('A18'), '-o', output, '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ event: 'done', network: output });
    expect(JSON.parse(stdout).guesses).toContainEqual({
      at: 'lstm',
      guess: 'zeros as the first state are a guess',
    });
  });

  it('has nothing to draft where the file contains its network, which it writes as JSON', async () => {
    const checkpoint = join(folder, 'model.onnx');
    await lstmOnnx('export', pathOf('classifier.pt'), '-o', checkpoint);
    const refused = await lstmOnnx('init', '--from', checkpoint, '-o', join(folder, 'whole.ts'));
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/contains its network.*--output network\.json\. \[E_UNSUPPORTED\]/);
    const output = join(folder, 'whole.json');
    expect(await lstmOnnx('init', '--from', checkpoint, '-o', output)).toMatchObject({ code: 0 });
    expect(networkFromJson(readFileSync(output, 'utf8')).nodes.length).toBeGreaterThan(1);
  });

  it('does not write over its input, nor over a draft that somebody may have finished', async () => {
    const weights = join(folder, 'model.ts');
    copyFileSync(pathOf('classifier.pt'), weights);
    const own = await lstmOnnx('init', '--from', weights, '-o', weights);
    expect(own).toMatchObject({ code: 1, stdout: '' });
    expect(own.stderr).toMatch(/would destroy what this command reads.*\[E_INVALID_OPTION\]/);
    expect(readFileSync(weights)).toEqual(readFileSync(pathOf('classifier.pt')));
    const finished = join(folder, 'finished.ts');
    writeFileSync(finished, 'finished');
    const again = await lstmOnnx('init', '--from', weights, '-o', finished);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/finished\.ts is there already.*\[E_INVALID_OPTION\]/);
    expect(readFileSync(finished, 'utf8')).toBe('finished');
  });

  it('takes .ts and .json for its output alone', async () => {
    const { code, stderr } = await lstmOnnx('init', '--from', pathOf('classifier.pt'), '-o', 'network.py');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--output is network.py') });
  });

  it('names the file that it does not read', async () => {
    const { code, stderr } = await lstmOnnx('init', '--from', 'none.pt');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/none\.pt.*\[E_FILE_READ\]/) });
  });
});
