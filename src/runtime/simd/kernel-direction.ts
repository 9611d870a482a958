/** One direction of one recurrent layer on the engine's kernels, which have PyTorch's cells. */

import { type CellName, cellLayouts } from '../../builder/backends/simd/cells.js';
import type { Engine } from '../../builder/backends/simd/engine.js';
import { layoutOf } from '../../builder/backends/simd/layer-layout.js';
import { isForOneThread, type LayerInputs, LayerPlan } from '../../builder/backends/simd/layer-plan.js';
import { packLayer } from '../../builder/backends/simd/layer-weights.js';
import type { RecurrentName } from '../../builder/recurrent/cells.js';
import {
  type LayerDirection,
  type LayerOptions,
  stateSize as stateSizeOf,
  stateSizes,
} from '../../builder/recurrent/layers.js';
import { dim } from '../../nd-array.js';
import { emptySteps, type LayerSteps, putStep } from '../recurrent-trace.js';
import type { Direction, RunSizes } from './layer-direction.js';
import type { Preparation } from './operator.js';
import { Arena, floatsAt } from './run-tensor.js';
import { placed } from './weights.js';

/**
 * Numbers of the largest plan that stays from run to run, a megabyte: making one takes a tenth of a small run, and nothing
 * of a large one.
 */
const mostKept = 250_000;
/** Numbers of the largest plan that lies in memory beside another: 64 megabytes. */
const MOST_AT_ONCE = 16_000_000;

/** @param cell the kernels' name of the cell */
export function kernelDirection(
  kind: RecurrentName,
  cell: CellName,
  options: LayerOptions,
  { reverse, suffix }: LayerDirection,
  model: Preparation,
): Direction {
  const { hiddenSize, bias, batchFirst, projSize = 0 } = options;
  const layout = cellLayouts[cell];
  const { engine, arena, parameter } = model;
  const stateSize = stateSizeOf(options);
  const sizes = stateSizes(kind, options);
  const fixed = { inputSize: dim(parameter(`weight_ih${suffix}`).shape, 1), hiddenSize, stateSize };
  const plain = new Arena(engine);
  const when = (there: boolean, name: string) =>
    there ? placed({ ...model, arena: plain }, `${name}${suffix}`) : 0;
  const panels = packLayer(engine, layout, fixed, {
    weightIh: when(true, 'weight_ih'),
    weightHh: when(true, 'weight_hh'),
    bias: when(bias, 'bias_ih'),
    biasHh: when(bias, 'bias_hh'),
    weightHr: when(projSize > 0, 'weight_hr'),
  });
  plain.release();
  arena.adopt(panels.forward);
  if (panels.projection !== 0) arena.adopt(panels.projection);
  const weights = { weightIh: 0, weightHh: 0, bias: 0, biasHh: 0, weightHr: 0, mask: 0 };

  /** Of a plan: each step's row of inputs, and its gates and cells. */
  const numbersOf = ({ batch, time }: Pick<RunSizes, 'batch' | 'time'>) =>
    batch * time * (fixed.inputSize + stateSize + 6 * fixed.hiddenSize);
  let kept: LayerPlan | undefined;
  arena.whenReleased(() => kept?.release());
  /** The plan of the last run where it fits, else a new one; small ones are kept. */
  const planFor = ({ batch, time, wantOutput }: RunSizes, threads: number, given: LayerInputs): LayerPlan => {
    const last = kept?.sizes;
    if (kept && last?.batch === batch && last.time === time && last.wantOutput === wantOutput) return kept;
    const all = { ...fixed, batch, time, wantOutput, batchFirst, reverse };
    const make = () => new LayerPlan(engine, layout, all, given, [], panels, threads);
    if (numbersOf({ batch, time }) > mostKept) return make();
    kept?.release();
    kept = undefined;
    kept = engine.keep(make);
    return kept;
  };

  const prepare: Direction['prepare'] = ({ x, states: [h0 = 0, c0 = 0], lengths }, wanted, run, threads) => {
    const { batch, time, wantOutput, wantSteps } = wanted;
    const given = { x, h0, c0, lengths, ...weights };
    const plan = planFor(wanted, threads, given);
    const { output, hn, cn } = plan.prepareForward(given);
    const tensor = (at: number, ...shape: number[]) => floatsAt(engine, run.arena.adopt(at), shape);
    const [first, second] = batchFirst ? [batch, time] : [time, batch];
    const results = {
      output: wantOutput ? tensor(output, first, second, stateSize) : undefined,
      states: sizes.map((size, i) => tensor(i === 0 ? hn : cn, batch, size)),
    };
    const finish = () => {
      const steps = wantSteps ? stepsOf(kind, engine, plan, projSize, lengths) : undefined;
      if (plan !== kept) plan.release();
      return { ...results, steps };
    };
    return { plan, finish };
  };
  const inMemory = layoutOf(layout, fixed);
  return {
    isForOneThread: (wanted) =>
      numbersOf(wanted) <= MOST_AT_ONCE && isForOneThread(engine, inMemory, wanted, panels.projection !== 0),
    prepare,
  };
}

/** A copy of what the plan kept of its forward pass. @param lengths address of the sequences' steps, or 0 */
function stepsOf(
  kind: RecurrentName,
  engine: Engine,
  plan: LayerPlan,
  projSize: number,
  lengths: number,
): LayerSteps {
  const { batch, time, hiddenSize, reverse } = plan.sizes;
  const sizes = stateSizes(kind, { hiddenSize, projSize });
  const steps = emptySteps(kind, time * batch, hiddenSize, projSize);
  const counts = lengths === 0 ? undefined : engine.integers(lengths, batch);
  plan.eachStep((row, step, { gates, gateBytes, cell, state }) => {
    const t = reverse ? time - 1 - step : step;
    if (t >= (counts?.[row] ?? time)) return;
    const gate = (index: number) => engine.floats(gates + index * gateBytes, hiddenSize);
    const states = sizes.map((size, i) => engine.floats(i === 0 ? state : cell, size));
    putStep(kind, steps, t * batch + row, plan.cell.ofInput.map(gate), states);
  });
  return steps;
}
