/** The recurrent layers that a backend brings whole, each as one op with its own gradient: simd has them all. */
import type { LstmLayer } from './lstm-layer.js';
import type { GruLayer, RnnLayer } from './recurrent-layer.js';
import type { Tf } from './tf.js';

export interface OwnLayers {
  readonly lstmLayer: LstmLayer;
  readonly gruLayer: GruLayer;
  readonly rnnLayer: RnnLayer;
}

/** Those of the current backend. */
export function ownLayers(tf: Tf): Partial<OwnLayers> {
  // tfjs knows of a backend's kernels only: that one has these methods as well, and of these types, it cannot say.
  return tf.backend() as Partial<OwnLayers>;
}
