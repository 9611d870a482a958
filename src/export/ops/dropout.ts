/** Dropout is the identity outside training: its input goes on under its own name. */
import { inputOf, type Lowering } from '../lowering.js';

export const lowerDropout: Lowering<'dropout'> = (_node, context) => ({ output: inputOf(context) });
