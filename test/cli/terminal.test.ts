/** Nothing that a file says reaches the terminal as anything but text. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/data/npy.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { identityModel } from './identity-model.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
// Clears the line and prints a verdict, by C0, C1, a line break, DEL and a character that turns the direction round.
const hostile = 'x\x1b[2K\r\x9b1G\npassed\x7f\u202e\u2066é漢';
const shown = 'x\\u001b[2K\\r\\u009b1G\\npassed\\u007f\\u202e\\u2066é漢';

const controls = /[\p{Cc}\p{Bidi_Control}]/u;

function expectPlain({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  for (const line of [...stdout.split('\n'), ...stderr.split('\n')]) {
    expect(line).not.toMatch(controls);
    expect(line).not.toMatch(/^passed/);
  }
}

const model = join(folder, 'hostile.onnx');
const weights = join(folder, 'hostile.safetensors');
const x = join(folder, 'x.npy');
const data = Float32Array.of(1, 2);
writeFileSync(
  model,
  identityModel([{ input: hostile, dtype: 'float32', output: `y${hostile}` }], {
    labels: JSON.stringify([hostile, 'b']),
    [hostile]: hostile,
  }),
);
writeFileSync(weights, encodeSafetensors(new Map([[hostile, { dtype: 'float32', shape: [2], data }]])));
writeFileSync(x, encodeNpy({ dtype: 'float32', shape: [1, 2], data }));

describe('names of a file', () => {
  it.each([model, weights])('are escaped by inspect: %s', async (file) => {
    const text = await lstmOnnx('inspect', file);
    expectPlain(text);
    expect(text.stdout).toContain(shown);
    const json = await lstmOnnx('inspect', file, '--json');
    expectPlain(json);
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain(JSON.stringify(hostile).slice(1, -1));
  });

  it('are escaped by run, with labels and metadata', async () => {
    const text = await lstmOnnx('run', model, '-i', `${hostile}=${x}`);
    expect(text.code).toBe(0);
    expectPlain(text);
    expect(text.stdout.match(/\n/g)).toHaveLength(2);
    expect(text.stdout).toContain(shown);
  });

  it('are escaped in errors and their stacks', async () => {
    const missing = await lstmOnnx('run', model, '-i', `wrong=${x}`, '--debug');
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining(shown) });
    expect(missing.stderr).not.toMatch(/[^\P{Cc}\n]/u);
    expectPlain(await lstmOnnx('export', weights));
  });

  it('of files themselves are escaped too', async () => {
    const evil = join(folder, 'a\x1b[2Kb');
    mkdirSync(evil);
    expectPlain(await lstmOnnx('inspect', evil));
    expectPlain(await lstmOnnx('train', evil));
    expectPlain(await lstmOnnx(evil));
    expectPlain(await lstmOnnx('inspect', 'a', `b\npassed`));
  });
});
