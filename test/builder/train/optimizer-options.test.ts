import { describe, expect, it } from 'vitest';
import {
  type AdamOptions,
  adam,
  adamW,
  type SgdOptions,
  sgd,
} from '../../../src/builder/train/optimizers.js';
import { failureOf } from '../../data/failure.js';

describe("an optimizer's options", () => {
  it('are defaults where they are left out or undefined', () => {
    // As callers without exactOptionalPropertyTypes write it.
    const nothing = { lr: undefined, weightDecay: undefined } as unknown as AdamOptions;
    expect(adam(nothing)).toEqual(adam());
    expect(adam()).toEqual({ kind: 'adam', lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 });
    expect(adamW()).toEqual({ ...adam(), kind: 'adamw', weightDecay: 0.01 });
  });

  it.each([
    [
      () => adam({ learningRate: 0.1 } as AdamOptions),
      "adam has no option 'learningRate'; use lr. Its options are lr, betas",
    ],
    [() => adam({ lr: -1 }), 'adam: lr is -1; give a number of at least 0.'],
    [() => adam({ lr: 'fast' as unknown as number }), "adam: lr is the text 'fast'; give a number"],
    [() => adam({ betas: [0.9, 1] }), 'adam: betas is [0.9, 1]; give two numbers of at least 0 and below 1'],
    [() => adam({ lr: [0.1] as unknown as number }), 'adam: lr is an array; give a number'],
    [() => sgd({ nesterov: true }), 'sgd: nesterov needs a momentum above 0 and no dampening.'],
    [() => sgd({ decay: 1 } as SgdOptions), "sgd has no option 'decay'"],
  ])('are refused when they make no sense: %s', (make, message) => {
    const failure = failureOf(make);
    expect(failure.code).toBe('E_INVALID_OPTION');
    expect(failure.message).toContain(message);
  });
});
