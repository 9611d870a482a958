/**
 * The cells that ONNX adds to PyTorch's (peepholes, clip, coupled gates, other activations) step by step: products on the
 * engine, gates number by number. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import { multiplyPanels } from '../../builder/backends/simd/matmul.js';
import type { LstmLayerDirection, LstmOptions } from '../../builder/ops/lstm-options.js';
import { emptySteps, putStep } from '../lstm-trace.js';
import { scalarOf } from './activations.js';
import type { Direction } from './lstm-direction.js';
import type { Preparation } from './operator.js';
import { floatsAt } from './run-tensor.js';
import { packedWeight } from './weights.js';

/** What the gates of one row make of its cell: `z` holds i, f, g, o before they are activated, and after that activated. */
type Step = (z: Float32Array, c: Float32Array, hidden: Float32Array) => void;

function stepOf(options: LstmOptions, peephole: Float32Array | undefined): Step {
  const { hiddenSize, clip = Number.POSITIVE_INFINITY, inputForget = false, activations } = options;
  const gate = scalarOf(activations?.gates ?? { name: 'sigmoid' });
  const squash = scalarOf(activations?.cell ?? { name: 'tanh' });
  const show = scalarOf(activations?.hidden ?? { name: 'tanh' });
  const clipped = (x: number) => Math.min(Math.max(x, -clip), clip);
  return (z, c, hidden) => {
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
      hidden[k] = o * show(after);
      z[k] = i;
      z[hiddenSize + k] = f;
      z[2 * hiddenSize + k] = candidate;
      z[3 * hiddenSize + k] = o;
    }
  };
}

/** Whether the cell is another than PyTorch's. */
export function hasOwnCell({ peepholes, clip, inputForget, activations }: LstmOptions): boolean {
  return peepholes === true || clip !== undefined || inputForget === true || activations !== undefined;
}

export function cellDirection(
  options: LstmOptions,
  { reverse, suffix }: LstmLayerDirection,
  model: Preparation,
): Direction {
  const { engine, arena, parameter } = model;
  const { hiddenSize, bias, batchFirst, projSize = 0, peepholes } = options;
  const weightIh = packedWeight(model, `weight_ih${suffix}`);
  const weightHh = packedWeight(model, `weight_hh${suffix}`);
  const weightHr = projSize > 0 ? packedWeight(model, `weight_hr${suffix}`) : undefined;
  const stateSize = weightHh.depth;
  const gates = 4 * hiddenSize;
  const both = ['bias_ih', 'bias_hh'].map((name) => (bias ? parameter(`${name}${suffix}`).data : undefined));
  const sums = Float32Array.from({ length: gates }, (_, k) => (both[0]?.[k] ?? 0) + (both[1]?.[k] ?? 0));
  const atBias = arena.place({ dtype: 'float32', data: sums });
  const step = stepOf(options, peepholes ? parameter(`weight_peephole${suffix}`).data : undefined);

  return ({ x, h0, c0, lengths }, { batch, time, wantOutput, wantSteps }, run) => {
    const matrix = (count: number, width: number, from = 0) => {
      const tensor = floatsAt(engine, run.arena.allocate(count * width), [count, width]);
      if (from === 0) tensor.data.fill(0);
      else tensor.data.set(engine.floats(from, count * width));
      const row = (i: number) => tensor.data.subarray(i * width, (i + 1) * width);
      return { ...tensor, row };
    };
    const whole = matrix(batch * time, gates);
    const left = { rows: batch * time, columns: weightIh.depth, transposed: false, at: x };
    multiplyPanels(engine, left, weightIh, atBias, whole.at);
    const [h, c] = [matrix(batch, stateSize, h0), matrix(batch, hiddenSize, c0)];
    const [recurrent, hidden] = [matrix(batch, gates), matrix(batch, hiddenSize)];
    const next = weightHr ? matrix(batch, stateSize) : hidden;
    const output = wantOutput ? matrix(batch * time, stateSize) : undefined;
    const steps = wantSteps ? emptySteps(time * batch, hiddenSize, stateSize) : undefined;
    const counts = lengths === 0 ? undefined : engine.integers(lengths, batch);
    for (let read = 0; read < time; read++) {
      const t = reverse ? time - 1 - read : read;
      const factor = { rows: batch, transposed: false };
      multiplyPanels(engine, { ...factor, columns: stateSize, at: h.at }, weightHh, 0, recurrent.at);
      const place = (row: number) => (batchFirst ? row * time + t : t * batch + row);
      const goesOn = (row: number) => t < (counts?.[row] ?? time);
      for (let row = 0; row < batch; row++) {
        if (!goesOn(row)) continue;
        const z = whole.row(place(row));
        for (const [k, value] of recurrent.row(row).entries()) z[k] = (z[k] ?? 0) + value;
        step(z, c.row(row), hidden.row(row));
      }
      if (weightHr)
        multiplyPanels(engine, { ...factor, columns: hiddenSize, at: hidden.at }, weightHr, 0, next.at);
      for (let row = 0; row < batch; row++) {
        if (!goesOn(row)) continue;
        h.row(row).set(next.row(row));
        output?.row(place(row)).set(next.row(row));
        if (steps) {
          const z = whole.row(place(row));
          const units = (index: number) => z.subarray(index * hiddenSize, (index + 1) * hiddenSize);
          putStep(steps, t * batch + row, {
            inputGate: units(0),
            forgetGate: units(1),
            candidate: units(2),
            outputGate: units(3),
            cell: c.row(row),
            hidden: h.row(row),
          });
        }
      }
    }
    const [first, second] = batchFirst ? [batch, time] : [time, batch];
    return { output: output && { ...output, shape: [first, second, stateSize] }, h, c, steps };
  };
}
