/** The fixtures that fixtures/state_dicts.py made: weights, and what the PyTorch models gave with them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StateDict } from '../../src/builder/parameters.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import type { ArchitectureOptions } from '../../src/import/architecture.js';
import type { NdArray } from '../../src/nd-array.js';
import { loadFixture } from '../fixtures.js';

export const names = [
  'bidirectional-hidden',
  'bidirectional-last',
  'chained',
  'classifier',
  'embedding',
  'no-bias',
  'no-head',
  'numbered',
  'pool-max',
  'pool-mean',
  'prefixed',
  'projected',
  'two-lstms',
  'weight-norm',
] as const;

export type Name = (typeof names)[number];
export type Kind = 'plain' | 'states' | 'lengths';

export interface Run {
  readonly kind: Kind;
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly outputs: ReadonlyMap<string, NdArray>;
}

export const pathOf = (file: string) =>
  fileURLToPath(new URL(`../../fixtures/data/state-dicts/${file}`, import.meta.url));

export function stateDict(name: Name): StateDict {
  const { tensors } = parseSafetensors(readFileSync(pathOf(`${name}.safetensors`)));
  return new Map([...tensors].map(([key, { shape, data }]) => [key, { shape, data: data as Float32Array }]));
}

/** The options of the import, and every run: 2 batches, 2 times, of each kind. */
export function runsOf(name: Name): { options: ArchitectureOptions; runs: Run[] } {
  const { case: options, tensors } = loadFixture<ArchitectureOptions>(`state-dicts/${name}-runs`);
  const runs = new Map<string, { kind: Kind; inputs: Map<string, NdArray>; outputs: Map<string, NdArray> }>();
  for (const [key, tensor] of tensors) {
    const [kind = '', size = '', role = '', tensorName = ''] = key.split('.');
    const id = `${kind}.${size}`;
    const run = runs.get(id) ?? { kind: kind as Kind, inputs: new Map(), outputs: new Map() };
    (role === 'input' ? run.inputs : run.outputs).set(tensorName, tensor);
    runs.set(id, run);
  }
  return { options, runs: [...runs.values()] };
}
