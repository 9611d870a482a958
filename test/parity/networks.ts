/** The networks of the fixtures, defined with the builder. */
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { float32 } from '../../src/builder/tensor.js';
import type { LstmCase } from '../fixtures.js';

/** One `nn.LSTM` with all its results, and its initial states as inputs where the case has them. */
export function lstmNetwork(config: LstmCase): Network {
  const { inputSize, hiddenSize, numLayers, bidirectional, bias, batchFirst } = config;
  const options = { hiddenSize, numLayers, bidirectional, bias, batchFirst };
  const x = batchFirst ? float32('batch', 'time', inputSize) : float32('time', 'batch', inputSize);
  const state = float32(numLayers * (bidirectional ? 2 : 1), 'batch', hiddenSize);
  if (!config.states) {
    return defineNetwork({ x }, (inputs) => {
      const { output, h, c } = lstm('lstm', inputs.x, options);
      return { output, hn: h, cn: c };
    });
  }
  return defineNetwork({ x, h0: state, c0: state }, (inputs) => {
    const initialState = { h: inputs.h0, c: inputs.c0 };
    const { output, h, c } = lstm('lstm', inputs.x, { ...options, initialState });
    return { output, hn: h, cn: c };
  });
}

/** The reference example: `simpleLSTM` on rows of MNIST digits. */
export const simpleLSTM = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 64 });
  return { logits: linear('fc', output.at(-1), 10) };
});
