/** Products of matrices that a backend computes where its tensors lie: simd has them. */
import type { TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Factor, Numbers, Products } from '../convolution/products.js';
import type { Tf } from './tf.js';

export interface OwnProducts extends Products {
  numbersOf(tensor: TfTensor): Numbers;
  /** A tensor over numbers that {@link take} gave, which go with it. */
  tensorOf(numbers: Numbers, shape: readonly number[]): TensorInfo;
  /** Runs what takes; when it throws, what it took is given back. */
  allOrNothing<T>(run: () => T): T;
}

/** Those of the current backend, or else what goes through tensors of tfjs. */
export function productsOf(tf: Tf): OwnProducts {
  // tfjs knows of a backend's kernels only: that one has these as well it cannot say.
  const { products } = tf.backend() as { readonly products?: OwnProducts };
  return products ?? throughTensors(tf);
}

function throughTensors(tf: Tf): OwnProducts {
  const matrix = ({ numbers, rows, columns, transposed }: Factor) =>
    tf.tensor2d(numbers.data, transposed ? [columns, rows] : [rows, columns]);
  return {
    take: (count) => ({ data: new Float32Array(count) }),
    release() {},
    multiply(a, b, to) {
      // Nothing is given on: tidy would go through an array number by number, looking for tensors.
      tf.tidy(() => {
        to.data.set(tf.matMul(matrix(a), matrix(b), a.transposed, b.transposed).dataSync<'float32'>());
      });
    },
    numbersOf: (tensor) => ({ data: tensor.dataSync<'float32'>() }),
    tensorOf: ({ data }, shape) => tf.tensor(data, [...shape]),
    allOrNothing: (run) => run(),
  };
}
