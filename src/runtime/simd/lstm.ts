/** `lstm` on the engine: its layers and directions, states and lengths. */
import { checkLengths, layerDirections, stateSize as stateSizeOf } from '../../builder/ops/lstm-options.js';
import { formatShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { joined } from './layout.js';
import { cellDirection, hasOwnCell } from './lstm-cell.js';
import { type DirectionResults, kernelDirection } from './lstm-direction.js';
import type { Preparation, Prepare, Run } from './operator.js';
import { bytesPerNumber, type RunTensor, reshaped } from './run-tensor.js';

export const lstm: Prepare<'lstm'> = (options, model) => {
  const { numLayers, hiddenSize, batchFirst } = options;
  const stateSize = stateSizeOf(options);
  const prepare = hasOwnCell(options) ? cellDirection : kernelDirection;
  const directions = layerDirections(options).map((direction, index) => ({
    layer: direction.layer,
    reverse: direction.reverse,
    index,
    compute: prepare(options, direction, model),
  }));
  const learned = options.learnedState ? learnedStates(model) : undefined;

  return ({ x, h0: givenH, c0: givenC, lengths }, run) => {
    if (x.data.length === 0) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `lstm: x is ${formatShape(x.shape)}; there is nothing to read.`,
      );
    }
    const [first = 0, second = 0] = x.shape;
    const [batch, time] = batchFirst ? [first, second] : [second, first];
    if (lengths) checkLengths(lengths.data, time);
    const atLengths = lengths ? run.arena.place(lengths) : 0;
    const h0 = initial(givenH, learned?.h, batch, run);
    const c0 = initial(givenC, learned?.c, batch, run);
    const state = (at: number, index: number, size: number) =>
      at === 0 ? 0 : at + index * batch * size * bytesPerNumber;

    let sequence = x;
    const results: DirectionResults[] = [];
    for (let layer = 0; layer < numLayers; layer++) {
      const wantOutput = layer < numLayers - 1 || run.wanted.has('output');
      const read = run.arena.place(sequence);
      const own = directions.flatMap(({ layer: of, reverse, index, compute }) => {
        if (of !== layer) return [];
        const states = { h0: state(h0, index, stateSize), c0: state(c0, index, hiddenSize) };
        const sizes = { batch, time, wantOutput, wantSteps: run.trace !== undefined };
        const result = compute({ x: read, ...states, lengths: atLengths }, sizes, run);
        const direction = reverse ? 'reverse' : 'forward';
        if (result.steps) run.trace?.({ layer, direction, dims: [time, batch, hiddenSize], ...result.steps });
        return [result];
      });
      results.push(...own);
      if (wantOutput)
        sequence = joined(
          own.flatMap(({ output }) => output ?? []),
          2,
        );
    }
    const stacked = (of: 'h' | 'c'): Record<string, RunTensor> => {
      if (!run.wanted.has(of)) return {};
      const states = results.map((result) => reshaped(result[of], [1, ...result[of].shape]));
      return { [of]: joined(states, 0) };
    };
    return { ...(run.wanted.has('output') ? { output: sequence } : {}), ...stacked('h'), ...stacked('c') };
  };
};

/** States for every sequence, `[layers * directions, size]`. */
interface LearnedStates {
  readonly h: RunTensor;
  readonly c: RunTensor;
}

function learnedStates({ parameter }: Preparation): LearnedStates {
  return { h: { dtype: 'float32', ...parameter('h0') }, c: { dtype: 'float32', ...parameter('c0') } };
}

/** The address of the states before the first step, 0 where they are zeros. */
function initial(
  given: RunTensor | undefined,
  learned: RunTensor | undefined,
  batch: number,
  run: Run,
): number {
  if (given) return run.arena.place(given);
  if (!learned) return 0;
  const [count = 0, size = 0] = learned.shape;
  const states = new Float32Array(count * batch * size);
  for (let i = 0; i < count * batch; i++) {
    const row = Math.floor(i / batch);
    states.set(learned.data.subarray(row * size, (row + 1) * size), i * size);
  }
  return run.arena.place({ dtype: 'float32', data: states });
}
