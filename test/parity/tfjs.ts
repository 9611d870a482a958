/** Runs fixtures through the builder's tfjs forward pass: outputs, and gradients of sum(output * cotangent). */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../../src/builder/backends/tf.js';
import { forward } from '../../src/builder/forward.js';
import type { Network } from '../../src/builder/network.js';
import { trainedNames } from '../../src/builder/parameters.js';
import type { NdArray } from '../../src/nd-array.js';
import type { FloatTensors } from '../fixtures.js';

export interface Computed {
  readonly outputs: FloatTensors;
  readonly grads: FloatTensors;
  readonly inputGrads: FloatTensors;
}

export function toTf(tf: Tf, array: NdArray): TfTensor {
  return tf.tensor(
    array.data as Float32Array | Int32Array,
    [...array.shape],
    array.dtype as 'float32' | 'int32',
  );
}

export function toArrays(tensors: Iterable<readonly [string, TfTensor]>): FloatTensors {
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { dtype: 'float32' as const, shape: tensor.shape, data: tensor.dataSync() as Float32Array },
    ]),
  );
}

/** Everything a fixture says of a network: outputs, and the gradients of parameters and float inputs. */
export function compute(
  tf: Tf,
  network: Network,
  data: {
    params: FloatTensors;
    inputs: ReadonlyMap<string, NdArray>;
    cotangents: FloatTensors;
    inputGrads?: FloatTensors;
  },
): Computed {
  tf.engine().startScope();
  try {
    const parameters = [...data.params].map(([name, array]) => [name, toTf(tf, array)] as const);
    const feeds = [...data.inputs].map(([name, array]) => [name, toTf(tf, array)] as const);
    // PyTorch has no gradient of what only indices are taken from, and tfjs throws.
    const differentiable = feeds.filter(
      ([name, tensor]) => tensor.dtype === 'float32' && (data.inputGrads?.has(name) ?? true),
    );
    const run = () => forward(tf, network, new Map(parameters), Object.fromEntries(feeds));
    const weighted = () => {
      const outputs = run();
      const terms = [...data.cotangents].map(([name, array]) =>
        tf.sum(tf.mul(outputs[name]!, toTf(tf, array))),
      );
      return tf.addN(terms);
    };
    const moved = trainedNames(network);
    const trained = parameters.filter(([name]) => moved.has(name));
    const xs = [...trained, ...differentiable];
    const grads = tf.grads(weighted)(xs.map(([, tensor]) => tensor));
    const named = xs.map(([name], i) => [name, grads[i]!] as const);
    return {
      outputs: toArrays(Object.entries(run())),
      grads: toArrays(named.slice(0, trained.length)),
      inputGrads: toArrays(named.slice(trained.length)),
    };
  } finally {
    tf.engine().endScope();
  }
}
