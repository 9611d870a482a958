// What runs models: recurrent layers forward, products of matrices and softmax.
export { rectify } from './elementwise';
export { packWeights } from './layer-weights';
export { packMatrix, packRows } from './matmul';
export { clearFloats } from './rows';
export { softmax } from './softmax';
export { isDone, post, runJob, takeBack, work } from './threads';

/** Whether this binary is the one with relaxed SIMD. */
export const usesRelaxedSimd: bool = ASC_FEATURE_RELAXED_SIMD;
