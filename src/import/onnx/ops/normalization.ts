/** BatchNormalization as it runs, LayerNormalization, InstanceNormalization. */
import { dim, sizeOf } from '../../../nd-array.js';
import { addModule } from '../add-module.js';
import { reshapedWeights } from '../constants.js';
import { isCalledLearned } from '../names.js';
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

/**
 * The weight and the bias, but for what exporters write where a module has none, which training is not to move: ones and zeros that
 * are not called as parameters are.
 */
function learned(weight: Weights, bias?: Weights) {
  const isFilling = (own: Weights, number: number) =>
    !isCalledLearned(own.origin) && own.read().every((entry) => entry === number);
  const affine = !isFilling(weight, 1) || (bias !== undefined && !isFilling(bias, 0));
  return { affine, parameters: affine ? { weight, bias } : {} };
}

const BatchNormalization: Handler = (node) => {
  if (node.int('training_mode', 0) !== 0) {
    throw node.refusal('it is in training mode; export the model after model.eval()');
  }
  const { affine, parameters } = learned(perChannel(node, 1), perChannel(node, 2));
  const statistics = { running_mean: perChannel(node, 3), running_var: perChannel(node, 4) };
  // ONNX's momentum is the share of what was there.
  const momentum = 1 - node.float('momentum', 0.9);
  const options = { eps: node.float('epsilon', 1e-5), momentum, affine };
  return addModule(node, 'batchNorm', { ...parameters, ...statistics }, options);
};

const InstanceNormalization: Handler = (node) => {
  const { affine, parameters } = learned(perChannel(node, 1), perChannel(node, 2));
  return addModule(node, 'instanceNorm', parameters, { eps: node.float('epsilon', 1e-5), affine });
};

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
  const { affine, parameters } = learned(own(1), bias);
  const options = { axes, eps: node.float('epsilon', 1e-5), affine, bias: bias !== undefined };
  return addModule(node, 'layerNorm', parameters, options);
};

export const normalizationHandlers = {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
} satisfies Record<string, Handler>;
