/** `torch.nn.utils.clip_grad_norm_`: gradients scaled so that their norm, taken over all of them, has a bound. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';

/**
 * @param maxNorm the bound
 * @returns the gradients, multiplied by `maxNorm / (norm + 1e-6)` where that is below 1; call it in a `tf.tidy`
 */
export function clipGradientNorm(
  tf: Tf,
  gradients: ReadonlyMap<string, TfTensor>,
  maxNorm: number,
): Map<string, TfTensor> {
  const norms = [...gradients.values()].map((gradient) => tf.norm(gradient));
  const norm = tf.norm(tf.stack(norms));
  const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
  return new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}
