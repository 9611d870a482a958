/**
 * The arithmetic of the cells, number by number: for cells that have no kernel, such as those that ONNX adds to PyTorch's
 * (peepholes, clip, coupled gates, other activations). https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import type { ActivationRole } from '../../builder/recurrent/cells.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../builder/recurrent/layers.js';
import { scalarOf } from './activations.js';

/**
 * One step of one sequence.
 *
 * @param z what x and the state before give the gates, blocks of hiddenSize in PyTorch's order; activated after that
 * @param states the states before the step; all but the first are those after it when it is done
 * @param output the first state after the step, before it is projected
 */
export type RowStep = (z: Float32Array, states: readonly Float32Array[], output: Float32Array) => void;

/** The activation that stands in a place of a cell. */
function activationOf(kind: RecurrentName, { activations }: LayerOptions, role: ActivationRole) {
  const [, name = 'tanh'] = cellOf(kind).activations.find(([own]) => own === role) ?? [];
  return scalarOf(activations?.[role] ?? { name });
}

export function lstmStep(options: LayerOptions, peephole: Float32Array | undefined): RowStep {
  const { hiddenSize, clip = Number.POSITIVE_INFINITY, inputForget = false } = options;
  const gate = activationOf('lstm', options, 'gates');
  const squash = activationOf('lstm', options, 'cell');
  const show = activationOf('lstm', options, 'hidden');
  const clipped = (x: number) => Math.min(Math.max(x, -clip), clip);
  return (z, [, c = none], output) => {
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
