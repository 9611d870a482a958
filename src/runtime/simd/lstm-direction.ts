/** One direction of one LSTM layer on the engine's kernel, which has PyTorch's cell. */
import type { Engine } from '../../builder/backends/simd/engine.js';
import { type LstmInputs, LstmPlan } from '../../builder/backends/simd/lstm-plan.js';
import { packLstm } from '../../builder/backends/simd/lstm-weights.js';
import { emptySteps, type LayerSteps, putStep } from '../recurrent-trace.js';
import type { PrepareDirection, RunSizes } from './layer-direction.js';
import { Arena, floatsAt } from './run-tensor.js';
import { placed } from './weights.js';

/**
 * Numbers of the largest plan that stays from run to run, a megabyte: making one takes a tenth of a small run, and nothing
 * of a large one.
 */
const mostKept = 250_000;

/** PyTorch's cell. */
export const lstmDirection: PrepareDirection = (
  { bias, batchFirst, projSize = 0 },
  { reverse, suffix },
  model,
) => {
  const { engine, arena, parameter } = model;
  const [, inputSize = 0] = parameter(`weight_ih${suffix}`).shape;
  const [gates = 0, stateSize = 0] = parameter(`weight_hh${suffix}`).shape;
  const fixed = { inputSize, hiddenSize: gates / 4, stateSize };
  const plain = new Arena(engine);
  const when = (there: boolean, name: string) =>
    there ? placed({ ...model, arena: plain }, `${name}${suffix}`) : 0;
  const panels = packLstm(engine, fixed, {
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

  let kept: LstmPlan | undefined;
  arena.whenReleased(() => kept?.release());
  /** The plan of the last run where it fits, else a new one; small ones are kept. */
  const planFor = ({ batch, time, wantOutput }: RunSizes, given: LstmInputs): LstmPlan => {
    const last = kept?.sizes;
    if (kept && last?.batch === batch && last.time === time && last.wantOutput === wantOutput) return kept;
    const all = { ...fixed, batch, time, wantOutput, batchFirst, reverse };
    const make = () => new LstmPlan(engine, all, given, [], panels);
    // A step's row of inputs, and its gates and cells.
    const perStep = fixed.inputSize + stateSize + 6 * fixed.hiddenSize;
    if (batch * time * perStep > mostKept) return make();
    kept?.release();
    kept = undefined;
    kept = engine.keep(make);
    return kept;
  };

  return ({ x, states: [h0 = 0, c0 = 0], lengths }, sizes, run) => {
    const { batch, time, wantSteps } = sizes;
    const given = { x, h0, c0, lengths, ...weights };
    const plan = planFor(sizes, given);
    const { output, hn, cn } = plan.forward(given);
    const steps = wantSteps ? stepsOf(engine, plan, lengths) : undefined;
    if (plan !== kept) plan.release();
    const tensor = (at: number, ...shape: number[]) => floatsAt(engine, run.arena.adopt(at), shape);
    const [first, second] = batchFirst ? [batch, time] : [time, batch];
    return {
      output: sizes.wantOutput ? tensor(output, first, second, stateSize) : undefined,
      states: [tensor(hn, batch, stateSize), tensor(cn, batch, fixed.hiddenSize)],
      steps,
    };
  };
};

/** A copy of what the plan kept of its forward pass. @param lengths address of the sequences' steps, or 0 */
function stepsOf(engine: Engine, plan: LstmPlan, lengths: number): LayerSteps {
  const { batch, time, hiddenSize, stateSize, reverse } = plan.sizes;
  const steps = emptySteps('lstm', time * batch, hiddenSize, stateSize);
  const counts = lengths === 0 ? undefined : engine.integers(lengths, batch);
  plan.eachStep((row, step, { gates, gateBytes, cell, state }) => {
    const t = reverse ? time - 1 - step : step;
    if (t >= (counts?.[row] ?? time)) return;
    const gate = (index: number) => engine.floats(gates + index * gateBytes, hiddenSize);
    const states = [engine.floats(state, stateSize), engine.floats(cell, hiddenSize)];
    putStep('lstm', steps, t * batch + row, [0, 1, 2, 3].map(gate), states);
  });
  return steps;
}
