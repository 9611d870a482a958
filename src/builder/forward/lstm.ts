/** `lstm` on tfjs: its layers and directions, one after the other. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { lstmLayer } from '../backends/lstm-layer.js';
import { firstEntries, type LstmCell, pytorchActivations } from '../backends/stepped-lstm.js';
import type { Tf } from '../backends/tf.js';
import { checkLengths, type LstmOptions, layerDirections } from '../ops/lstm-options.js';
import { dropoutMask } from './dropout.js';
import type { Forward } from './forward-op.js';

export const lstm: Forward<'lstm'> = (
  { x, h0: givenH, c0: givenC, lengths },
  options,
  context,
  parameter,
) => {
  const { tf, training, gradients, wanted } = context;
  const { batchFirst, numLayers, dropout, projSize = 0, peepholes = false } = options;
  const batch = x.shape[batchFirst ? 0 : 1] ?? 0;
  const time = x.shape[batchFirst ? 1 : 0] ?? 0;
  // With a state, the last output of a sequence without steps would be zeros here, and its state in an ONNX model.
  const hasState = givenH !== undefined || givenC !== undefined || options.learnedState === true;
  if (lengths) checkLengths(lengths.dataSync(), time, hasState ? 1 : 0);
  const directions = layerDirections(options);
  const initial = (name: string, given: TfTensor | undefined): (TfTensor | undefined)[] => {
    if (options.learnedState) return firstEntries(tf, parameter(name)).map((row) => repeated(tf, row, batch));
    return given ? firstEntries(tf, given) : [];
  };
  const h0 = initial('h0', givenH);
  const c0 = initial('c0', givenC);
  const cell = cellOf(options);

  let sequence = x;
  let mask: TfTensor | undefined;
  const h: TfTensor[] = [];
  const c: TfTensor[] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    const outputs = directions.flatMap((direction, index) => {
      if (direction.layer !== layer) return [];
      const { suffix, reverse } = direction;
      const when = (there: boolean, name: string) => (there ? parameter(`${name}${suffix}`) : undefined);
      const result = lstmLayer(
        tf,
        {
          x: sequence,
          mask,
          h0: h0[index],
          c0: c0[index],
          lengths,
          weightIh: parameter(`weight_ih${suffix}`),
          weightHh: parameter(`weight_hh${suffix}`),
          bias: when(options.bias, 'bias_ih'),
          biasHh: when(options.bias, 'bias_hh'),
          weightHr: when(projSize > 0, 'weight_hr'),
          peephole: when(peepholes, 'weight_peephole'),
        },
        {
          batchFirst,
          reverse,
          training: gradients,
          wantOutput: layer < numLayers - 1 || wanted.has('output'),
        },
        cell,
      );
      h.push(result.h);
      c.push(result.c);
      return [result.output];
    });
    const [only] = outputs;
    sequence = only && outputs.length === 1 ? only : tf.concat(outputs, -1);
    mask = training && layer < numLayers - 1 ? dropoutMask(sequence.shape, dropout, context) : undefined;
  }
  return {
    output: sequence,
    ...(wanted.has('h') ? { h: stacked(tf, h) } : {}),
    ...(wanted.has('c') ? { c: stacked(tf, c) } : {}),
  };
};

/** What makes the cell another than PyTorch's; undefined where nothing does. */
function cellOf({ clip, inputForget = false, activations }: LstmOptions): LstmCell | undefined {
  if (clip === undefined && !inputForget && !activations) return undefined;
  return { clip, inputForget, activations: activations ?? pytorchActivations };
}

/** `[size]` as `[batch, size]`. */
function repeated(tf: Tf, row: TfTensor, batch: number): TfTensor {
  return tf.add(tf.zeros([batch, 1]), row);
}

function stacked(tf: Tf, states: TfTensor[]): TfTensor {
  const [only] = states;
  return only && states.length === 1 ? tf.expandDims(only, 0) : tf.stack(states);
}
