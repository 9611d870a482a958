/** Recurrent ops on tfjs: their layers, one after the other. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import { cellOf, type RecurrentName, recurrentNames } from '../recurrent/cells.js';
import { batchAndTime, checkLengths, layerDirections } from '../recurrent/layers.js';
import { cellLayers, type LayerDirection } from './cell-layers.js';
import { dropoutMask } from './dropout.js';
import type { Forward } from './forward-op.js';
import { unstack } from './stepped-layer.js';

function recurrent<K extends RecurrentName>(kind: K): Forward<K> {
  const { states } = cellOf(kind);
  return (inputs, options, context, parameter) => {
    const { tf, training, gradients, wanted } = context;
    const { batchFirst, numLayers, dropout } = options;
    const { x, lengths } = inputs;
    const { batch, time } = batchAndTime(kind, x.shape, options);
    // With a state, the last output of a sequence without steps would be zeros here, and its state in an ONNX model.
    const hasState = options.learnedState === true || states.some(({ input }) => inputs[input] !== undefined);
    if (lengths) checkLengths(lengths.dataSync(), time, hasState ? 1 : 0);
    const directions = layerDirections(options);
    const initial = states.map(({ input }): (TfTensor | undefined)[] => {
      if (options.learnedState) {
        return unstack(tf, parameter(input)).map((row) => repeated(tf, row, batch));
      }
      const given = inputs[input];
      return given ? unstack(tf, given) : [];
    });

    let sequence = x;
    let mask: TfTensor | undefined;
    const last: TfTensor[][] = states.map(() => []);
    for (let layer = 0; layer < numLayers; layer++) {
      const ofLayer = directions.flatMap(({ layer: own, reverse, suffix }, index): LayerDirection[] => {
        if (own !== layer) return [];
        const attributes = {
          batchFirst,
          reverse,
          training: gradients,
          wantOutput: layer < numLayers - 1 || wanted.has('output'),
        };
        const of = {
          x: sequence,
          mask,
          lengths,
          initial: initial.map((rows) => rows[index]),
          parameter: (name: string) => parameter(`${name}${suffix}`),
        };
        return [{ inputs: of, attributes }];
      });
      const results = cellLayers[kind](tf, ofLayer, options);
      for (const { states: after } of results) for (const [i, state] of after.entries()) last[i]?.push(state);
      const outputs = results.map(({ output }) => output);
      const [only] = outputs;
      sequence = only && outputs.length === 1 ? only : tf.concat(outputs, -1);
      mask = training && layer < numLayers - 1 ? dropoutMask(sequence.shape, dropout, context) : undefined;
    }
    const stacks = states.flatMap(({ port }, i) =>
      wanted.has(port) ? [[port, stacked(tf, last[i] ?? [])] as const] : [],
    );
    return { output: sequence, ...Object.fromEntries(stacks) };
  };
}

/** `[size]` as `[batch, size]`. */
function repeated(tf: Tf, row: TfTensor, batch: number): TfTensor {
  return tf.add(tf.zeros([batch, 1]), row);
}

function stacked(tf: Tf, states: TfTensor[]): TfTensor {
  const [only] = states;
  return only && states.length === 1 ? tf.expandDims(only, 0) : tf.stack(states);
}

/** The forward pass of each recurrent op. */
export const recurrentForwards = Object.fromEntries(
  recurrentNames.map((kind) => [kind, recurrent(kind)]),
) as {
  readonly [K in RecurrentName]: Forward<K>;
}; // one for each name
