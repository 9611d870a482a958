/** Batch, layer and instance normalization on the engine. */
import {
  type Affine,
  type Moments,
  momentsOf,
  type NormLayout,
  normalized,
  perChannel,
  perInstance,
  perRow,
} from '../../builder/normalization.js';
import { type Preparation, type Prepare, unary } from './operator.js';

function affineOf({ parameter }: Preparation, names: readonly string[]): Affine {
  const [weight, bias] = names.map((name) => parameter(name).data);
  return { weight, bias };
}

/** @param known mean and variance where they are not those of x */
function normalizer(
  layoutOf: (shape: readonly number[]) => NormLayout,
  eps: number,
  affine: Affine,
  known?: Moments,
) {
  return unary(({ shape, data }) => {
    const layout = layoutOf(shape);
    const numbers = Float32Array.from(data);
    const moments = known ?? momentsOf(numbers, layout);
    return { dtype: 'float32', shape, data: normalized(numbers, layout, moments, eps, affine) };
  });
}

const batchNorm: Prepare<'batchNorm'> = ({ eps, affine }, model) => {
  const running = (name: string) => Float64Array.from(model.parameter(name).data);
  const known = { mean: running('running_mean'), variance: running('running_var') };
  return normalizer(perChannel, eps, affineOf(model, affine ? ['weight', 'bias'] : []), known);
};

const layerNorm: Prepare<'layerNorm'> = ({ axes, eps, affine, bias }, model) => {
  const names = affine ? ['weight', ...(bias ? ['bias'] : [])] : [];
  return normalizer((shape) => perRow(shape, axes), eps, affineOf(model, names));
};

const instanceNorm: Prepare<'instanceNorm'> = ({ eps, affine }, model) =>
  normalizer(perInstance, eps, affineOf(model, affine ? ['weight', 'bias'] : []));

export const normalizations = { batchNorm, layerNorm, instanceNorm };
