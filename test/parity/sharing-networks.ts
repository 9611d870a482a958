/** Layers called several times, tied to each other, and in a loop that feeds itself: the fixtures in `sharing/`. */
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { tanh } from '../../src/builder/ops/activations.js';
import { add, sub } from '../../src/builder/ops/arithmetic.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { mean } from '../../src/builder/ops/reduce.js';
import { squeeze, unsqueeze } from '../../src/builder/ops/unsqueeze.js';
import type { Shape } from '../../src/builder/shape.js';
import { shared, tie } from '../../src/builder/shared.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { unroll } from '../../src/builder/unroll.js';
import type { FloatTensors } from '../fixtures.js';

const siamese = defineNetwork(
  { row: float32('batch', 4), steps: float32('batch', 'time', 4) },
  ({ row, steps }) => {
    const encode = shared(<const S extends Shape>(x: Value<'float32', readonly [...S, 4]>) =>
      tanh(linear('encoder', x, 5)),
    );
    return { y: linear('fc', sub(encode(row), mean(encode(steps), 1)), 2) };
  },
);

const tied = defineNetwork({ ids: int32('time', 'batch') }, ({ ids }) => {
  const { output } = gru('rnn', embedding('encoder', ids, { numEmbeddings: 9, embeddingDim: 5 }), {
    hiddenSize: 5,
  });
  const logits = linear('decoder', output, 9);
  tie('decoder.weight', 'encoder.weight');
  return { logits };
});

const unrolled = defineNetwork({ x: float32('batch', 'time', 4) }, ({ x }) => {
  const { h, c } = lstm('encoder', x, { hiddenSize: 5 });
  const { outputs, last } = unroll(
    3,
    { y: x.at(-1), h, c },
    (state) => {
      const next = lstm('cell', unsqueeze(state.y, 1), { hiddenSize: 5, initialState: state });
      return { y: add(linear('fc', next.output.at(0, 1), 4), state.y), h: next.h, c: next.c };
    },
    1,
  );
  return { y: outputs.y, c: squeeze(last.c, 0) };
});

export const sharingNetworks: Readonly<Record<string, Network>> = { siamese, tied, unrolled };

/** A cell's parameters have no number of a layer in PyTorch. */
export const ofLayer = (tensors: FloatTensors): FloatTensors =>
  new Map([...tensors].map(([name, tensor]) => [name.replace(/^(cell\..*)$/, '$1_l0'), tensor]));
