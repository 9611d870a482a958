import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { logSoftmax, softmax } from '../../src/builder/ops/activations.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { float32 } from '../../src/builder/tensor.js';
import { withProbabilities } from '../../src/export/probabilities.js';
import { simpleLSTM } from '../parity/networks.js';
import { expectSameNumbers } from './running.js';

const sequence = float32('batch', 'time', 4);

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

describe('withProbabilities', () => {
  it('adds the softmax of the logits beside them', async () => {
    const shown = withProbabilities(simpleLSTM);
    expect(Object.keys(shown.outputs)).toEqual(['logits', 'probabilities']);
    expect(shown.outputs.probabilities?.shape).toEqual(['batch', 10]);
    const bySoftmax = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
      const logits = linear('fc', lstm('lstm', x, { hiddenSize: 64 }).output.at(-1), 10);
      return { logits, probabilities: softmax(logits) };
    });
    expect(shown).toEqual(bySoftmax);
    await expectSameNumbers(shown, { batch: 2, time: 3 });
  });

  it('takes the only output, whatever its name', () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({ scores: linear('fc', x, 2) }));
    expect(withProbabilities(network).outputs.probabilities).toMatchObject({ shape: ['batch', 'time', 2] });
  });

  it.each([
    [
      'several outputs without logits',
      defineNetwork({ x: sequence }, ({ x }) => {
        const { h, c } = lstm('lstm', x, { hiddenSize: 2 });
        return { h, c };
      }),
      'E_INVALID_OPTION',
      /outputs are h, c/,
    ],
    [
      'probabilities that are there',
      defineNetwork({ x: sequence }, ({ x }) => ({ y: softmax(x) })),
      'E_INVALID_OPTION',
      /'y' is a softmax already/,
    ],
    [
      'logarithms of probabilities',
      defineNetwork({ x: sequence }, ({ x }) => ({ y: logSoftmax(x) })),
      'E_INVALID_OPTION',
      /'y' is a logSoftmax already/,
    ],
    [
      'a name that is taken',
      defineNetwork({ probabilities: sequence }, ({ probabilities }) => ({
        logits: linear('fc', probabilities, 2),
      })),
      'E_DUPLICATE_NAME',
      /'probabilities'/,
    ],
  ])('refuses %s', (_, network, code, message) => {
    expect(() => withProbabilities(network)).toThrow(refused(code, message));
  });
});
