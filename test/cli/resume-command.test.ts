import { expect, it } from 'vitest';
import { resumeCommand } from '../../src/cli/resume-command.js';

const given = {
  data: undefined,
  seed: undefined,
  epochs: 3,
  'batch-size': 32,
  lr: 0.02,
  'hidden-size': undefined,
  'num-layers': undefined,
  'clip-norm': 0.5,
  backend: 'cpu',
  output: 'out',
};

it('repeats every option that was given', () => {
  expect(resumeCommand('mnist', 'out/training.safetensors', given)).toBe(
    'lstm-onnx train mnist --resume out/training.safetensors ' +
      '--epochs 3 --batch-size 32 --lr 0.02 --clip-norm 0.5 --backend cpu --output out',
  );
});

it.skipIf(process.platform === 'win32').each([
  ['my data', "'my data'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['Ünder/way-1.2', 'Ünder/way-1.2'],
])('writes a path as a shell reads it: %s', (output, word) => {
  expect(resumeCommand('mnist', 'state', { ...given, output })).toMatch(`--output ${word}`);
});
