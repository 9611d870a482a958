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
import type { JobKind } from './engine.js';
import { goForward } from './layer-plan.js';
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
function forward(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  { cell: name, batchFirst, reverse, wantOutput, training }: Attributes,
): TensorInfo[] {
  const cell = cellLayouts[name];
  const x = inputNamed(inputs, 'x');
  const [first, second, inputSize] = [dim(x.shape, 0), dim(x.shape, 1), dim(x.shape, 2)];
  const [batch, time] = batchFirst ? [first, second] : [second, first];
  const planOf = (direction: number) => {
    const { shape } = inputNamed(inputs, nameIn(direction, 'weightHh'));
    const [gates, stateSize] = [dim(shape, 0), dim(shape, 1)];
    const hiddenSize = gates / cell.ofInput.length;
    const copies: number[] = [];
    const at = (input: string) => {
      const tensor = inputs[nameIn(direction, input)];
      return tensor ? backend.place(tensor, copies) : 0;
    };
    const sizes = {
      batch,
      time,
      inputSize,
      hiddenSize,
      stateSize,
      batchFirst,
      reverse: reverse[direction] === true,
      wantOutput,
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
    return new TrainingPlan(backend.engine, cell, sizes, addresses, copies);
  };
  const resultsOf = (plan: TrainingPlan) => {
    const { stateSize, hiddenSize } = plan.sizes;
    const { output, hn, cn } = plan.prepareForward();
    const results = [
      wantOutput ? backend.own([first, second, stateSize], output) : backend.nothing(),
      backend.own([batch, stateSize], hn),
    ];
    if (cell.hasCell) results.push(backend.own([batch, hiddenSize], cn));
    return results;
  };
  const plans: TrainingPlan[] = [];
  const results: TensorInfo[] = [];
  for (const direction of reverse.keys()) {
    const plan = planOf(direction);
    plans.push(plan);
    results.push(...resultsOf(plan));
    if (isAtOnce(plan, reverse.length)) continue;
    goForward([plan]);
    if (!training) plan.release();
  }
  goForward(plans.filter((plan) => isAtOnce(plan, reverse.length)));
  if (training) return [backend.keepPlans(plans, Object.values(inputs) as TensorInfo[]), ...results];
  for (const plan of plans) plan.release();
  return [backend.nothing(), ...results];
}

/** Whether so many directions of a layer run at the same time, each on one thread: they are alike. */
function isAtOnce({ jobs, engine, isWorthAThread }: TrainingPlan, directions: number): boolean {
  return jobs.length === 1 && directions > 1 && directions <= engine.threads && isWorthAThread;
}

/** Runs one half of something for each of some plans, their jobs, and the other half. */
function together<T>(
  kind: JobKind,
  plans: readonly TrainingPlan[],
  prepare: (plan: TrainingPlan, direction: number) => () => T,
): readonly T[] {
  const areAtOnce = plans.every((plan) => isAtOnce(plan, plans.length));
  const turns = areAtOnce ? [plans] : plans.map((plan) => [plan]);
  return turns.flatMap((some) => {
    const finish = some.map((plan) => prepare(plan, plans.indexOf(plan)));
    const jobs = some.flatMap((plan) => plan.jobs);
    some[0]?.engine.run(kind, jobs);
    return finish.map((end) => end());
  });
}

/** Results: the gradients of all inputs of each direction but the shared ones, empty ones for those that are missing. */
function backward(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo[] {
  const copies: number[] = [];
  const plans = backend.plansOf(inputNamed(inputs, 'plans'));
  const all = together('layerBackward', plans, (plan, direction) => {
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
  const plans = backend.plansOf(inputNamed(inputs, 'plans'));
  const [sum = 0, ...others] = together('layerInputGradient', plans, (plan) => plan.prepareInputGradient());
  const { batch, time, inputSize, batchFirst } = (plans[0] as TrainingPlan).sizes; // a layer has one at least
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
      const [, ...ofResults] = dy as TfTensor[];
      const given: NamedTensorMap = { plans };
      for (const [i, [dOutput, dH, dC]] of inDirections<DirectionResults<TfTensor>, TfTensor>(
        ofResults,
        length,
      ).entries()) {
        Object.assign(given, { [nameIn(i, 'dOutput')]: dOutput, [nameIn(i, 'dH')]: dH });
        if (dC) given[nameIn(i, 'dC')] = dC;
      }
      const results = runKernel<TfTensor[]>(backwardKernel, given);
      const gradients: Record<string, () => TfTensor> = {
        // The gradients of the results are not read: they tell tfjs on what this depends, so that it refuses to differentiate that again.
        x: () => runKernel<TfTensor>(inputGradientKernel, given),
      };
      for (const [i, ofDirection] of inDirections<TfTensor[], TfTensor>(results, length).entries()) {
        const [bias, biasHh] = [ofDirection[4] as TfTensor, ofDirection[5] as TfTensor];
        for (const [k, name] of differentiated.entries()) {
          // Where both biases are added up, they have one gradient.
          const isOfBoth = name === 'biasHh' && biasHh.size === 0;
          gradients[nameIn(i, name)] = () => (isOfBoth ? bias.clone() : (ofDirection[k] as TfTensor));
        }
      }
      return gradients;
    },
  });
}
