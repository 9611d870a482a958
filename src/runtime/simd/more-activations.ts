/** What the activations of `builder/more-activations.ts` compute, of one number. */
import type { more as rows } from '../../builder/more-activations.js';

type Scalar = (x: number) => number;

export const more: Readonly<Record<keyof typeof rows, (alpha: number, beta: number) => Scalar>> = {};
