/** Numbers brought to mean 0 and variance 1 in groups, then scaled and shifted: batch, layer and instance normalization. */

import { sizeOf } from '../nd-array.js';

/**
 * Where the numbers of a tensor belong. They come in runs of one length: those of one channel of one sequence, or the features
 * of one step.
 */
export interface NormLayout {
  readonly runs: number;
  readonly length: number;
  /** Runs of one group share mean and variance. */
  readonly groups: number;
  readonly groupOf: (run: number) => number;
  /** The weight of a number: the place of its run's channel, or its own place in the run. */
  readonly weightOf: (run: number, i: number) => number;
}

/** Means and variances, one for each group. */
export interface Moments {
  readonly mean: Float64Array;
  /** Divided by the count. */
  readonly variance: Float64Array;
}

/** How many numbers a group has. */
export function countOf({ runs, length, groups }: NormLayout): number {
  return (runs * length) / groups;
}

export function momentsOf(x: Float32Array, layout: NormLayout): Moments {
  const count = countOf(layout);
  const mean = new Float64Array(layout.groups);
  eachRun(layout, (group, start, end) => {
    let sum = 0;
    for (let i = start; i < end; i++) sum += x[i] ?? 0;
    mean[group] = (mean[group] ?? 0) + sum / count;
  });
  const variance = new Float64Array(layout.groups);
  eachRun(layout, (group, start, end) => {
    const middle = mean[group] ?? 0;
    let sum = 0;
    for (let i = start; i < end; i++) sum += ((x[i] ?? 0) - middle) ** 2;
    variance[group] = (variance[group] ?? 0) + sum / count;
  });
  return { mean, variance };
}

/** The weight and the bias; 1 and 0 where there are none. */
export interface Affine {
  readonly weight?: Float32Array | undefined;
  readonly bias?: Float32Array | undefined;
}

/** (x - mean) / sqrt(variance + eps) * weight + bias */
export function normalized(
  x: Float32Array,
  layout: NormLayout,
  { mean, variance }: Moments,
  eps: number,
  { weight, bias }: Affine,
): Float32Array {
  const y = new Float32Array(x.length);
  eachRun(layout, (group, start, end, run) => {
    const middle = mean[group] ?? 0;
    const scale = 1 / Math.sqrt((variance[group] ?? 0) + eps);
    for (let i = start; i < end; i++) {
      const at = layout.weightOf(run, i - start);
      y[i] = ((x[i] ?? 0) - middle) * scale * (weight?.[at] ?? 1) + (bias?.[at] ?? 0);
    }
  });
  return y;
}

export interface NormGradients {
  readonly x: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The gradients of {@link normalized}.
 *
 * @param own whether mean and variance are those of x, so that they depend on it
 */
export function normalizedGradients(
  dy: Float32Array,
  x: Float32Array,
  layout: NormLayout,
  { mean, variance }: Moments,
  eps: number,
  weight: Float32Array | undefined,
  own: boolean,
): NormGradients {
  const weights = weight?.length ?? 0;
  const [dWeight, dBias] = [new Float64Array(weights), new Float64Array(weights)];
  const [sums, products] = [new Float64Array(layout.groups), new Float64Array(layout.groups)];
  const scaleOf = (group: number) => 1 / Math.sqrt((variance[group] ?? 0) + eps);
  eachRun(layout, (group, start, end, run) => {
    const [middle, scale] = [mean[group] ?? 0, scaleOf(group)];
    for (let i = start; i < end; i++) {
      const at = layout.weightOf(run, i - start);
      const [gradient, unit] = [dy[i] ?? 0, ((x[i] ?? 0) - middle) * scale];
      if (at < weights) {
        dWeight[at] = (dWeight[at] ?? 0) + gradient * unit;
        dBias[at] = (dBias[at] ?? 0) + gradient;
      }
      const weighted = gradient * (weight?.[at] ?? 1);
      sums[group] = (sums[group] ?? 0) + weighted;
      products[group] = (products[group] ?? 0) + weighted * unit;
    }
  });
  const count = countOf(layout);
  const dx = new Float32Array(x.length);
  eachRun(layout, (group, start, end, run) => {
    const [middle, scale] = [mean[group] ?? 0, scaleOf(group)];
    const [sum, product] = own ? [(sums[group] ?? 0) / count, (products[group] ?? 0) / count] : [0, 0];
    for (let i = start; i < end; i++) {
      const weighted = (dy[i] ?? 0) * (weight?.[layout.weightOf(run, i - start)] ?? 1);
      dx[i] = scale * (weighted - sum - ((x[i] ?? 0) - middle) * scale * product);
    }
  });
  return { x: dx, weight: Float32Array.from(dWeight), bias: Float32Array.from(dBias) };
}

function eachRun(
  { runs, length, groupOf }: NormLayout,
  visit: (group: number, start: number, end: number, run: number) => void,
): void {
  for (let run = 0; run < runs; run++) visit(groupOf(run), run * length, (run + 1) * length, run);
}

/** `[batch, channels, ...]`, a group for each channel. */
export function perChannel([batch = 0, channels = 1, ...sizes]: readonly number[]): NormLayout {
  return {
    runs: batch * channels,
    length: sizeOf(sizes),
    groups: channels,
    groupOf: (run) => run % channels,
    weightOf: (run) => run % channels,
  };
}

/** `[batch, channels, ...]`, a group for each channel of each sequence. */
export function perInstance(shape: readonly number[]): NormLayout {
  const channels = perChannel(shape);
  return { ...channels, groups: channels.runs, groupOf: (run) => run };
}

/** A group for each entry of all axes but the last ones. */
export function perRow(shape: readonly number[], lastAxes: number): NormLayout {
  const runs = sizeOf(shape.slice(0, shape.length - lastAxes));
  const length = sizeOf(shape.slice(shape.length - lastAxes));
  return { runs, length, groups: runs, groupOf: (run) => run, weightOf: (_, i) => i };
}
