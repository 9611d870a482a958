/** The worker of the provider `simd`. */
import { openSimdSession, sharedEngine } from '../simd/session.js';
import { serve } from './serve.js';

serve<'simd'>(async (bytes, options, { numThreads, kernels }) =>
  openSimdSession(bytes, await sharedEngine(() => kernels, numThreads), options),
);
