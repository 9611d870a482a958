/** The LSTM layer's three kernels on the engine; see `../lstm-layer.ts` for what they take and give. */
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../../errors.js';
import { sizeOf } from '../../../nd-array.js';
import { formatShape } from '../../shape.js';
import {
  type LstmLayerAttributes,
  type LstmLayerInputs,
  layerAttributes,
  lstmLayerGradKernel,
  lstmLayerInputGradKernel,
  lstmLayerKernel,
} from '../lstm-layer.js';
import type { SimdBackend, SimdKernel } from './backend.js';
import { LstmPlan } from './lstm-plan.js';

export const lstmKernels: readonly SimdKernel[] = [
  {
    name: lstmLayerKernel,
    run: (backend, inputs, attrs) => forward(backend, inputs, layerAttributes(attrs)),
  },
  {
    name: lstmLayerGradKernel,
    run: (backend, inputs, attrs) => backward(backend, inputs, layerAttributes(attrs)),
  },
  { name: lstmLayerInputGradKernel, run: inputGradient },
];

export function inputNamed(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const input = inputs[name];
  if (!input) throw new LstmOnnxError('E_MISSING_NAME', `The kernel's input '${name}' is missing.`);
  return input;
}

/** Where an input is in the engine's memory; 0 for an empty tensor, which stands for a missing one. */
function placeGiven(backend: SimdBackend, input: TensorInfo, copies: number[]): number {
  return sizeOf(input.shape) === 0 ? 0 : backend.place(input, copies);
}

function forward(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: LstmLayerAttributes,
): TensorInfo[] {
  const { batchFirst, reverse, wantOutput, training } = attributes;
  const x = inputNamed(inputs, 'x');
  const [first = 0, second = 0, inputSize = 0] = x.shape;
  const [batch, time] = batchFirst ? [first, second] : [second, first];
  const [stateSize = 0] = inputNamed(inputs, 'weightHh').shape.slice(1);
  const weightHr = inputNamed(inputs, 'weightHr');
  const hiddenSize = weightHr.shape[1] ?? stateSize;
  if (batch * time === 0) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `lstm: x is ${formatShape(x.shape)}; there is nothing to read.`,
    );
  }
  const copies: number[] = [];
  const at = (name: keyof LstmLayerInputs) => placeGiven(backend, inputNamed(inputs, name), copies);
  const plan = new LstmPlan(
    backend.engine,
    { batch, time, inputSize, hiddenSize, stateSize, batchFirst, reverse, wantOutput },
    {
      x: at('x'),
      h0: at('h0'),
      c0: at('c0'),
      weightIh: at('weightIh'),
      weightHh: at('weightHh'),
      biasIh: at('bias'),
      biasHh: at('biasHh'),
      weightHr: at('weightHr'),
      lengths: at('lengths'),
      mask: at('mask'),
    },
    copies,
  );
  const { output, hn, cn } = plan.forward();
  const nothing = () => backend.makeTensorInfo([0], 'float32', new Float32Array(0));
  if (!training) plan.release();
  return [
    wantOutput ? backend.own([first, second, stateSize], output) : nothing(),
    backend.own([batch, stateSize], hn),
    backend.own([batch, hiddenSize], cn),
    training ? backend.keepPlan(plan) : nothing(),
    nothing(),
  ];
}

function backward(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  { wantOutput }: LstmLayerAttributes,
): TensorInfo[] {
  const copies: number[] = [];
  const at = (name: string) => backend.place(inputNamed(inputs, name), copies);
  const plan = backend.planOf(inputNamed(inputs, 'gates'));
  const gradients = plan.backward(wantOutput ? at('dOutput') : 0, at('dH'), at('dC'));
  for (const copy of copies) backend.engine.release(copy);
  const nothing = () => backend.makeTensorInfo([0], 'float32', new Float32Array(0));
  const like = (name: keyof LstmLayerInputs, address: number) =>
    address === 0 ? nothing() : backend.own(inputNamed(inputs, name).shape, address);
  return [
    nothing(),
    like('h0', gradients.dH0),
    like('c0', gradients.dC0),
    like('weightIh', gradients.dWeightIh),
    like('weightHh', gradients.dWeightHh),
    backend.own([inputNamed(inputs, 'weightHh').shape[0] ?? 0], gradients.dBias),
    like('weightHr', gradients.dWeightHr),
  ];
}

function inputGradient(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo {
  const dX = backend.planOf(inputNamed(inputs, 'gates')).inputGradient();
  return backend.own(inputNamed(inputs, 'x').shape, dX);
}
