/** A network's outputs computed on tfjs, from plain arrays to plain arrays. */
import { LstmOnnxError } from '../errors.js';
import { type NdArray, sizeOf } from '../nd-array.js';
import { type BackendName, startBackend } from './backends/backend.js';
import { checkFeeds } from './check-feeds.js';
import { forward } from './forward.js';
import type { Network } from './network.js';
import { checkParameters, type StateDict } from './parameters.js';
import { formatShape } from './shape.js';
import type { DType } from './tensor.js';
import { tensorsOf } from './tf-parameters.js';

/** An array for each input of a network, of the input's element type. */
export type Feeds<N extends Network> = {
  readonly [K in keyof N['inputs']]: NdArray<DType> & Pick<N['inputs'][K], 'dtype'>;
};

/** An array for each output of a network. */
export type Predictions<N extends Network> = { readonly [K in keyof N['outputs']]: NdArray<'float32'> };

/**
 * Runs the network forward, dropout off.
 *
 * @param feeds an array for each input, of its type and shape
 * @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for feeds or parameters that do not fit
 */
export async function predict<N extends Network>(
  network: N,
  parameters: StateDict,
  feeds: Feeds<N>,
  options: { readonly backend?: BackendName } = {},
): Promise<Predictions<N>> {
  checkParameters(network, parameters);
  checkFeeds(network, feeds);
  for (const [name, { data, shape }] of Object.entries<NdArray<DType>>(feeds)) {
    if (data.length !== sizeOf(shape)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `Input '${name}' holds ${data.length} numbers, but ${formatShape(shape)} needs ${sizeOf(shape)}.`,
      );
    }
  }
  const { tf, select } = await startBackend(options.backend);
  select();
  const results = tf.tidy(() => {
    const inputs = Object.entries<NdArray<DType>>(feeds).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
    );
    return forward(tf, network, tensorsOf(tf, parameters), Object.fromEntries(inputs), { gradients: false });
  });
  const entries = await Promise.all(
    Object.entries(results).map(async ([name, tensor]) => {
      const data = Float32Array.from(await tensor.data());
      tensor.dispose();
      return [name, { dtype: 'float32', shape: tensor.shape, data }] as const;
    }),
  );
  // forward gives exactly the outputs of the network, which Object.fromEntries cannot tell the compiler.
  return Object.fromEntries(entries) as unknown as Predictions<N>;
}
