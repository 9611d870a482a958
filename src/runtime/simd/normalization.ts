/** Batch, layer and instance normalization on the engine. */
import {
  type Moments,
  momentsOf,
  type NormLayout,
  normalized,
  perChannel,
  perInstance,
  perRow,
} from '../../builder/normalization.js';
import { type AffineOptions, affineNames } from '../../builder/ops/normalization.js';
import { type Preparation, type Prepare, unary } from './operator.js';
import { floatsOf } from './run-tensor.js';

/** @param known mean and variance where they are not those of x */
function normalizer(
  layoutOf: (shape: readonly number[]) => NormLayout,
  options: AffineOptions & { readonly eps: number },
  { parameter }: Preparation,
  known?: Moments,
) {
  const [weight, bias] = affineNames(options).map((name) => parameter(name).data);
  return unary((x) => {
    const { shape } = x;
    const layout = layoutOf(shape);
    const numbers = floatsOf(x);
    const moments = known ?? momentsOf(numbers, layout);
    return {
      dtype: 'float32',
      shape,
      data: normalized(numbers, layout, moments, options.eps, { weight, bias }),
    };
  });
}

const batchNorm: Prepare<'batchNorm'> = (options, model) => {
  const running = (name: string) => Float64Array.from(model.parameter(name).data);
  const known = { mean: running('running_mean'), variance: running('running_var') };
  return normalizer(perChannel, options, model, known);
};

const layerNorm: Prepare<'layerNorm'> = (options, model) =>
  normalizer((shape) => perRow(shape, options.axes), options, model);

const instanceNorm: Prepare<'instanceNorm'> = (options, model) => normalizer(perInstance, options, model);

export const normalizations = { batchNorm, layerNorm, instanceNorm };
