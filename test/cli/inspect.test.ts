import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { pathOf } from '../import/state-dicts.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();

it('lstm-onnx inspect names a zip that is damaged', async () => {
  const file = join(folder, 'damaged.pt');
  const bytes = readFileSync(pathOf('classifier.pt'));
  await writeFile(file, bytes.subarray(0, bytes.length / 2));
  const { code, stderr } = await lstmOnnx('inspect', file);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`${file}: `) });
});

it.each([
  ['gru-rnn/state-dicts/gru-last.safetensors', ["'gru' (GRU, 3 features, hidden size 6, 1 layer)"]],
  ['gru-rnn/state-dicts/gru-last.pt', ["'gru' (GRU, 3 features, hidden size 6, 1 layer)"]],
  [
    'gru-rnn/state-dicts/mixed.safetensors',
    [
      "'lower' (LSTM, 3 features, hidden size 4, 1 layer, bidirectional)",
      "'middle' (GRU, 8 features, hidden size 5, 1 layer)",
      "'upper' (RNN, 5 features, hidden size 4, 1 layer)",
    ],
  ],
  ['gru-rnn/cell-modules/gru-cell-no-bias.safetensors', ["'cell' (GRU, 3 features, hidden size 5, 1 layer)"]],
  ['ops/activation-gelu.safetensors', []],
])('lstm-onnx inspect says which recurrent layers weights have: %s', async (name, layers) => {
  const file = fileURLToPath(new URL(`../../fixtures/data/${name}`, import.meta.url));
  const [{ stdout }, json] = [await lstmOnnx('inspect', file), await lstmOnnx('inspect', file, '--json')];
  expect(stdout.split('\n').filter((line) => line.startsWith('recurrent layer '))).toEqual(
    layers.map((layer) => `recurrent layer ${layer}`),
  );
  expect(JSON.parse(json.stdout).recurrent).toHaveLength(layers.length);
});

it.skipIf(process.platform === 'win32').each([
  ['weights', pathOf('classifier.pt')],
  ['safetensors', pathOf('classifier.safetensors')],
  ['model', fileURLToPath(new URL('../../fixtures/data/keras/heads.keras', import.meta.url))],
])('lstm-onnx inspect reads a pipe, which gives its bytes once: %s', async (kind, file) => {
  const pipe = join(folder, `pipe-${kind}`);
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  const [piped] = await Promise.all([
    lstmOnnx('inspect', pipe, '--json'),
    writeFile(pipe, readFileSync(file)),
  ]);
  expect(piped).toEqual(await lstmOnnx('inspect', file, '--json'));
});
