/** One direction of one recurrent layer step by step: products on the engine, gates number by number. */
import { multiplyPanels, type Panels } from '../../builder/backends/simd/matmul.js';
import { cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import {
  type LayerDirection,
  type LayerOptions,
  stateSize as stateSizeOf,
  stateSizes,
} from '../../builder/recurrent/layers.js';
import { mustHave } from '../../must-get.js';
import { emptySteps, putStep } from '../recurrent-trace.js';
import type { Direction, DirectionInputs, DirectionResults, RunSizes } from './layer-direction.js';
import type { Preparation, Run } from './operator.js';
import { floatsAt, type PlacedFloats } from './run-tensor.js';
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

/** Numbers of the engine's memory, row by row. */
interface Matrix extends PlacedFloats {
  row(i: number): Float32Array;
}

/** @param from the address of what is in it at first; 0 for zeros */
function matrix({ engine, arena }: Run, count: number, width: number, from = 0): Matrix {
  const tensor = floatsAt(engine, arena.allocate(count * width), [count, width]);
  if (from === 0) tensor.data.fill(0);
  else tensor.data.set(engine.floats(from, count * width));
  return { ...tensor, row: (i) => tensor.data.subarray(i * width, (i + 1) * width) };
}

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
  const weightIh = packedWeight(model, `weight_ih${suffix}`);
  const weightHh = packedWeight(model, `weight_hh${suffix}`);
  const weightHr = projSize > 0 ? packedWeight(model, `weight_hr${suffix}`) : undefined;
  const stateSize = stateSizeOf(options);
  const sizes = stateSizes(kind, options);
  const gates = cellOf(kind).gates.length * hiddenSize;
  const addressOf = (name: string) => (bias ? placed(model, `${name}${suffix}`) : 0);
  const [atBiasIh, atBiasHh] = [addressOf('bias_ih'), addressOf('bias_hh')];

  const compute = (
    { x, states: initial, lengths }: DirectionInputs,
    { batch, time, wantOutput, wantSteps }: RunSizes,
    run: Run,
  ): DirectionResults => {
    /** A product of rows that lie one after the other from an address on. */
    const product = (rows: number, at: number, weight: Panels, atBias: number, to: number) =>
      multiplyPanels(engine, { rows, columns: weight.depth, transposed: false, at }, weight, atBias, to);
    const ofX = matrix(run, batch * time, gates);
    product(batch * time, x, weightIh, atBiasIh, ofX.at);
    const after = sizes.map((size, i) => matrix(run, batch, size, initial[i]));
    const h = mustHave(after[0], `The state of ${kind}`);
    const [ofH, hidden] = [matrix(run, batch, gates), matrix(run, batch, hiddenSize)];
    const next = weightHr ? matrix(run, batch, stateSize) : hidden;
    const output = wantOutput ? matrix(run, batch * time, stateSize) : undefined;
    const steps = wantSteps ? emptySteps(kind, time * batch, hiddenSize, projSize) : undefined;
    const counts = lengths === 0 ? undefined : engine.integers(lengths, batch);
    const statesOf = (row: number) => after.map((state) => state.row(row));
    for (let read = 0; read < time; read++) {
      const t = reverse ? time - 1 - read : read;
      const place = (row: number) => (batchFirst ? row * time + t : t * batch + row);
      const goOn = Array.from({ length: batch }, (_, row) => row).filter(
        (row) => t < (counts?.[row] ?? time),
      );
      product(batch, h.at, weightHh, atBiasHh, ofH.at);
      for (const row of goOn) step(ofX.row(place(row)), ofH.row(row), statesOf(row), hidden.row(row));
      if (weightHr) product(batch, hidden.at, weightHr, 0, next.at);
      for (const row of goOn) {
        h.row(row).set(next.row(row));
        output?.row(place(row)).set(next.row(row));
        if (steps)
          putStep(kind, steps, t * batch + row, blocksOf(ofX.row(place(row)), hiddenSize), statesOf(row));
      }
    }
    const [first, second] = batchFirst ? [batch, time] : [time, batch];
    return { output: output && { ...output, shape: [first, second, stateSize] }, states: after, steps };
  };
  return {
    isForOneThread: () => false,
    prepare: (inputs, sizes, run) => ({ finish: () => compute(inputs, sizes, run) }),
  };
}

/** The gates of a step, one after the other. */
function blocksOf(gates: Float32Array, hiddenSize: number): Float32Array[] {
  return Array.from({ length: gates.length / hiddenSize }, (_, i) =>
    gates.subarray(i * hiddenSize, (i + 1) * hiddenSize),
  );
}
