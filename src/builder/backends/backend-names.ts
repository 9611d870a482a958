/** The names of the tfjs backends that this library knows how to start. */

/** Of the simd backend. */
export const maximumThreads = 64;

/** For the end of a sentence. */
export const backendNames = `auto, simd, simd:N for N threads (1 to ${maximumThreads}), wasm, cpu or tensorflow`;

/** Whether it is one of {@link backendNames}; one that runs nowhere near here may be. */
export function isBackendName(name: string): boolean {
  const [, threads] = /^simd:([1-9]\d*)$/.exec(name) ?? [];
  if (threads !== undefined) return Number(threads) <= maximumThreads;
  return ['auto', 'simd', 'wasm', 'cpu', 'tensorflow'].includes(name);
}
