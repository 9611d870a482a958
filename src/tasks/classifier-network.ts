/** The network of a classifier: tokens in, a logit for each class out. */
import { defineNetwork } from '../builder/network.js';
import { concat } from '../builder/ops/concat.js';
import { dropout } from '../builder/ops/dropout.js';
import { embedding } from '../builder/ops/embedding.js';
import { gru } from '../builder/ops/gru.js';
import { linear } from '../builder/ops/linear.js';
import { lstm } from '../builder/ops/lstm.js';
import { max, mean } from '../builder/ops/reduce.js';
import { int32 } from '../builder/tensor.js';

export interface ClassifierSizes {
  readonly cell: 'lstm' | 'gru';
  /** Tokens of the vocabulary. */
  readonly tokens: number;
  readonly classes: number;
  readonly embeddingDim: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
}

/** Tokens `[batch, time]` and lengths `[batch]`, both int32, to logits `[batch, classes]`. */
export function classifierNetwork(sizes: ClassifierSizes) {
  const { cell, embeddingDim, hiddenSize, numLayers, dropout: p } = sizes;
  const inputs = { tokens: int32('batch', 'time'), lengths: int32('batch') };
  return defineNetwork(inputs, ({ tokens, lengths }) => {
    const x = dropout(embedding('embedding', tokens, { numEmbeddings: sizes.tokens, embeddingDim }), p);
    const options = { hiddenSize, numLayers, bidirectional: true, lengths, dropout: p } as const;
    const { output } = cell === 'gru' ? gru('gru', x, options) : lstm('lstm', x, options);
    // The strongest step of each feature, and the mean of all.
    const pooled = concat([max(output, 1), mean(output, 1)], -1);
    return { logits: linear('head', dropout(pooled, p), sizes.classes) };
  });
}
