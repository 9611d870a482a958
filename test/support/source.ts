/** What a table counts: networks whose numbers a test compares with those of PyTorch, Keras, TensorFlow.js or onnxruntime. */
import type { Network } from '../../src/builder/network.js';
import type { Proof } from './proofs.js';

/** What such a test proves of a network. */
export const columns = {
  stateDict: 'state dict',
  keras: 'Keras',
  tfjs: 'TensorFlow.js',
  onnx: 'ONNX',
  back: 'our ONNX',
  trains: 'trains',
  cpu: 'cpu',
  wasm: 'wasm',
  simd: 'simd',
} as const;
export type Column = keyof typeof columns;

/** A network by its fixture. */
export interface Case {
  readonly name: string;
  readonly network: Network;
  /** What was written, of a network that is read of our own file. */
  readonly written?: Network;
}

export interface Source {
  /** What the tests go through, as their files have it: a list or a folder. */
  readonly over: string;
  readonly cases: readonly Case[];
  /** The tests, each with what it proves of every case. */
  readonly proofs: readonly ColumnProof[];
}

interface ColumnProof extends Proof {
  readonly columns: readonly Column[];
}

/** @param proofs columns, the file in `test` and the title */
export function source(
  over: string,
  cases: readonly Case[],
  ...proofs: readonly (readonly [columns: readonly Column[], file: string, title: string])[]
): Source {
  return { over, cases, proofs: proofs.map(([columns, file, title]) => ({ columns, file, title })) };
}
