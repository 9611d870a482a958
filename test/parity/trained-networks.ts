/** The networks that are trained beside PyTorch: `frozen/`, `normalization/`, `gru-rnn/training/` and `language-models/`. */
import { defineNetwork } from '../../src/builder/network.js';
import { relu, softmax, tanh } from '../../src/builder/ops/activations.js';
import { mul } from '../../src/builder/ops/arithmetic.js';
import { conv1d } from '../../src/builder/ops/convolution.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { batchNorm, layerNorm } from '../../src/builder/ops/normalization.js';
import { parameter } from '../../src/builder/ops/parameter.js';
import { mean, sum } from '../../src/builder/ops/reduce.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import type { GruRnnTraining } from '../fixtures.js';

export const frozenNetwork = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
  const { output } = gru('gru', x, { hiddenSize: 4 });
  const w = parameter('w', [4], { init: { kind: 'normal', mean: 0, std: 1 } });
  const scale = parameter('scale', [4], { init: 'ones', frozen: true });
  const weights = softmax(sum(mul(tanh(output), w), 2), 1);
  const pooled = sum(mul(output, reshape(weights, ['batch', 'time', 1])));
  return { logits: linear('fc', mul(pooled, scale), 2) };
});

export const normalizationNetwork = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
  const seen = conv1d('conv', transpose(x, [0, 2, 1]), {
    outChannels: 5,
    kernelSize: 3,
    padding: 'same',
    bias: false,
  });
  const steps = transpose(relu(batchNorm('norm', seen, { momentum: 0.3 })), [0, 2, 1]);
  return { y: linear('fc', mean(layerNorm('layer', steps), 1), 2) };
});

export function trainedNetwork(config: GruRnnTraining) {
  const { kind, nonlinearity, inputSize, hiddenSize, numLayers, bidirectional, numClasses } = config;
  return defineNetwork({ x: float32('batch', 'time', inputSize) }, ({ x }) => {
    const sizes = { hiddenSize, numLayers: numLayers ?? 1, bidirectional: bidirectional ?? false };
    const { output } =
      kind === 'gru' ? gru('gru', x, sizes) : rnn('rnn', x, { ...sizes, nonlinearity: nonlinearity! });
    return { logits: linear('fc', output.at(-1), numClasses) };
  });
}

/** The case of the fixtures in `language-models/`. */
export interface LanguageModelCase {
  readonly kind: 'lstm' | 'gru';
  readonly numLayers: number;
  readonly optimizer: 'sgd' | 'adam';
  readonly lr: number;
  readonly vocabulary: number;
  readonly embeddingDim: number;
  readonly hiddenSize: number;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly steps: number;
}

export function languageModel(config: LanguageModelCase) {
  const { kind, vocabulary, embeddingDim, hiddenSize, numLayers } = config;
  return defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
    const x = embedding('embedding', tokens, { numEmbeddings: vocabulary, embeddingDim });
    const sizes = { hiddenSize, numLayers };
    const { output } = kind === 'lstm' ? lstm('rnn', x, sizes) : gru('rnn', x, sizes);
    return { logits: linear('fc', output, vocabulary) };
  });
}
