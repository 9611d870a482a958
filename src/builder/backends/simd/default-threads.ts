import { processors } from '#simd-platform';

/** The threads of an engine where nobody asks for another number: the processors, 4 at most. */
export function defaultThreads(): number {
  return Math.min(processors(), 4);
}
