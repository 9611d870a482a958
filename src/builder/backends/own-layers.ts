/** The recurrent layers that a backend brings whole, all directions of one as an op with its own gradient: simd has them all. */
import type { LstmDirections } from './lstm-layer.js';
import type { GruDirections, RnnDirections } from './recurrent-layer.js';
import type { Tf } from './tf.js';

export interface OwnLayers {
  readonly lstmDirections: LstmDirections;
  readonly gruDirections: GruDirections;
  readonly rnnDirections: RnnDirections;
}

/** Those of the current backend. */
export function ownLayers(tf: Tf): Partial<OwnLayers> {
  // tfjs knows of a backend's kernels only: that one has these methods as well, and of these types, it cannot say.
  return tf.backend() as Partial<OwnLayers>;
}
