/** The models of fixtures/models.py and what Python's onnxruntime made of them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError } from '../../src/errors.js';
import { float16Number } from '../../src/runtime/float16.js';
import { Model } from '../../src/runtime/node.js';
import type { LoadOptions } from '../../src/runtime/open-model.js';

interface Recorded {
  dims: number[];
  data: number[];
}

export const folder = fileURLToPath(new URL('../../fixtures/models/', import.meta.url));

export const expected: {
  lstm: { x: Recorded; output: Recorded; hn: Recorded; cn: Recorded };
  vad: { sr: number; chunks: Recorded[]; steps: { output: Recorded; stateN: Recorded }[] };
  external: { x: Recorded; y: Recorded };
} = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8'));

export function load(name: string, options: LoadOptions = { providers: ['cpu'] }): Promise<Model> {
  return Model.load(`${folder}${name}.onnx`, options);
}

/** The library's error that something ends in, as `CODE: message`; anything else that is thrown fails the test. */
export async function failure(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LstmOnnxError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

export function zeros(...dims: number[]): { data: Float32Array; dims: number[] } {
  return { data: new Float32Array(dims.reduce((size, dim) => size * dim, 1)), dims };
}

/** The numbers of a float16 tensor, whose bits are what engines without a Float16Array have. */
export function float16Numbers({ data }: Tensor): number[] {
  return Array.from(data as ArrayLike<number>, (value) =>
    data instanceof Uint16Array ? float16Number(value) : value,
  );
}
