/** The networks of the fixtures, defined with the builder. */

import { defineNetwork, type Network, type Signature } from '../../src/builder/network.js';
import { crf } from '../../src/builder/ops/crf.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { float32, int32, type SymbolicTensor } from '../../src/builder/tensor.js';
import type { CellCase, GruRnnCase, GruRnnCellCase, LstmCase } from '../fixtures.js';

/** One `nn.LSTM` with all its results; initial states and lengths as inputs where the case has them. */
export function lstmNetwork(config: LstmCase): Network {
  const { inputSize, hiddenSize, numLayers, bidirectional, bias, batchFirst, projSize = 0 } = config;
  const rows = numLayers * (bidirectional ? 2 : 1);
  const inputs = {
    x: batchFirst ? float32('batch', 'time', inputSize) : float32('time', 'batch', inputSize),
    ...(config.states
      ? { h0: float32(rows, 'batch', projSize || hiddenSize), c0: float32(rows, 'batch', hiddenSize) }
      : {}),
    ...(config.lengths ? { lengths: int32('batch') } : {}),
  };
  const define = ({ x, h0, c0, lengths }: Record<string, SymbolicTensor>) => {
    const { output, h, c } = lstm('lstm', x as never, {
      ...{ hiddenSize, numLayers, bidirectional, bias, batchFirst },
      ...(projSize > 0 ? { projSize } : {}),
      ...(h0 && c0 ? { initialState: { h: h0, c: c0 } as never } : {}),
      ...(lengths ? { lengths: lengths as never } : {}),
    });
    const all: SymbolicTensor = output;
    return { output: all, hn: h, cn: c, ...(lengths ? { last: all.at(-1, batchFirst ? 1 : 0) } : {}) };
  };
  return defineNetwork(inputs as Signature, define as never);
}

/** A cell that ONNX knows and `nn.LSTM` does not: the fixtures in `cells/`. */
export function cellNetwork({
  inputSize,
  batch: _batch,
  time: _time,
  learnedState,
  ...options
}: CellCase): Network {
  return defineNetwork({ x: float32('batch', 'time', inputSize) }, ({ x }) => {
    const { output, h, c } = lstm('lstm', x, {
      ...(options as { readonly hiddenSize: number }),
      ...(learnedState ? { initialState: 'learned' } : {}),
    });
    return { output, hn: h, cn: c };
  });
}

/** The reference example: `simpleLSTM` on rows of MNIST digits. */
export const simpleLSTM = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 64 });
  return { logits: linear('fc', output.at(-1), 10) };
});

/** One `nn.GRU` or `nn.RNN` with all its results; its initial state and lengths as inputs where the case has them. */
export function recurrentNetwork(config: GruRnnCase): Network {
  const { kind, nonlinearity, inputSize, hiddenSize, numLayers, bidirectional, bias, batchFirst } = config;
  const rows = numLayers * (bidirectional ? 2 : 1);
  const inputs = {
    x: batchFirst ? float32('batch', 'time', inputSize) : float32('time', 'batch', inputSize),
    ...(config.states ? { h0: float32(rows, 'batch', hiddenSize) } : {}),
    ...(config.lengths ? { lengths: int32('batch') } : {}),
  };
  const relu = nonlinearity === 'relu' ? { activations: { hidden: { name: 'relu' } } } : {};
  const options = { hiddenSize, numLayers, bidirectional, bias, dropout: 0, batchFirst, ...relu };
  return defineNetwork(inputs as Signature, ({ x, h0, lengths }) => {
    const { output, h } = x!.graph.add(kind as 'gru', kind, { x: x!, h0, lengths }, options as never);
    const outputs: Record<string, SymbolicTensor> = { output: output!, hn: h! };
    if (lengths) outputs.last = output!.at(-1, batchFirst ? 1 : 0);
    return outputs;
  });
}

/** A cell that ONNX or Keras knows and PyTorch does not: the fixtures in `gru-rnn/cells/`. */
export function recurrentCellNetwork(config: GruRnnCellCase): Network {
  const { kind, inputSize, batch: _batch, time: _time, ...options } = config;
  const all = { numLayers: 1, bias: true, dropout: 0, batchFirst: true, ...options };
  return defineNetwork({ x: float32('batch', 'time', inputSize) }, ({ x }) => {
    const { output, h } = x.graph.add(kind as 'gru', kind, { x }, all as never);
    return { output: output!, hn: h! };
  });
}

/** The case of the fixtures in `crf/`. */
export interface CrfCase {
  readonly tags: number;
  readonly lengths: readonly number[];
}

/** A conditional random field over emissions that are fed. */
export function crfNetwork({ tags }: CrfCase) {
  return defineNetwork(
    { emissions: float32('batch', 'time', tags), lengths: int32('batch') },
    ({ emissions, lengths }) => ({ scores: crf('crf', emissions, { lengths }) }),
  );
}
