/** Converts between onnxruntime's tensor class and plain tensors. */
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

/** The session without the class, for callers that get tensors as plain parts in messages. */
export function withoutTensors({ Tensor: OwnTensor, ...session }: Session): PartsSession {
  return {
    ...session,
    run: (parts, fetches) => {
      const feeds: Record<string, Tensor> = Object.create(null);
      for (const [name, { type, data, dims }] of Object.entries(parts)) {
        feeds[name] = new OwnTensor(type, data, dims);
      }
      return session.run(feeds, fetches);
    },
  };
}

function tensorOf({ type, data, dims }: TensorParts): Tensor {
  return new Tensor(type, data, dims);
}
