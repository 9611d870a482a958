import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { softmax } from '../../src/builder/ops/activations.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { alignColumns, summary } from '../../src/builder/summary.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { simpleLSTM } from '../parity/networks.js';

const lines = (text: string) => text.trim().split('\n');

describe('summary', () => {
  it('prints simpleLSTM with its shapes and parameter counts', () => {
    expect(summary(simpleLSTM).split('\n')).toEqual(
      lines(`
name  op                                                  output                                                 parameters
x     input float32                                       [batch, time, 28]
lstm  lstm(hiddenSize=64, numLayers=1, bias, batchFirst)  [batch, time, 64], h [1, batch, 64], c [1, batch, 64]  24,064
at_1  at(index=-1, axis=1)                                [batch, 64]                                            0
fc    linear(outFeatures=10, bias)                        [batch, 10]                                            650
outputs: logits = fc:output [batch, 10]
parameters: 24,714
`),
    );
  });

  it('prints several inputs and outputs, nested names and every option that is on', () => {
    const network = defineNetwork({ ids: int32('batch', 'time'), extra: float32('batch', 8) }, (inputs) => {
      const vectors = embedding('embedding', inputs.ids, { numEmbeddings: 1000, embeddingDim: 50 });
      const { output, h } = lstm('encoder', dropout(vectors, 0.1), {
        hiddenSize: 32,
        bidirectional: true,
        numLayers: 2,
        dropout: 0.2,
      });
      const features = concat([output.at(0), inputs.extra]);
      return {
        class: softmax(linear('head.class', features, 3)),
        h,
        parts: reshape(output, ['batch', 'time', 8, -1]),
      };
    });
    expect(summary(network).split('\n')).toEqual(
      lines(`
name        op                                                                              output                                                 parameters
ids         input int32                                                                     [batch, time]
extra       input float32                                                                   [batch, 8]
embedding   embedding(numEmbeddings=1000, embeddingDim=50)                                  [batch, time, 50]                                      50,000
dropout_1   dropout(p=0.1)                                                                  [batch, time, 50]                                      0
encoder     lstm(hiddenSize=32, numLayers=2, bidirectional, bias, dropout=0.2, batchFirst)  [batch, time, 64], h [4, batch, 32], c [4, batch, 32]  46,592
at_1        at(index=0, axis=1)                                                             [batch, 64]                                            0
concat_1    concat(axis=-1)                                                                 [batch, 72]                                            0
head.class  linear(outFeatures=3, bias)                                                     [batch, 3]                                             219
softmax_1   softmax(axis=-1)                                                                [batch, 3]                                             0
reshape_1   reshape(shape=[batch, time, 8, -1])                                             [batch, time, 8, 8]                                    0
outputs: class = softmax_1:output [batch, 3], h = encoder:h [4, batch, 32], parts = reshape_1:output [batch, time, 8, 8]
parameters: 96,811
`),
    );
  });
});

describe('alignColumns', () => {
  it('aligns more rows than a call takes arguments', () => {
    const rows = Array.from({ length: 200_000 }, () => ['a', 'b']);
    expect(alignColumns([['name', 'x'], ...rows]).at(-1)).toBe('a     b');
  });
});
