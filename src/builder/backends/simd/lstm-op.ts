/**
 * The whole LSTM layer on the engine as a tfjs op with its gradient: three kernels around a plan, which keeps in the
 * engine's memory what the way back needs.
 */
import type { NamedTensorInfoMap, TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { LayerAttributes, LstmLayerArguments, LstmLayerResults } from '../lstm-layer.js';
import type { Tf } from '../tf.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import { LstmPlan } from './lstm-plan.js';

const forwardKernel = 'SimdLstm';
const backwardKernel = 'SimdLstmGrad';
const inputGradientKernel = 'SimdLstmInputGrad';

export const lstmKernels: readonly SimdKernel[] = [
  // What `simdLstm` gave as attributes.
  { name: forwardKernel, run: (backend, inputs, given) => forward(backend, inputs, given as never) },
  { name: backwardKernel, run: backward },
  { name: inputGradientKernel, run: inputGradient },
];

/** As `lstmLayer`. */
export function simdLstm(tf: Tf, layer: LstmLayerArguments, attributes: LayerAttributes): LstmLayerResults {
  registerGradient(tf);
  const given = Object.entries(layer).filter(([, tensor]) => tensor !== undefined);
  const results = tf.engine().runKernel(forwardKernel, Object.fromEntries(given), { ...attributes });
  const [output, h, c] = results as Four<TfTensor>;
  return { output, h, c };
}

/** Results: output, h, c, and an empty tensor that stands for the plan. */
function forward(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: LayerAttributes,
): TensorInfo[] {
  const { batchFirst, reverse, wantOutput, training } = attributes;
  const x = inputNamed(inputs, 'x');
  const [first = 0, second = 0, inputSize = 0] = x.shape;
  const [batch, time] = batchFirst ? [first, second] : [second, first];
  const [gates = 0, stateSize = 0] = inputNamed(inputs, 'weightHh').shape;
  const hiddenSize = gates / 4;
  const copies: number[] = [];
  const at = (input: TensorInfo | undefined) => (input ? backend.place(input, copies) : 0);
  const plan = new LstmPlan(
    backend.engine,
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
  return [
    wantOutput ? backend.own([first, second, stateSize], output) : backend.nothing(),
    backend.own([batch, stateSize], hn),
    backend.own([batch, hiddenSize], cn),
    training ? backend.keepPlan(plan, Object.values(inputs) as TensorInfo[]) : backend.nothing(),
  ];
}

/** Results: the gradients of all inputs but x, lengths and mask, empty ones for those that are missing. */
function backward(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo[] {
  const copies: number[] = [];
  const at = (name: string) => backend.place(inputNamed(inputs, name), copies);
  const plan = backend.planOf(inputNamed(inputs, 'plan'));
  const { batch, inputSize, hiddenSize, stateSize, wantOutput } = plan.sizes;
  const gradients = plan.backward(wantOutput ? at('dOutput') : 0, at('dH'), at('dC'));
  for (const copy of copies) backend.engine.release(copy);
  const gates = 4 * hiddenSize;
  const own = (address: number, ...shape: number[]) =>
    address === 0 ? backend.nothing() : backend.own(shape, address);
  return [
    own(gradients.dH0, batch, stateSize),
    own(gradients.dC0, batch, hiddenSize),
    own(gradients.dWeightIh, gates, inputSize),
    own(gradients.dWeightHh, gates, stateSize),
    own(gradients.dBias, gates),
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
  const run = <T extends TfTensor | TfTensor[]>(kernel: string, inputs: Record<string, TfTensor>) =>
    tf.engine().runKernel<T>(kernel, inputs);
  tf.registerGradient({
    kernelName: forwardKernel,
    // The plan holds the inputs itself.
    inputsToSave: [],
    outputsToSave: [false, false, false, true],
    gradFunc(dy, saved) {
      const [plan] = saved as [TfTensor];
      const [dOutput, dH, dC] = dy as Four<TfTensor>;
      const [h0, c0, weightIh, weightHh, bias, weightHr] = run<Six<TfTensor>>(backwardKernel, {
        plan,
        dOutput,
        dH,
        dC,
      });
      return {
        // dH is not read: it tells tfjs on what the result depends, so that it refuses to differentiate that again.
        x: () => run<TfTensor>(inputGradientKernel, { plan, dH }),
        h0: () => h0,
        c0: () => c0,
        weightIh: () => weightIh,
        weightHh: () => weightHh,
        bias: () => bias,
        biasHh: () => bias.clone(),
        weightHr: () => weightHr,
      };
    },
  });
}

type Four<T> = [T, T, T, T];
type Six<T> = [T, T, T, T, T, T];
