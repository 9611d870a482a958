/** One direction of one recurrent layer step by step: products on the engine, gates number by number. */
import { multiplyPanels } from '../../builder/backends/simd/matmul.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import {
  type LayerDirection,
  type LayerOptions,
  stateSize as stateSizeOf,
  stateSizes,
} from '../../builder/recurrent/layers.js';
import { mustHave } from '../../must-get.js';
import { emptySteps, putStep } from '../recurrent-trace.js';
import type { Direction } from './layer-direction.js';
import type { Preparation } from './operator.js';
import { floatsAt } from './run-tensor.js';
import { packedWeight, placed } from './weights.js';

/**
 * One step of one sequence.
 *
 * @param z what x gives the gates, with its bias: blocks of hiddenSize in PyTorch's order; the gates themselves after that
 * @param ofH what the first state before the step gives them, with its bias
 * @param states the states before the step; all but the first are those after it when it is done
 * @param output the first state after the step, before it is projected
 */
export type RowStep = (
  z: Float32Array,
  ofH: Float32Array,
  states: readonly Float32Array[],
  output: Float32Array,
) => void;

/** @param step the cell's arithmetic, with the direction's own numbers */
export function steppedDirection(
  kind: RecurrentName,
  options: LayerOptions,
  { reverse, suffix }: LayerDirection,
  model: Preparation,
  step: RowStep,
): Direction {
  const { engine } = model;
  const { hiddenSize, bias, batchFirst, projSize = 0 } = options;
  const { gates: letters } = cellOf(kind);
  const weightIh = packedWeight(model, `weight_ih${suffix}`);
  const weightHh = packedWeight(model, `weight_hh${suffix}`);
  const weightHr = projSize > 0 ? packedWeight(model, `weight_hr${suffix}`) : undefined;
  const stateSize = stateSizeOf(options);
  const sizes = stateSizes(kind, options);
  const gates = letters.length * hiddenSize;
  const [atBiasIh, atBiasHh] = ['bias_ih', 'bias_hh'].map((name) =>
    bias ? placed(model, `${name}${suffix}`) : 0,
  );

  return ({ x, states: initial, lengths }, { batch, time, wantOutput, wantSteps }, run) => {
    const matrix = (count: number, width: number, from = 0) => {
      const tensor = floatsAt(engine, run.arena.allocate(count * width), [count, width]);
      if (from === 0) tensor.data.fill(0);
      else tensor.data.set(engine.floats(from, count * width));
      const row = (i: number) => tensor.data.subarray(i * width, (i + 1) * width);
      return { ...tensor, row };
    };
    const whole = matrix(batch * time, gates);
    const left = { rows: batch * time, columns: weightIh.depth, transposed: false, at: x };
    multiplyPanels(engine, left, weightIh, atBiasIh ?? 0, whole.at);
    const after = sizes.map((size, i) => matrix(batch, size, initial[i]));
    const h = mustHave(after[0], `The state of ${kind}`);
    const [recurrent, hidden] = [matrix(batch, gates), matrix(batch, hiddenSize)];
    const next = weightHr ? matrix(batch, stateSize) : hidden;
    const output = wantOutput ? matrix(batch * time, stateSize) : undefined;
    const steps = wantSteps ? emptySteps(kind, time * batch, hiddenSize, projSize) : undefined;
    const counts = lengths === 0 ? undefined : engine.integers(lengths, batch);
    for (let read = 0; read < time; read++) {
      const t = reverse ? time - 1 - read : read;
      const factor = { rows: batch, transposed: false };
      multiplyPanels(
        engine,
        { ...factor, columns: stateSize, at: h.at },
        weightHh,
        atBiasHh ?? 0,
        recurrent.at,
      );
      const place = (row: number) => (batchFirst ? row * time + t : t * batch + row);
      const goesOn = (row: number) => t < (counts?.[row] ?? time);
      for (let row = 0; row < batch; row++) {
        if (!goesOn(row)) continue;
        const z = whole.row(place(row));
        step(
          z,
          recurrent.row(row),
          after.map((state) => state.row(row)),
          hidden.row(row),
        );
      }
      if (weightHr)
        multiplyPanels(engine, { ...factor, columns: hiddenSize, at: hidden.at }, weightHr, 0, next.at);
      for (let row = 0; row < batch; row++) {
        if (!goesOn(row)) continue;
        h.row(row).set(next.row(row));
        output?.row(place(row)).set(next.row(row));
        if (steps) {
          const z = whole.row(place(row));
          const units = letters.map((_, i) => z.subarray(i * hiddenSize, (i + 1) * hiddenSize));
          putStep(
            kind,
            steps,
            t * batch + row,
            units,
            after.map((state) => state.row(row)),
          );
        }
      }
    }
    const [first, second] = batchFirst ? [batch, time] : [time, batch];
    return { output: output && { ...output, shape: [first, second, stateSize] }, states: after, steps };
  };
}
