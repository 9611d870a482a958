/** Recurrent ops on the engine: their layers and directions, states and lengths. */
import { goThrough } from '../../builder/backends/simd/layer-plan.js';
import { cellOf, type RecurrentName, recurrentNames } from '../../builder/recurrent/cells.js';
import {
  batchAndTime,
  checkLengths,
  type LayerOptions,
  layerDirections,
  stateSizes,
} from '../../builder/recurrent/layers.js';
import { dim } from '../../nd-array.js';
import { directions as cellDirections } from './cells.js';
import type { Direction, DirectionResults, RunSizes } from './layer-direction.js';
import { joined } from './layout.js';
import type { Preparation, Prepare, Run } from './operator.js';
import { BYTES_PER_NUMBER, type RunTensor, reshaped } from './run-tensor.js';

function recurrent<K extends RecurrentName>(kind: K): Prepare<K> {
  return (given, model) => {
    const options: LayerOptions = given;
    const { numLayers, hiddenSize } = options;
    const { states } = cellOf(kind);
    const sizes = stateSizes(kind, options);
    const directions = layerDirections(options).map((direction, index) => ({
      layer: direction.layer,
      reverse: direction.reverse,
      index,
      direction: cellDirections[kind](given, direction, model),
    }));
    const learned = options.learnedState ? states.map(({ input }) => learnedState(model, input)) : [];

    return (inputs, run) => {
      const { x, lengths } = inputs;
      const { batch, time } = batchAndTime(kind, x.shape, options);
      if (lengths) checkLengths(lengths.data, time);
      const atLengths = lengths ? run.arena.place(lengths) : 0;
      const before = states.map(({ input }, i) => initial(inputs[input], learned[i], batch, run));
      /** The address of a direction's part of a state. */
      const within = (i: number, index: number) => {
        const at = dim(before, i);
        return at === 0 ? 0 : at + index * batch * dim(sizes, i) * BYTES_PER_NUMBER;
      };

      let sequence = x;
      const results: DirectionResults[] = [];
      for (let layer = 0; layer < numLayers; layer++) {
        const wantOutput = layer < numLayers - 1 || run.wanted.has('output');
        const read = run.arena.place(sequence);
        const wanted = { batch, time, wantOutput, wantSteps: run.trace !== undefined };
        const ofLayer = directions.filter((one) => one.layer === layer);
        const { threads } = model.engine;
        const own = inTurns(ofLayer, wanted, threads).flatMap((some) => {
          const begun = some.map(({ direction, index }) => {
            const from = { x: read, states: states.map((_, i) => within(i, index)), lengths: atLengths };
            return direction.prepare(from, wanted, run, some.length > 1 ? 1 : threads);
          });
          goThrough(
            'layerForward',
            begun.flatMap(({ plan }) => plan ?? []),
          );
          return begun.map(({ finish }) => finish());
        });
        for (const [i, { steps }] of own.entries()) {
          const direction = ofLayer[i]?.reverse ? 'reverse' : 'forward';
          if (steps) run.trace?.({ layer, direction, dims: [time, batch, hiddenSize], steps });
        }
        results.push(...own);
        if (wantOutput)
          sequence = joined(
            own.flatMap(({ output }) => output ?? []),
            2,
          );
      }
      const stacks = states.flatMap(({ port }, i) =>
        run.wanted.has(port)
          ? [[port, stacked(results.map((result) => dim(result.states, i)))] as const]
          : [],
      );
      return { ...(run.wanted.has('output') ? { output: sequence } : {}), ...Object.fromEntries(stacks) };
    };
  };
}

/** Those that run at the same time, one time after the other: all where there is a thread for each, else one by one. */
function inTurns<D extends { readonly direction: Direction }>(
  directions: readonly D[],
  wanted: RunSizes,
  threads: number,
): readonly (readonly D[])[] {
  const areAtOnce =
    directions.length <= threads && directions.every(({ direction }) => direction.isForOneThread(wanted));
  return areAtOnce ? [directions] : directions.map((one) => [one]);
}

/** `[batch, size]` each as `[layers * directions, batch, size]`. */
function stacked(states: readonly RunTensor[]): RunTensor {
  return joined(
    states.map((state) => reshaped(state, [1, ...state.shape])),
    0,
  );
}

/** A state for every sequence, `[layers * directions, size]`. */
function learnedState({ parameter }: Preparation, name: string): RunTensor {
  return { dtype: 'float32', ...parameter(name) };
}

/** The address of a state before the first step, 0 where it is zeros. */
function initial(
  given: RunTensor | undefined,
  learned: RunTensor | undefined,
  batch: number,
  run: Run,
): number {
  if (given) return run.arena.place(given);
  if (!learned) return 0;
  const [count, size] = [dim(learned.shape, 0), dim(learned.shape, 1)];
  const states = new Float32Array(count * batch * size);
  for (let i = 0; i < count * batch; i++) {
    const row = Math.floor(i / batch);
    states.set(learned.data.subarray(row * size, (row + 1) * size), i * size);
  }
  return run.arena.place({ dtype: 'float32', data: states });
}

/** Each recurrent op. */
export const recurrentOperators = Object.fromEntries(
  recurrentNames.map((kind) => [kind, recurrent(kind)]),
) as {
  readonly [K in RecurrentName]: Prepare<K>;
}; // one for each name
