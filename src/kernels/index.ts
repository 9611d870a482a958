// The WebAssembly module of the simd backend. Built twice, with and without relaxed SIMD; see package.json, "kernels".
export { packBackward, packForward, unpackGradients, unpackProjection } from './lstm-weights';
export { packMatrix, packRows } from './matmul';
export { isDone, post, runJob, takeBack, work } from './threads';
export { adamStep, sgdStep, squaredNorm } from './optimizer';
export { crossEntropy, softmax } from './cross-entropy';

/** Which of the two this one is. */
export const usesRelaxedSimd: bool = ASC_FEATURE_RELAXED_SIMD;
