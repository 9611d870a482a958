/** Dropout is the identity outside training: its input goes on under its own name. */
import type { Lowering } from '../lowering.js';

export const lowerDropout: Lowering<'dropout'> = (_node, context) => ({ output: context.inputs.x });
