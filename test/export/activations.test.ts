/** Activations in the operator sets that have no operator for them, and in the first that has one. */
import { describe, expect, it } from 'vitest';
import { activationNames, factsOf } from '../../src/builder/activations.js';
import { defineNetwork } from '../../src/builder/network.js';
import { activation, clip, hardtanh } from '../../src/builder/ops/activations.js';
import { float32 } from '../../src/builder/tensor.js';
import { OLDEST_EXPORTED_OPSET } from '../../src/export/export.js';
import { expectSameNumbers, opTypes } from './running.js';

const x = float32('batch', 5);

describe.each(activationNames)('the activation %s', (name) => {
  // Of numbers below 0 they are not.
  const isOfPositives = ['log', 'sqrt'].includes(name);
  const network = defineNetwork({ x }, (inputs) => {
    const from = isOfPositives ? activation(inputs.x, { name: 'exp' }) : inputs.x;
    return { y: activation(from, { name }) };
  });
  const { onnx, formula, since = Number.POSITIVE_INFINITY } = factsOf(name);

  it.each([OLDEST_EXPORTED_OPSET, 18, 20, 22])('is exported to operator set %d', async (opset) => {
    const model = await expectSameNumbers(network, { batch: 3 }, { opset });
    expect(opTypes(model).includes(onnx ?? '')).toBe(formula === undefined || opset >= since);
  });
});

it('of a lower bound above the upper one is refused', () => {
  const refused = /^(clip|activation)_1 .*the lower bound is 1 and the upper one 0/;
  expect(() => defineNetwork({ x }, (inputs) => ({ y: clip(inputs.x, { min: 1, max: 0 }) }))).toThrow(
    refused,
  );
  expect(() => defineNetwork({ x }, (inputs) => ({ y: hardtanh(inputs.x, 1, 0) }))).toThrow(refused);
});
