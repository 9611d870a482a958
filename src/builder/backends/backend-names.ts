/** The names of the tfjs backends that this library knows how to start. */

/** Of the simd backend. */
export const maximumThreads = 64;

/** For the end of a sentence. */
export const backendNames = `auto, simd, simd:N for N threads (1 to ${maximumThreads}), wasm, cpu or tensorflow`;

/** Whether the name is known; it need not be available on this machine. */
export function isBackendName(name: string): boolean {
  const [, threads] = /^simd:([1-9]\d*)$/.exec(name) ?? [];
  if (threads !== undefined) return Number(threads) <= maximumThreads;
  return ['auto', 'simd', 'wasm', 'cpu', 'tensorflow'].includes(name);
}
