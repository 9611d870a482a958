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

it('lstm-onnx inspect says every layer that names and shapes tell', async () => {
  const layersOf = async (id: string) => {
    const file = fileURLToPath(new URL(`../../fixtures/data/coverage/${id}.pt`, import.meta.url));
    const { stdout } = await lstmOnnx('inspect', file);
    const json = JSON.parse((await lstmOnnx('inspect', file, '--json')).stdout) as {
      modules: { kind: string }[];
    };
    const lines = stdout.split('\n');
    return [lines.slice(1, lines.indexOf('')), json.modules.map(({ kind }) => kind)] as const;
  };
  expect(await layersOf('A25')).toEqual([
    [
      "layer 'encoder' (Conv2d, 2 to 4 channels, kernel 3x1)",
      "layer 'norm' (BatchNorm, 4 features)",
      "parameter 'act.weight' [1], of a PReLU or RMSNorm",
      "recurrent layer 'lstm' (LSTM, 16 features, hidden size 6, 1 layer)",
      "layer 'tranform' (Linear, weight [16, 6])",
      "layer 'decoder' (ConvTranspose2d, 8 to 2 channels, kernel 3x1)",
    ],
    ['convolution', 'batchNorm', 'parameter', 'recurrent', 'matrix', 'convolution'],
  ]);
  expect(await layersOf('A18')).toMatchObject([
    [
      "layer 'embedding' (Linear without bias, or Embedding, weight [9, 4])",
      "layer 'convolutions.0.0' (Conv1d, or its transpose, 4 to 4 channels, kernel 5)",
      "layer 'convolutions.0.1' (BatchNorm, 4 features)",
      "layer 'convolutions.1.0' (Conv1d, or its transpose, 4 to 4 channels, kernel 5)",
      "layer 'convolutions.1.1' (BatchNorm, 4 features)",
      "recurrent layer 'lstm' (LSTM, 4 features, hidden size 3, 1 layer, bidirectional)",
    ],
    expect.anything(),
  ]);
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
