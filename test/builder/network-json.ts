/** What the tests of networks as JSON share: a network with everything in it, and JSON with something changed. */
import { expect } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { networkToJson } from '../../src/builder/network-json.js';
import { softmax } from '../../src/builder/ops/activations.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { simpleLSTM } from '../parity/networks.js';

/** One network with every kind of option. */
export const everything = defineNetwork(
  { ids: int32('batch', 'time'), h0: float32(4, 'batch', 3), c0: float32(4, 'batch', 3) },
  ({ ids, h0, c0 }) => {
    const vectors = embedding('words.table', ids, { numEmbeddings: 7, embeddingDim: 5 });
    const { output, h, c } = lstm('lstm', dropout(vectors, 0.25), {
      hiddenSize: 3,
      numLayers: 2,
      bidirectional: true,
      bias: false,
      dropout: 0.125,
      batchFirst: true,
      initialState: { h: h0, c: c0 },
    });
    const joined = concat([output, output], -1);
    const turned = transpose(joined, [1, 0, 2]);
    return {
      'any name, ünïcode': softmax(linear('fc', reshape(turned, [-1, 12]), 4, { bias: false }), 0),
      first: joined.at(0),
      h,
      c,
      again: c,
      ids,
    };
  },
);

export const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

export interface Json {
  version: unknown;
  inputs: Record<string, unknown>;
  nodes: { name: unknown; op: unknown; inputs: unknown; options: Record<string, unknown> }[];
  outputs: Record<string, unknown>;
}

/** The JSON of simpleLSTM (nodes lstm, at_1, fc) with something changed. */
export function altered(change: (json: Json) => unknown): string {
  const json: Json = JSON.parse(networkToJson(simpleLSTM));
  change(json);
  return JSON.stringify(json);
}
