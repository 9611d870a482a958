/** Dropout is the identity outside training, so its output is its input. */
import type { Lowering } from '../lowering.js';

export const lowerDropout: Lowering<'dropout'> = (_node, context) => ({ output: context.inputs.x });
