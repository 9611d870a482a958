// What runs models: recurrent layers forward, products of matrices and softmax.
export { rectify } from './elementwise';
export { packWeights } from './layer-weights';
export { packMatrix, packRows } from './matmul';
export { clearFloats } from './rows';
export { softmax } from './softmax';
export { isDone, post, runJob, takeBack, work } from './threads';

/** Which binary this is: with relaxed SIMD or without, and by vectors in pairs. */
export const usesRelaxedSimd: bool = ASC_FEATURE_RELAXED_SIMD;
export const usesPairs: bool = FOR_WIDE != 0;
export { latePasses } from './team';
