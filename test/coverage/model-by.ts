/** The ONNX file of a published network's state dict, made by the command. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { networkToJson } from '../../src/index.js';
import { lstmOnnx } from '../cli/lstm-onnx.js';
import { networkOf } from '../import/drafted.js';
import { finish, type Way } from './ways.js';

/** @param folder for what the command reads and writes */
export async function modelBy(id: string, way: Way, folder: string): Promise<Uint8Array> {
  const weights = fileURLToPath(new URL(`../../fixtures/data/coverage/${id}.pt`, import.meta.url));
  const options = [...(way.options ?? [])];
  if ('lines' in way) {
    const { stdout } = await lstmOnnx('init', '--from', weights, '-o', '-');
    const network = join(folder, `${id}.json`);
    writeFileSync(network, networkToJson(networkOf(finish(stdout, way.lines))));
    options.push('--network', network);
  }
  const output = join(folder, `${id}.onnx`);
  const { code, stderr } = await lstmOnnx('export', weights, '-o', output, ...options);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return readFileSync(output);
}
