/**
 * The directions of a whole recurrent layer on the engine as a tfjs op with its gradient: three kernels around plans, which keep in the
 * engine's memory what the way back needs.
 */
import type { NamedTensorInfoMap, NamedTensorMap, TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../../nd-array.js';
import type { LstmLayerArguments } from '../lstm-layer.js';
import type { OwnLayers } from '../own-layers.js';
import type { Directed, LayerAttributes, RecurrentLayerArguments } from '../recurrent-layer.js';
import type { Tf } from '../tf.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import { type CellName, cellLayouts } from './cells.js';
import type { Engine, JobKind } from './engine.js';
import { type LayerSizes, layoutOf } from './layer-layout.js';
import { goThrough, isForOneThread } from './layer-plan.js';
import { trainingKernels } from './training-kernels.js';
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

/** Inputs that the directions share; of the second direction, the others have its number in their names. */
const shared = ['x', 'mask', 'lengths'];
/** What the gradient kernel gives of each direction, in this order. */
const differentiated = ['h0', 'c0', 'weightIh', 'weightHh', 'bias', 'biasHh', 'weightHr'] as const;

function nameIn(direction: number, name: string): string {
  return direction === 0 || shared.includes(name) ? name : `${name}:${direction}`;
}

type Directions = readonly Directed<RecurrentLayerArguments | LstmLayerArguments>[];

/** As {@link LayerAttributes}, of all directions. */
type Attributes = {
  readonly cell: CellName;
  readonly batchFirst: boolean;
  readonly wantOutput: boolean;
  readonly training: boolean;
  readonly reverse: boolean[];
};

export function simdLayers(tf: Tf): OwnLayers {
  return {
    lstmDirections: (directions) =>
      run(tf, 'lstm', directions).map(([output, h, c]) => ({ output, h, c: c as TfTensor })), // it has one
    gruDirections: (directions) => run(tf, 'gru', directions).map(([output, h]) => ({ output, h })),
    rnnDirections(directions, nonlinearity) {
      const cell = nonlinearity === 'relu' ? 'rnnRelu' : 'rnnTanh';
      return run(tf, cell, directions).map(([output, h]) => ({ output, h }));
    },
  };
}

/** Output, h and, of an LSTM, c of each direction. */
type DirectionResults<T> = [T, T, T?];

function run(tf: Tf, cell: CellName, directions: Directions): readonly DirectionResults<TfTensor>[] {
  registerGradient(tf);
  const inputs: NamedTensorMap = {};
  for (const [i, { layer }] of directions.entries()) {
    for (const [name, tensor] of Object.entries(layer)) {
      if (tensor !== undefined) inputs[nameIn(i, name)] = tensor;
    }
  }
  const [first] = directions as [Directions[number]]; // a layer has one at least
  const { batchFirst, wantOutput, training } = first.attributes;
  const reverse = directions.map(({ attributes: own }) => own.reverse);
  // Written out: an object literal that spreads another gets a hidden class of its own, at every step.
  const attributes: Attributes = { cell, batchFirst, wantOutput, training, reverse };
  const [, ...results] = tf.engine().runKernel<TfTensor[]>(forwardKernel, inputs, attributes);
  return inDirections(results, directions.length);
}

/** The first of so many equal parts, and so on. */
function inDirections<T extends unknown[], E>(all: readonly E[], directions: number): readonly T[] {
  const each = all.length / directions;
  return Array.from({ length: directions }, (_, i) => all.slice(i * each, (i + 1) * each) as unknown as T);
}

/** Results: an empty tensor that stands for the plans, and those of each direction. */
function forward(backend: SimdBackend, inputs: NamedTensorInfoMap, attributes: Attributes): TensorInfo[] {
  const { reverse, training } = attributes;
  const directions = [...reverse.keys()];
  // Without a way back the memory of one direction is given back before the other takes its own.
  const atOnce = training && areAtOnce(backend.engine, inputs, attributes);
  const turns: TrainingPlan[][] = [];
  const results: TensorInfo[] = [];
  for (const turn of atOnce ? [directions] : directions.map((direction) => [direction])) {
    const threads = atOnce ? 1 : backend.engine.threads;
    const plans = turn.map((direction) => planOf(backend, inputs, attributes, direction, threads));
    results.push(...plans.flatMap((plan) => resultsOf(backend, plan)));
    goThrough('layerForward', plans);
    if (training) turns.push(plans);
    else for (const plan of plans) plan.release();
  }
  const kept = training ? backend.keepPlans(turns, Object.values(inputs) as TensorInfo[]) : backend.nothing();
  return [kept, ...results];
}

/** Whether the directions, which are alike, run at the same time, each on one thread. */
function areAtOnce(engine: Engine, inputs: NamedTensorInfoMap, attributes: Attributes): boolean {
  const { length } = attributes.reverse;
  if (length === 1 || length > engine.threads) return false;
  const sizes = sizesOf(inputs, attributes, 0);
  const isProjected = inputs.weightHr !== undefined;
  return isForOneThread(engine, layoutOf(cellLayouts[attributes.cell], sizes), sizes, isProjected);
}

function sizesOf(
  inputs: NamedTensorInfoMap,
  { cell, batchFirst, reverse, wantOutput }: Attributes,
  direction: number,
): LayerSizes {
  const x = inputNamed(inputs, 'x');
  const [first, second] = [dim(x.shape, 0), dim(x.shape, 1)];
  const { shape } = inputNamed(inputs, nameIn(direction, 'weightHh'));
  return {
    batch: batchFirst ? first : second,
    time: batchFirst ? second : first,
    inputSize: dim(x.shape, 2),
    hiddenSize: dim(shape, 0) / cellLayouts[cell].ofInput.length,
    stateSize: dim(shape, 1),
    batchFirst,
    reverse: reverse[direction] === true,
    wantOutput,
  };
}

function planOf(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: Attributes,
  direction: number,
  threads: number,
): TrainingPlan {
  const copies: number[] = [];
  const at = (input: string) => {
    const tensor = inputs[nameIn(direction, input)];
    return tensor ? backend.place(tensor, copies) : 0;
  };
  const addresses = {
    x: at('x'),
    h0: at('h0'),
    c0: at('c0'),
    weightIh: at('weightIh'),
    weightHh: at('weightHh'),
    bias: at('bias'),
    biasHh: at('biasHh'),
    weightHr: at('weightHr'),
    lengths: at('lengths'),
    mask: at('mask'),
  };
  const sizes = sizesOf(inputs, attributes, direction);
  const cell = cellLayouts[attributes.cell];
  return new TrainingPlan(backend.engine, cell, sizes, addresses, copies, undefined, threads);
}

/** Where a plan writes its output, h and, of an LSTM, c. */
function resultsOf(backend: SimdBackend, plan: TrainingPlan): TensorInfo[] {
  const { batch, time, stateSize, hiddenSize, batchFirst, wantOutput } = plan.sizes;
  const { output, hn, cn } = plan.prepareForward();
  const [first, second] = batchFirst ? [batch, time] : [time, batch];
  const results = [
    wantOutput ? backend.own([first, second, stateSize], output) : backend.nothing(),
    backend.own([batch, stateSize], hn),
  ];
  if (plan.cell.hasCell) results.push(backend.own([batch, hiddenSize], cn));
  return results;
}

/** Runs one half of something for the plans of each turn, their jobs, and the other half. */
function together<T>(
  kind: JobKind,
  turns: readonly (readonly TrainingPlan[])[],
  prepare: (plan: TrainingPlan, direction: number) => () => T,
): readonly T[] {
  const results: T[] = [];
  for (const plans of turns) {
    const finish = plans.map((plan, i) => prepare(plan, results.length + i));
    goThrough(kind, plans);
    for (const end of finish) results.push(end());
  }
  return results;
}

/** Results: the gradients of all inputs of each direction but the shared ones, empty ones for those that are missing. */
function backward(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo[] {
  const copies: number[] = [];
  const turns = backend.plansOf(inputNamed(inputs, 'plans'));
  const plans = turns.flat();
  const all = together('layerBackward', turns, (plan, direction) => {
    const at = (name: string) => backend.place(inputNamed(inputs, nameIn(direction, name)), copies);
    const dOutput = plan.sizes.wantOutput ? at('dOutput') : 0;
    return plan.prepareBackward(dOutput, at('dH'), plan.cell.hasCell ? at('dC') : 0);
  });
  for (const copy of copies) backend.engine.release(copy);
  return all.flatMap((gradients, direction) => {
    const { sizes, cell } = plans[direction] as TrainingPlan; // one for each
    const { batch, inputSize, hiddenSize, stateSize } = sizes;
    const gates = cell.ofInput.length * hiddenSize;
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
  });
}

/** Once for each backward pass, after it. */
function inputGradient(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo {
  const { engine } = backend;
  const turns = backend.plansOf(inputNamed(inputs, 'plans'));
  const [sum = 0, ...others] = together('layerInputGradient', turns, (one) => one.prepareInputGradient());
  const [plan] = turns.flat() as [TrainingPlan]; // a layer has one at least
  const { batch, time, inputSize, batchFirst } = plan.sizes;
  for (const other of others) {
    trainingKernels(engine).add(batch * time * inputSize, sum, other, sum);
    engine.release(other);
  }
  return backend.own(batchFirst ? [batch, time, inputSize] : [time, batch, inputSize], sum);
}

function registerGradient(tf: Tf): void {
  if (tf.getGradient(forwardKernel)) return;
  const runKernel = <T extends TfTensor | TfTensor[]>(kernel: string, inputs: Record<string, TfTensor>) =>
    tf.engine().runKernel<T>(kernel, inputs);
  tf.registerGradient({
    kernelName: forwardKernel,
    // The plans hold the inputs themselves.
    inputsToSave: [],
    outputsToSave: [true],
    gradFunc(dy, saved, attributes) {
      const [plans] = saved as [TfTensor];
      const { length } = (attributes as unknown as Attributes).reverse;
      const ofResults = dy as TfTensor[];
      const each = (ofResults.length - 1) / length;
      const given: NamedTensorMap = { plans };
      for (let i = 0, at = 1; i < length; i++, at += each) {
        given[nameIn(i, 'dOutput')] = ofResults[at] as TfTensor;
        given[nameIn(i, 'dH')] = ofResults[at + 1] as TfTensor;
        if (each > 2) given[nameIn(i, 'dC')] = ofResults[at + 2] as TfTensor;
      }
      const results = runKernel<TfTensor[]>(backwardKernel, given);
      const gradients: Record<string, () => TfTensor> = {
        // The gradients of the results are not read: they tell tfjs on what this depends, so that it refuses to differentiate that again.
        x: () => runKernel<TfTensor>(inputGradientKernel, given),
      };
      for (const [k, gradient] of results.entries()) {
        const name = differentiated[k % differentiated.length] as string; // of every direction
        // Where both biases are added up, they have one gradient.
        const isOfBoth = name === 'biasHh' && gradient.size === 0;
        const own = isOfBoth ? () => (results[k - 1] as TfTensor).clone() : () => gradient;
        gradients[nameIn(Math.floor(k / differentiated.length), name)] = own;
      }
      return gradients;
    },
  });
}
