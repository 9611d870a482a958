/**
 * The tfjs backends that parity is shown on: tfjs' own, every form of the simd backend, and libtensorflow where it can
 * be had. Where not, each suite that goes through these shows a skipped test that says why.
 */
import { it } from 'vitest';
import { type Backend, startBackend } from '../../src/builder/backends/backend.js';
import { registerSimdBackend } from '../../src/builder/backends/simd/backend.js';

const simd = {
  'simd relaxed, 1 thread': { threads: 1, simd: 'relaxed' },
  'simd relaxed, 2 threads': { threads: 2, simd: 'relaxed', leastShare: 1 },
  'simd plain, 1 thread': { threads: 1, simd: 'plain' },
  'simd plain, 2 threads': { threads: 2, simd: 'plain', leastShare: 1 },
  'simd wide, 2 threads': { threads: 2, simd: 'wide', leastShare: 1 },
} as const;

const { name: started, notice } = await startBackend('tensorflow');
const tensorflow = started === 'tensorflow' ? [started] : [];
if (tensorflow.length === 0) it('holds on tensorflow too', ({ skip }) => skip(notice));

export const backendNames = [...Object.keys(simd), 'wasm', 'cpu', ...tensorflow];

/** Starts a backend by its name in {@link backendNames}. */
export async function startNamed(name: string): Promise<Backend> {
  const options = Object.entries(simd).find(([key]) => key === name)?.[1];
  if (options) {
    const { tf } = await startBackend('cpu');
    if (!tf.findBackendFactory(name)) {
      const engine = await registerSimdBackend(tf, name, options);
      if (engine.simd !== options.simd) throw new Error(`${name} runs the ${engine.simd} kernels`);
    }
  }
  return startBackend(name);
}
