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
import { parameterName } from '../ops/op.js';
import { formatShape } from '../shape.js';
import type { Forward } from './forward-op.js';

const numbersOf = (tensor: TfTensor) => tensor.dataSync<'float32'>();

/** @param known mean and variance where they are not those of x */
function normalize(
  tf: Tf,
  x: TfTensor,
  affine: readonly TfTensor[],
  { layout, eps, known }: { layout: NormLayout; eps: number; known?: Moments },
): TfTensor {
  const compute = tf.customGrad((...args) => {
    const [input, ...given] = args.slice(0, 1 + affine.length) as [TfTensor, ...TfTensor[]]; // what customGrad calls it with
    const numbers = numbersOf(input);
    const [weight, bias] = given.map(numbersOf);
    const moments = known ?? momentsOf(numbers, layout);
    const gradFunc = (dy: TfTensor) => {
      const all = normalizedGradients(
        numbersOf(dy),
        numbers,
        layout,
        moments,
        eps,
        weight,
        known === undefined,
      );
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

export const batchNorm: Forward<'batchNorm'> = ({ x }, { eps, momentum, affine }, context, parameter) => {
  const { tf, training, node, updates } = context;
  const layout = perChannel(x.shape);
  const given = affine ? [parameter('weight'), parameter('bias')] : [];
  const running = {
    mean: numbersOf(parameter('running_mean')),
    variance: numbersOf(parameter('running_var')),
  };
  if (!training) {
    const known = { mean: Float64Array.from(running.mean), variance: Float64Array.from(running.variance) };
    return { output: normalize(tf, x, given, { layout, eps, known }) };
  }
  const count = countOf(layout);
  if (count < 2) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `batchNorm: a batch of ${formatShape(x.shape)} has one number for each channel, which has no variance to train with; give ` +
        'larger batches, or data whose last batch has more than one sample.',
    );
  }
  const { mean, variance } = momentsOf(numbersOf(x), layout);
  const moved = (kept: Float32Array, own: Float64Array, factor: number) =>
    kept.map((number, i) => (1 - momentum) * number + momentum * factor * (own[i] ?? 0));
  updates?.set(parameterName(node, 'running_mean'), moved(running.mean, mean, 1));
  // PyTorch keeps the variance of the population that the batch is a sample of.
  updates?.set(parameterName(node, 'running_var'), moved(running.variance, variance, count / (count - 1)));
  return { output: normalize(tf, x, given, { layout, eps }) };
};

export const layerNorm: Forward<'layerNorm'> = ({ x }, { axes, eps, affine, bias }, { tf }, parameter) => {
  const names = affine ? ['weight', ...(bias ? ['bias'] : [])] : [];
  return { output: normalize(tf, x, names.map(parameter), { layout: perRow(x.shape, axes), eps }) };
};

export const instanceNorm: Forward<'instanceNorm'> = ({ x }, { eps, affine }, { tf }, parameter) => {
  const given = affine ? [parameter('weight'), parameter('bias')] : [];
  return { output: normalize(tf, x, given, { layout: perInstance(x.shape), eps }) };
};
