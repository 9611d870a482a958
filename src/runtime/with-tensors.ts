/** onnxruntime's tensor class around what has none. */
import { Tensor } from 'onnxruntime-common';
import type { PartsSession, Session, TensorParts } from './session.js';

export function withTensors(session: PartsSession): Session {
  return {
    ...session,
    Tensor,
    run: async (feeds, fetches) => {
      const results = Object.entries(await session.run(feeds, fetches));
      return Object.fromEntries(results.map(([name, parts]) => [name, tensorOf(parts)]));
    },
  };
}

function tensorOf({ type, data, dims }: TensorParts): Tensor {
  return new Tensor(type, data, dims);
}
