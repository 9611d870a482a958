// The WebAssembly module of the simd backend. Built twice, with and without relaxed SIMD; see package.json, "kernels".
export { packWeights, sumSlices } from './layer-weights';
export { packMatrix, packRows } from './matmul';
export { clearFloats } from './rows';
export { isDone, post, runJob, takeBack, work } from './threads';
export { adamStep, sgdStep, squaredNorm } from './optimizer';
export { crossEntropy, softmax } from './cross-entropy';

/** Which of the two this one is. */
export const usesRelaxedSimd: bool = ASC_FEATURE_RELAXED_SIMD;
