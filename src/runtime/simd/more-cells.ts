/**
 * Cells number by number: what ONNX and Keras add to PyTorch's (peepholes, clip, coupled gates, other activations, a reset gate
 * before the product). Pages load it only for a model that has one. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import type { OpOptions } from '../../builder/ops/index.js';
import type { RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../builder/recurrent/layers.js';
import { activationOf } from '../../builder/recurrent/own-cell.js';
import { scalarOf } from './activations.js';
import type { PrepareDirection } from './layer-direction.js';
import { type RowStep, steppedDirection } from './stepped-direction.js';

export const more: { readonly [K in RecurrentName]: PrepareDirection<OpOptions[K]> } = {
  gru(options, direction, model) {
    const { bias, resetAfter } = options;
    const rowsOfN = (name: string) => {
      const { data } = model.parameter(`${name}${direction.suffix}`);
      return data.subarray((2 * data.length) / 3);
    };
    const own = resetAfter
      ? undefined
      : { weight: rowsOfN('weight_hh'), bias: bias ? rowsOfN('bias_hh') : undefined };
    return steppedDirection('gru', options, direction, model, gruStep(options, own));
  },
  lstm(options, direction, model) {
    const peephole = options.peepholes
      ? model.parameter(`weight_peephole${direction.suffix}`).data
      : undefined;
    return steppedDirection('lstm', options, direction, model, lstmStep(options, peephole));
  },
  rnn: (options, direction, model) => steppedDirection('rnn', options, direction, model, rnnStep(options)),
};

function lstmStep(options: LayerOptions, peephole: Float32Array | undefined): RowStep {
  const { hiddenSize, clip = Number.POSITIVE_INFINITY, inputForget = false } = options;
  const gate = scalarOf(activationOf('lstm', options, 'gates'));
  const squash = scalarOf(activationOf('lstm', options, 'cell'));
  const show = scalarOf(activationOf('lstm', options, 'hidden'));
  const clipped = (x: number) => Math.min(Math.max(x, -clip), clip);
  return (z, ofH, [, c = none], output) => {
    for (let k = 0; k < z.length; k++) z[k] = (z[k] ?? 0) + (ofH[k] ?? 0);
    const seen = (of: 0 | 1 | 2, cell: number, k: number) =>
      peephole ? (peephole[of * hiddenSize + k] ?? 0) * cell : 0;
    for (let k = 0; k < hiddenSize; k++) {
      const zi = z[k] ?? 0;
      const zf = z[hiddenSize + k] ?? 0;
      const zg = z[2 * hiddenSize + k] ?? 0;
      const zo = z[3 * hiddenSize + k] ?? 0;
      const before = c[k] ?? 0;
      const i = gate(clipped(zi + seen(0, before, k)));
      const f = inputForget ? 1 - i : gate(clipped(zf + seen(1, before, k)));
      const candidate = squash(clipped(zg));
      const after = Math.fround(f * before + i * candidate);
      c[k] = after;
      // The output gate sees the cell after the step.
      const o = gate(clipped(zo + seen(2, after, k)));
      output[k] = o * show(after);
      z[k] = i;
      z[hiddenSize + k] = f;
      z[2 * hiddenSize + k] = candidate;
      z[3 * hiddenSize + k] = o;
    }
  };
}

const none = new Float32Array(0);

/** @param own of the rows of n, where the reset gate comes before their product with h */
function gruStep(
  options: LayerOptions,
  own: { readonly weight: Float32Array; readonly bias: Float32Array | undefined } | undefined,
): RowStep {
  const { hiddenSize, clip = Number.POSITIVE_INFINITY } = options;
  const gate = scalarOf(activationOf('gru', options, 'gates'));
  const squash = scalarOf(activationOf('gru', options, 'hidden'));
  const clipped = (x: number) => Math.min(Math.max(x, -clip), clip);
  const reset = new Float32Array(hiddenSize);
  return (z, ofH, [h = none], output) => {
    for (let k = 0; k < 2 * hiddenSize; k++) z[k] = gate(clipped((z[k] ?? 0) + (ofH[k] ?? 0)));
    for (let k = 0; k < hiddenSize; k++) reset[k] = (z[k] ?? 0) * (h[k] ?? 0);
    for (let k = 0; k < hiddenSize; k++) {
      const row = 2 * hiddenSize + k;
      const recurrent = own
        ? dot(own.weight, k * hiddenSize, reset) + (own.bias?.[k] ?? 0)
        : (z[k] ?? 0) * (ofH[row] ?? 0);
      const candidate = squash(clipped((z[row] ?? 0) + recurrent));
      const update = z[hiddenSize + k] ?? 0;
      z[row] = candidate;
      output[k] = (1 - update) * candidate + update * (h[k] ?? 0);
    }
  };
}

function rnnStep(options: LayerOptions): RowStep {
  const { clip = Number.POSITIVE_INFINITY } = options;
  const squash = scalarOf(activationOf('rnn', options, 'hidden'));
  return (z, ofH, _states, output) => {
    for (let k = 0; k < z.length; k++) {
      output[k] = squash(Math.min(Math.max((z[k] ?? 0) + (ofH[k] ?? 0), -clip), clip));
    }
  };
}

function dot(matrix: Float32Array, start: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (matrix[start + i] ?? 0) * (vector[i] ?? 0);
  return sum;
}
