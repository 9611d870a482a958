/** Reads the PyTorch reference data of fixtures/data; fixtures/README.md says what is in it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { LstmArguments } from '../src/builder/ops/lstm.js';
import type { Dim, Shape } from '../src/builder/shape.js';
import { parseSafetensors } from '../src/data/safetensors.js';
import type { NdArray } from '../src/nd-array.js';
import type { ScheduleCase } from './parity/schedule-of.js';

const DATA = new URL('../fixtures/data/', import.meta.url);

export type FloatTensors = ReadonlyMap<string, NdArray<'float32'>>;

export interface Fixture<Case> {
  readonly name: string;
  /** The configuration, as the generating script wrote it. */
  readonly case: Case;
  readonly params: FloatTensors;
  /** float32, or int32 for ids and labels. */
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly outputs: FloatTensors;
  readonly cotangents: FloatTensors;
  /** Gradients of the parameters. */
  readonly grads: FloatTensors;
  readonly inputGrads: FloatTensors;
  /** All tensors under their names in the file. */
  readonly tensors: ReadonlyMap<string, NdArray>;
  /** The tensors whose name starts with `prefix`, without it: `withPrefix('param@5.')`. */
  withPrefix(prefix: string): FloatTensors;
}

/** The case of the fixtures in `lstm/`. */
export interface LstmCase {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly batch: number;
  readonly time: number;
  /** Whether there are inputs h0 and c0; zero states otherwise. */
  readonly states: boolean;
  /** Size that h is projected to; 0 or absent for no projection. */
  readonly projSize?: number;
  /** Whether there is an input `lengths`, and an output `last`: the last step of each sequence. */
  readonly lengths?: boolean;
}

/** The case of the fixtures in `gru-rnn/layers/`. */
export interface GruRnnCase extends Omit<LstmCase, 'projSize'> {
  readonly kind: 'gru' | 'rnn';
  /** Of an RNN alone. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

interface ActivationCase {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/** The case of the fixtures in `gru-rnn/cells/`: one layer, batch-first. */
export interface GruRnnCellCase {
  readonly kind: 'gru' | 'rnn';
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly batch: number;
  readonly time: number;
  readonly bidirectional: boolean;
  readonly reverse: boolean;
  readonly learnedState: boolean;
  /** Of a GRU alone: whether the reset gate comes after the product with h, as PyTorch has it. */
  readonly resetAfter?: boolean;
  readonly clip?: number;
  /** `gates` of a GRU alone. */
  readonly activations: { readonly gates?: ActivationCase; readonly hidden: ActivationCase };
}

/** The case of the fixtures in `gru-rnn/training/`. */
export interface GruRnnTraining {
  readonly kind: 'gru' | 'rnn';
  readonly nonlinearity?: 'tanh' | 'relu';
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers?: number;
  readonly bidirectional?: boolean;
  readonly numClasses: number;
  readonly seed: number;
  readonly lr: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly epochs: number;
}

/** The case of the fixtures in `cells/`: the builder's own options, batch-first. */
export interface CellCase
  extends Omit<LstmArguments<number, number, boolean, true, undefined, Shape, Shape, Dim>, 'initialState'> {
  readonly inputSize: number;
  readonly batch: number;
  readonly time: number;
  readonly learnedState?: boolean;
}

/** The case of the fixtures in `optimizers/`; what is absent has PyTorch's default. */
export interface OptimizerCase {
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  /** A schedule counts steps. */
  readonly lr: ScheduleCase;
  readonly betas?: readonly [number, number];
  readonly weightDecay?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly clipNorm?: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numClasses: number;
  readonly steps: number;
  /** The steps after which `param@<step>.<name>` is kept. */
  readonly keptSteps: readonly number[];
}

/** The fixture `fixtures/data/<name>.safetensors`, such as `lstm/reference-text`. */
export function loadFixture<Case = Record<string, unknown>>(name: string): Fixture<Case> {
  const { tensors, metadata } = parseSafetensors(readFileSync(new URL(`${name}.safetensors`, DATA)));
  const text = metadata.get('case');
  if (text === undefined) {
    throw new Error(`fixture ${name} has no case in its metadata`);
  }
  const withPrefix = (prefix: string): FloatTensors => {
    const found = new Map<string, NdArray<'float32'>>();
    for (const [key, tensor] of tensors) {
      if (!key.startsWith(prefix)) continue;
      if (tensor.dtype !== 'float32') {
        throw new Error(`${key} of fixture ${name} is ${tensor.dtype}, not float32`);
      }
      found.set(key.slice(prefix.length), tensor);
    }
    return found;
  };
  const inputs = [...tensors].filter(([key]) => key.startsWith('input.'));
  return {
    name,
    case: JSON.parse(text) as Case, // written by our own script; the caller names its type
    params: withPrefix('param.'),
    inputs: new Map(inputs.map(([key, tensor]) => [key.slice('input.'.length), tensor])),
    outputs: withPrefix('output.'),
    cotangents: withPrefix('cotangent.'),
    grads: withPrefix('grad.'),
    inputGrads: withPrefix('grad_input.'),
    tensors,
    withPrefix,
  };
}

/** The value of `fixtures/data/<name>.json`, such as `mnist/losses-seed-1`. */
export function loadJson<Value>(name: string): Value {
  return JSON.parse(readFileSync(new URL(`${name}.json`, DATA), 'utf8')) as Value; // written by our own script
}

/** The names of all tensor fixtures in a folder of fixtures/data, sorted, ready for {@link loadFixture}. */
export function listFixtures(folder: string): string[] {
  const names = readdirSync(new URL(`${folder}/`, DATA))
    .filter((file) => file.endsWith('.safetensors'))
    .map((file) => `${folder}/${file.slice(0, -'.safetensors'.length)}`)
    .sort();
  if (names.length === 0) {
    throw new Error(`no fixtures in ${folder}: a test over them would test nothing`);
  }
  return names;
}
