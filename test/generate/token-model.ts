/** A small language model, whose tokens are not all as probable. */
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters, type StateDict } from '../../src/builder/parameters.js';
import { int32 } from '../../src/builder/tensor.js';
import { type ExportOptions, exportOnnx } from '../../src/export/export.js';

export const HIDDEN = 5;

function tokenNetwork(cell: 'lstm' | 'gru', vocabulary: number): Network {
  return defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
    const x = embedding('embedding', tokens, { numEmbeddings: vocabulary, embeddingDim: 4 });
    const sizes = { hiddenSize: HIDDEN, numLayers: 2 } as const;
    const { output } = cell === 'lstm' ? lstm('rnn', x, sizes) : gru('rnn', x, sizes);
    return { logits: linear('fc', output, vocabulary) };
  });
}

/** Parameters whose logits differ by more than those of PyTorch's initialization. */
export function sharp(parameters: StateDict): StateDict {
  return new Map(
    [...parameters].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => value * 4) }]),
  );
}

export function tokenModel(
  cell: 'lstm' | 'gru',
  vocabulary: number,
  seed: number,
  options: ExportOptions = {},
): Uint8Array {
  const network = tokenNetwork(cell, vocabulary);
  return exportOnnx(network, sharp(initParameters(network, seed)), { states: true, ...options });
}
