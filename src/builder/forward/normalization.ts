/** Batch, layer and instance normalization on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import {
  countOf,
  type Moments,
  momentsOf,
  type NormLayout,
  normalized,
  normalizedGradients,
  perChannel,
  perInstance,
  perRow,
} from '../normalization.js';
import { affineNames } from '../ops/normalization.js';
import { parameterName } from '../ops/op.js';
import { formatShape } from '../shape.js';
import type { Forward } from './forward-op.js';

const numbersOf = (tensor: TfTensor) => tensor.dataSync<'float32'>();

interface Statistics {
  readonly layout: NormLayout;
  readonly eps: number;
  /** Mean and variance; default those of x. */
  readonly moments?: Moments;
  /** Whether these are those of x, so that they depend on it. */
  readonly own: boolean;
}

function normalize(
  tf: Tf,
  x: TfTensor,
  affine: readonly TfTensor[],
  { layout, eps, moments: known, own }: Statistics,
): TfTensor {
  const compute = tf.customGrad((...args) => {
    const [input, ...given] = args.slice(0, 1 + affine.length) as [TfTensor, ...TfTensor[]]; // what customGrad calls it with
    const numbers = numbersOf(input);
    const [weight, bias] = given.map(numbersOf);
    const moments = known ?? momentsOf(numbers, layout);
    const gradFunc = (dy: TfTensor) => {
      const all = normalizedGradients(numbersOf(dy), numbers, layout, moments, eps, weight, own);
      const ofAffine = [all.weight, all.bias].slice(0, given.length);
      return [tf.tensor(all.x, input.shape), ...ofAffine.map((data, i) => tf.tensor(data, given[i]?.shape))];
    };
    return {
      value: tf.tensor(normalized(numbers, layout, moments, eps, { weight, bias }), input.shape),
      gradFunc,
    };
  });
  return compute(x, ...affine);
}

export const batchNorm: Forward<'batchNorm'> = ({ x }, options, context, parameter) => {
  const { eps, momentum } = options;
  const { tf, training, node, updates } = context;
  const layout = perChannel(x.shape);
  const given = affineNames(options).map(parameter);
  // A layer that is called several times goes on from what its call before made of them, in training.
  const kept = (own: string) => updates?.get(parameterName(node, own)) ?? numbersOf(parameter(own));
  const running = { mean: kept('running_mean'), variance: kept('running_var') };
  if (!training) {
    const moments = { mean: Float64Array.from(running.mean), variance: Float64Array.from(running.variance) };
    return { output: normalize(tf, x, given, { layout, eps, moments, own: false }) };
  }
  const count = countOf(layout);
  if (count < 2) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `batchNorm: a batch of ${formatShape(x.shape)} has one number for each channel, which has no variance to train with; give ` +
        'larger batches, or data whose last batch has more than one sample.',
    );
  }
  const moments = momentsOf(numbersOf(x), layout);
  const moved = (kept: Float32Array, own: Float64Array, factor: number) =>
    kept.map((number, i) => (1 - momentum) * number + momentum * factor * (own[i] ?? 0));
  updates?.set(parameterName(node, 'running_mean'), moved(running.mean, moments.mean, 1));
  // PyTorch keeps the variance of the population that the batch is a sample of.
  updates?.set(
    parameterName(node, 'running_var'),
    moved(running.variance, moments.variance, count / (count - 1)),
  );
  return { output: normalize(tf, x, given, { layout, eps, moments, own: true }) };
};

export const layerNorm: Forward<'layerNorm'> = ({ x }, options, { tf }, parameter) => {
  const statistics = { layout: perRow(x.shape, options.axes), eps: options.eps, own: true };
  return { output: normalize(tf, x, affineNames(options).map(parameter), statistics) };
};

export const instanceNorm: Forward<'instanceNorm'> = ({ x }, options, { tf }, parameter) => {
  const statistics = { layout: perInstance(x.shape), eps: options.eps, own: true };
  return { output: normalize(tf, x, affineNames(options).map(parameter), statistics) };
};
