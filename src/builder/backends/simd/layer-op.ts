/**
 * A whole recurrent layer on the engine as a tfjs op with its gradient: three kernels around a plan, which keeps in the
 * engine's memory what the way back needs.
 */
import type { NamedTensorInfoMap, TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../../nd-array.js';
import type { LstmLayerArguments } from '../lstm-layer.js';
import type { OwnLayers } from '../own-layers.js';
import type { LayerAttributes, RecurrentLayerArguments } from '../recurrent-layer.js';
import type { Tf } from '../tf.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import { type CellName, cellLayouts } from './cells.js';
import { TrainingPlan } from './training-plan.js';

const forwardKernel = 'SimdLayer';
const backwardKernel = 'SimdLayerGrad';
const inputGradientKernel = 'SimdLayerInputGrad';

export const layerKernels: readonly SimdKernel[] = [
  // What `run` gave as attributes.
  { name: forwardKernel, run: (backend, inputs, given) => forward(backend, inputs, given as never) },
  { name: backwardKernel, run: backward },
  { name: inputGradientKernel, run: inputGradient },
];

export function simdLayers(tf: Tf): OwnLayers {
  return {
    lstmLayer(layer, attributes) {
      const [, output, h, c] = run(tf, 'lstm', layer, attributes) as Four<TfTensor>;
      return { output, h, c };
    },
    gruLayer(layer, attributes) {
      const [, output, h] = run(tf, 'gru', layer, attributes);
      return { output, h };
    },
    rnnLayer(layer, attributes) {
      const cell = attributes.nonlinearity === 'relu' ? 'rnnRelu' : 'rnnTanh';
      const [, output, h] = run(tf, cell, layer, attributes);
      return { output, h };
    },
  };
}

/** Results: an empty tensor that stands for the plan, output, h and, of an LSTM, c. */
function run(
  tf: Tf,
  cell: CellName,
  layer: LstmLayerArguments | RecurrentLayerArguments,
  { batchFirst, reverse, wantOutput, training }: LayerAttributes,
): Three<TfTensor> | Four<TfTensor> {
  registerGradient(tf);
  const given = Object.entries(layer).filter(([, tensor]) => tensor !== undefined);
  const attributes = { cell, batchFirst, reverse, wantOutput, training };
  return tf.engine().runKernel(forwardKernel, Object.fromEntries(given), attributes);
}

function forward(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  { cell: name, batchFirst, reverse, wantOutput, training }: LayerAttributes & { readonly cell: CellName },
): TensorInfo[] {
  const cell = cellLayouts[name];
  const x = inputNamed(inputs, 'x');
  const [first, second, inputSize] = [dim(x.shape, 0), dim(x.shape, 1), dim(x.shape, 2)];
  const [batch, time] = batchFirst ? [first, second] : [second, first];
  const { shape } = inputNamed(inputs, 'weightHh');
  const [gates, stateSize] = [dim(shape, 0), dim(shape, 1)];
  const hiddenSize = gates / cell.ofInput.length;
  const copies: number[] = [];
  const at = (input: TensorInfo | undefined) => (input ? backend.place(input, copies) : 0);
  const plan = new TrainingPlan(
    backend.engine,
    cell,
    { batch, time, inputSize, hiddenSize, stateSize, batchFirst, reverse, wantOutput },
    {
      x: at(inputs.x),
      h0: at(inputs.h0),
      c0: at(inputs.c0),
      weightIh: at(inputs.weightIh),
      weightHh: at(inputs.weightHh),
      bias: at(inputs.bias),
      biasHh: at(inputs.biasHh),
      weightHr: at(inputs.weightHr),
      lengths: at(inputs.lengths),
      mask: at(inputs.mask),
    },
    copies,
  );
  const { output, hn, cn } = plan.forward();
  if (!training) plan.release();
  const results = [
    training ? backend.keepPlan(plan, Object.values(inputs) as TensorInfo[]) : backend.nothing(),
    wantOutput ? backend.own([first, second, stateSize], output) : backend.nothing(),
    backend.own([batch, stateSize], hn),
  ];
  if (cell.hasCell) results.push(backend.own([batch, hiddenSize], cn));
  return results;
}

/** Results: the gradients of all inputs but x, lengths and mask, empty ones for those that are missing. */
function backward(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo[] {
  const copies: number[] = [];
  const at = (name: string) => backend.place(inputNamed(inputs, name), copies);
  const plan = backend.planOf(inputNamed(inputs, 'plan'));
  const { batch, inputSize, hiddenSize, stateSize, wantOutput } = plan.sizes;
  const { hasCell, ofInput } = plan.cell;
  const gradients = plan.backward(wantOutput ? at('dOutput') : 0, at('dH'), hasCell ? at('dC') : 0);
  for (const copy of copies) backend.engine.release(copy);
  const gates = ofInput.length * hiddenSize;
  const own = (address: number, ...shape: number[]) =>
    address === 0 ? backend.nothing() : backend.own(shape, address);
  return [
    own(gradients.dH0, batch, stateSize),
    own(gradients.dC0, batch, hiddenSize),
    own(gradients.dWeightIh, gates, inputSize),
    own(gradients.dWeightHh, gates, stateSize),
    own(gradients.dBias, gates),
    own(gradients.dBiasHh, gates),
    own(gradients.dWeightHr, stateSize, hiddenSize),
  ];
}

/** Once for each backward pass, after it. */
function inputGradient(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo {
  const plan = backend.planOf(inputNamed(inputs, 'plan'));
  const { batch, time, inputSize, batchFirst } = plan.sizes;
  const shape = batchFirst ? [batch, time, inputSize] : [time, batch, inputSize];
  return backend.own(shape, plan.inputGradient());
}

function registerGradient(tf: Tf): void {
  if (tf.getGradient(forwardKernel)) return;
  const runKernel = <T extends TfTensor | TfTensor[]>(kernel: string, inputs: Record<string, TfTensor>) =>
    tf.engine().runKernel<T>(kernel, inputs);
  tf.registerGradient({
    kernelName: forwardKernel,
    // The plan holds the inputs itself.
    inputsToSave: [],
    outputsToSave: [true, false, false, false],
    gradFunc(dy, saved) {
      const [plan] = saved as [TfTensor];
      const [, dOutput, dH, dC] = dy as Three<TfTensor> | Four<TfTensor>;
      const given = dC ? { plan, dOutput, dH, dC } : { plan, dOutput, dH };
      const results = runKernel<Seven<TfTensor>>(backwardKernel, given);
      const [h0, c0, weightIh, weightHh, bias, biasHh, weightHr] = results;
      return {
        // dH is not read: it tells tfjs on what the result depends, so that it refuses to differentiate that again.
        x: () => runKernel<TfTensor>(inputGradientKernel, { plan, dH }),
        h0: () => h0,
        c0: () => c0,
        weightIh: () => weightIh,
        weightHh: () => weightHh,
        bias: () => bias,
        // Where both biases are added up, they have one gradient.
        biasHh: () => (biasHh.size > 0 ? biasHh : bias.clone()),
        weightHr: () => weightHr,
      };
    },
  });
}

type Three<T> = [T, T, T];
type Four<T> = [T, T, T, T];
type Seven<T> = [T, T, T, T, T, T, T];
