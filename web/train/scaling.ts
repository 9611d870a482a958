/**
 * Scaling of features and targets to mean 0 and standard deviation 1, as training wants them, and the same scaling put
 * into trained weights, so that the model takes and gives the table's own numbers.
 */
import type { Parameter, StateDict } from 'lstm-onnx/web';

/** One mean and standard deviation for each feature. */
export interface Scale {
  readonly mean: Float64Array;
  /** Above 0: 1 where all values are the same. */
  readonly deviation: Float64Array;
}

/** The scale of values `[..., features]`. */
export function scaleOf(values: ArrayLike<number>, features: number): Scale {
  const rows = values.length / features;
  const mean = new Float64Array(features);
  const deviation = new Float64Array(features);
  for (let i = 0; i < values.length; i++) {
    mean[i % features] = (mean[i % features] ?? 0) + (values[i] ?? 0) / rows;
  }
  for (let i = 0; i < values.length; i++) {
    const feature = i % features;
    deviation[feature] = (deviation[feature] ?? 0) + ((values[i] ?? 0) - (mean[feature] ?? 0)) ** 2 / rows;
  }
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) || 1) };
}

/** `(values - mean) / deviation` for values `[..., features]`. */
export function scaled(values: ArrayLike<number>, { mean, deviation }: Scale): Float32Array {
  const features = mean.length;
  return Float32Array.from(
    values,
    (value, i) => (value - (mean[i % features] ?? 0)) / (deviation[i % features] ?? 1),
  );
}

/**
 * Parameters of a network that reads what `inputs` scales, changed so that it reads the numbers before: of
 * `W (x - mean) / deviation + b` the weights are `W / deviation`, the bias `b - W mean / deviation`.
 */
export function foldInputScale(parameters: StateDict, inputs: Scale): StateDict {
  const folded = new Map(parameters);
  for (const direction of ['', '_reverse']) {
    const [weightName, biasName] = [`lstm.weight_ih_l0${direction}`, `lstm.bias_ih_l0${direction}`];
    const weight = parameters.get(weightName);
    const bias = parameters.get(biasName);
    if (!weight || !bias) continue;
    const features = inputs.mean.length;
    const data = weight.data.map((value, i) => value / (inputs.deviation[i % features] ?? 1));
    const shifted = bias.data.map((value, row) => {
      let sum = value;
      for (let i = 0; i < features; i++) sum -= (data[row * features + i] ?? 0) * (inputs.mean[i] ?? 0);
      return sum;
    });
    folded.set(weightName, { shape: weight.shape, data });
    folded.set(biasName, { shape: bias.shape, data: shifted });
  }
  return folded;
}

/** Parameters whose head `fc` gives what `target` scaled, changed so that it gives the numbers before. */
export function foldTargetScale(parameters: StateDict, target: Scale): StateDict {
  const [mean = 0, deviation = 1] = [target.mean[0], target.deviation[0]];
  const changed = (name: string, change: (value: number) => number): [string, Parameter][] => {
    const parameter = parameters.get(name);
    return parameter ? [[name, { shape: parameter.shape, data: parameter.data.map(change) }]] : [];
  };
  return new Map([
    ...parameters,
    ...changed('fc.weight', (value) => value * deviation),
    ...changed('fc.bias', (value) => value * deviation + mean),
  ]);
}
