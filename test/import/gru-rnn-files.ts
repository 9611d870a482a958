/** The state dicts of fixtures/data/gru-rnn, and what the PyTorch models gave with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSafetensors } from '../../src/data/safetensors.js';
import type { ArchitectureOptions, Nonlinearity, Pool } from '../../src/import/architecture.js';
import type { NdArray } from '../../src/nd-array.js';
import { type Fixture, type FloatTensors, loadFixture } from '../fixtures.js';

export interface Run {
  readonly kind: string;
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly outputs: FloatTensors;
}

export interface WeightsCase {
  /** Of the only recurrent layer, or of each by its name. */
  readonly kind: string | Readonly<Record<string, string>>;
  readonly pool?: Pool;
  readonly batchFirst?: boolean;
  /** Of the only recurrent layer, or of each that has one. */
  readonly nonlinearity?: Nonlinearity | Readonly<Record<string, Nonlinearity>>;
}

export const pathOf = (path: string) =>
  fileURLToPath(new URL(`../../fixtures/data/gru-rnn/${path}`, import.meta.url));
export const filesIn = (folder: string) => readdirSync(pathOf(folder));
export const bytesOf = (path: string) => readFileSync(pathOf(path));
export const weightsOf = (path: string) =>
  parseSafetensors(bytesOf(`${path}.safetensors`)).tensors as FloatTensors;

/** The networks of a folder. */
export const namesIn = (folder: string) =>
  filesIn(folder).flatMap((file) =>
    file.endsWith('.pt') && !/-training\./.test(file) ? [file.slice(0, -3)] : [],
  );

/** The network that a file of weights is of. */
export const nameOf = (file: string) =>
  file.replace(/(-training)?\.(pt|pth|npz|safetensors)$|-lightning\.ckpt$/, '');

/** `plain.b2-t7.input.x` by kind and size. */
export function runsOf(fixture: Fixture<unknown>): Run[] {
  const runs = new Map<
    string,
    Run & { inputs: Map<string, NdArray>; outputs: Map<string, NdArray<'float32'>> }
  >();
  for (const [key, tensor] of fixture.tensors) {
    const [kind = '', size = '', role = '', name = ''] = key.split('.');
    const run = runs.get(`${kind}.${size}`) ?? { kind, inputs: new Map(), outputs: new Map() };
    runs.set(`${kind}.${size}`, run);
    if (role === 'input') run.inputs.set(name, tensor);
    else if (tensor.dtype === 'float32') run.outputs.set(name, tensor);
  }
  return [...runs.values()];
}

/** The case of a network's fixture, the options of the import that it needs, and what PyTorch gave. */
export function caseOf(folder: string, name: string) {
  const fixture = loadFixture<WeightsCase>(`gru-rnn/${folder}/${name}-runs`);
  const { kind, pool, batchFirst, nonlinearity } = fixture.case;
  const [said] = typeof nonlinearity === 'string' ? [nonlinearity] : Object.values(nonlinearity ?? {});
  const options: ArchitectureOptions = {
    ...(pool ? { pool } : {}),
    ...(batchFirst === undefined ? {} : { batchFirst }),
    ...(said ? { nonlinearity: said } : {}),
    ...(typeof kind === 'string' ? {} : { lstm: Object.keys(kind) }),
  };
  return { given: fixture.case, options, runs: runsOf(fixture) };
}

/** The newer exporter unrolls nn.RNN over the steps of its example, 6: no RNN node, and no other time. @param name of an ONNX file */
export const isUnrolled = (name: string) => /^rnn-.*-dynamo$/.test(name);
