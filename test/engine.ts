/** Engines for tests, with the kernels that run models or those that train. */
import { Engine, type EngineOptions } from '../src/builder/backends/simd/engine.js';
import { kernelBytes, type SimdForm } from '../src/builder/backends/simd/kernel-bytes.js';

interface Options extends EngineOptions {
  /** @default the best that there is */
  readonly simd?: SimdForm;
}

async function start(purpose: 'running' | 'training', { simd, ...options }: Options): Promise<Engine> {
  return Engine.start(await kernelBytes(purpose, simd), options);
}

export const runningEngine = (options: Options): Promise<Engine> => start('running', options);
export const trainingEngine = (options: Options): Promise<Engine> => start('training', options);
