/** The network that learns to write, and how it is trained. */
import {
  adam,
  cosine,
  defineNetwork,
  embedding,
  int32,
  linear,
  lstm,
  type Network,
  type OptimizerConfig,
  type Vocabulary,
  vocabulary,
} from 'lstm-onnx/web';
import type { Settings } from './messages.js';
import { type Cut, embeddingDim, lastRate } from './plan.js';

/** Its characters and no others: a token for padding or for unknown characters would be written now and then. */
export function charactersOf(text: string): Vocabulary {
  return vocabulary([text], { tokens: 'characters', padding: false, unknown: false });
}

/** From `tokens` `[batch, time]` to the `logits` `[batch, time, size]` of the characters that come next. */
export function buildNetwork(size: number, { hiddenSize, numLayers }: Settings): Network {
  return defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
    const x = embedding('embedding', tokens, { numEmbeddings: size, embeddingDim });
    const { output } = lstm('lstm', x, { hiddenSize, numLayers });
    return { logits: linear('fc', output, size) };
  });
}

/** Adam, whose learning rate falls along half a cosine. */
export function optimizerOf({ learningRate, epochs }: Settings, { stepsAnEpoch }: Cut): OptimizerConfig {
  const lr = cosine({
    from: learningRate,
    to: learningRate * lastRate,
    over: epochs * stepsAnEpoch,
    per: 'step',
  });
  return adam({ lr });
}
