/** The reference network: an LSTM over the rows of an image, a linear layer on its last output. */
import { defineNetwork } from '../builder/network.js';
import { linear } from '../builder/ops/linear.js';
import { lstm } from '../builder/ops/lstm.js';
import { float32 } from '../builder/tensor.js';
import { MNIST_CLASSES, MNIST_IMAGE_SIZE } from '../data/mnist.js';

export function simpleLSTM(hiddenSize: number, numLayers: number) {
  return defineNetwork({ x: float32('batch', 'time', MNIST_IMAGE_SIZE) }, ({ x }) => {
    const { output } = lstm('lstm', x, { hiddenSize, numLayers });
    return { logits: linear('fc', output.at(-1), MNIST_CLASSES) };
  });
}
