/** BatchNormalization as it runs, LayerNormalization, InstanceNormalization. */
import { dim, sizeOf } from '../../../nd-array.js';
import { addModule } from '../add-module.js';
import { reshapedWeights } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, numberOf } from '../size.js';
import type { Weights } from '../value.js';
import { sizesOf } from '../view.js';

/** One number for each channel. */
function perChannel(node: NodeReader, index: number): Weights {
  const weights = node.weights(index);
  const channels = numberOf(sizesOf(node.floats(0))[1] ?? fixed(0));
  if (weights.shape.length === 1 && weights.shape[0] === channels) return weights;
  throw node.refusal(
    `input ${index} has shape [${weights.shape.join(', ')}] for ${formatSizes(sizesOf(node.floats(0)))}; expected one number for each channel`,
  );
}

const BatchNormalization: Handler = (node) => {
  if (node.int('training_mode', 0) !== 0) {
    throw node.refusal('it is in training mode; export the model after model.eval()');
  }
  const parameters = {
    weight: perChannel(node, 1),
    bias: perChannel(node, 2),
    running_mean: perChannel(node, 3),
    running_var: perChannel(node, 4),
  };
  // ONNX's momentum is the share of what was there.
  const momentum = 1 - node.float('momentum', 0.9);
  return addModule(node, 'batchNorm', parameters, {
    eps: node.float('epsilon', 1e-5),
    momentum,
    affine: true,
  });
};

const InstanceNormalization: Handler = (node) =>
  addModule(
    node,
    'instanceNorm',
    { weight: perChannel(node, 1), bias: perChannel(node, 2) },
    { eps: node.float('epsilon', 1e-5), affine: true },
  );

const LayerNormalization: Handler = (node) => {
  const sizes = sizesOf(node.floats(0));
  const axes = sizes.length - node.axis(node.int('axis', -1), sizes.length);
  const shape = sizes.slice(sizes.length - axes).map((size) => numberOf(size) ?? 0);
  const own = (index: number) => {
    const weights = node.weights(index);
    if (sizeOf(weights.shape) === sizeOf(shape) && dim(shape, 0) > 0) return reshapedWeights(weights, shape);
    throw node.refusal(
      `input ${index} has shape [${weights.shape.join(', ')}] for the last ${axes} of ${formatSizes(sizes)}; expected the same sizes`,
    );
  };
  const bias = node.optional(2) ? own(2) : undefined;
  const options = { axes, eps: node.float('epsilon', 1e-5), affine: true, bias: bias !== undefined };
  return addModule(node, 'layerNorm', { weight: own(1), bias }, options);
};

export const normalizationHandlers = {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
} satisfies Record<string, Handler>;
