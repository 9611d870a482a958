/**
 * TensorFlow's ops BlockLSTMV2 and BlockLSTMGradV2: a whole LSTM layer each, forward and back. Their x is `[time, batch,
 * features]`, their gates are in PyTorch's order, their one weight is `[features + hidden, 4 * hidden]`
 * (tensorflow/core/ops/rnn_ops.cc).
 */
import type { DataType, KernelBackend, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../tf.js';

/** What tfjs-node's backend has beyond tfjs' own interface. */
export interface TensorflowBackend extends KernelBackend {
  readonly binding: Readonly<Record<'TF_FLOAT' | 'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL', number>>;
  executeMultipleOutputs(
    op: string,
    attributes: readonly { readonly name: string; readonly type: number; readonly value: number | boolean }[],
    inputs: readonly Pick<TfTensor, 'dataId' | 'dtype' | 'shape'>[],
    outputs: number,
  ): TfTensor[];
}

/** Inputs of both ops. */
export interface BlockLstmInputs {
  /** `[time, batch, features]` */
  readonly x: TfTensor;
  /** `[batch, hidden]` */
  readonly h0: TfTensor;
  /** `[batch, hidden]` */
  readonly c0: TfTensor;
  /** `[features + hidden, 4 * hidden]` */
  readonly weight: TfTensor;
  /** `[4 * hidden]` */
  readonly bias: TfTensor;
}

/** Of every step, `[time, batch, hidden]` each: gates after their activation, cell, tanh of the cell, output. */
export interface BlockLstmSteps {
  readonly input: TfTensor;
  readonly forget: TfTensor;
  readonly candidate: TfTensor;
  readonly output: TfTensor;
  readonly cell: TfTensor;
  readonly cellTanh: TfTensor;
  readonly h: TfTensor;
}

/** Gradients of {@link BlockLstmInputs}. */
export type BlockLstmGradients = BlockLstmInputs;

/** Runs the layer over all steps. */
export function blockLstm(tf: Tf, backend: TensorflowBackend, inputs: BlockLstmInputs): BlockLstmSteps {
  const { TF_ATTR_FLOAT } = backend.binding;
  const noClip = { name: 'cell_clip', type: TF_ATTR_FLOAT, value: -1 };
  const outputs = execute(tf, backend, 'BlockLSTMV2', [noClip], inputs, [], 7);
  const [input, cell, forget, output, candidate, cellTanh, h] = outputs as Seven<TfTensor>;
  return { input, forget, candidate, output, cell, cellTanh, h };
}

/** Goes back through all steps, given the gradients of the cell and of the output at each. */
export function blockLstmGrad(
  tf: Tf,
  backend: TensorflowBackend,
  inputs: BlockLstmInputs,
  steps: BlockLstmSteps,
  dCell: TfTensor,
  dH: TfTensor,
): BlockLstmGradients {
  const { input, cell, forget, output, candidate, cellTanh, h } = steps;
  const saved = [input, cell, forget, output, candidate, cellTanh, h, dCell, dH];
  const outputs = execute(tf, backend, 'BlockLSTMGradV2', [], inputs, saved, 8);
  const [x, c0, h0, weight, , , , bias] = outputs as Eight<TfTensor>;
  return { x, h0, c0, weight, bias };
}

function execute(
  tf: Tf,
  backend: TensorflowBackend,
  op: string,
  attributes: Parameters<TensorflowBackend['executeMultipleOutputs']>[1],
  { x, h0, c0, weight, bias }: BlockLstmInputs,
  more: readonly TfTensor[],
  outputs: number,
): TfTensor[] {
  const { TF_FLOAT, TF_ATTR_BOOL, TF_ATTR_TYPE } = backend.binding;
  const all = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'use_peephole', type: TF_ATTR_BOOL, value: false },
    ...attributes,
  ];
  const peephole = tf.zeros([h0.shape[1] ?? 0]);
  // The op's count of steps is int64, which tfjs-node knows, tfjs does not; two words, the low one first.
  const int64 = 'int64' as DataType;
  const steps = {
    dataId: backend.write(new Int32Array([x.shape[0] ?? 0, 0]), [], int64),
    dtype: int64,
    shape: [],
  };
  try {
    const inputs = [steps, x, c0, h0, weight, peephole, peephole, peephole, bias, ...more];
    return backend.executeMultipleOutputs(op, all, inputs, outputs);
  } finally {
    backend.disposeData(steps.dataId);
  }
}

type Seven<T> = [T, T, T, T, T, T, T];
type Eight<T> = [T, T, T, T, T, T, T, T];
