/** One direction of one recurrent layer on the engine: what it takes and gives. */

import type { LayerPlan } from '../../builder/backends/simd/layer-plan.js';
import type { LayerDirection, LayerOptions } from '../../builder/recurrent/layers.js';
import type { LayerSteps } from '../recurrent-trace.js';
import type { Preparation, Run } from './operator.js';
import type { RunTensor } from './run-tensor.js';

/** Addresses of what a direction reads; what may be missing, all but x, is 0. */
export interface DirectionInputs {
  readonly x: number;
  /** Of each of the cell's states. */
  readonly states: readonly number[];
  readonly lengths: number;
}

/** What differs from run to run. */
export interface RunSizes {
  readonly batch: number;
  readonly time: number;
  /** Whether the output of every step is wanted. */
  readonly wantOutput: boolean;
  /** Whether every step's gates and states are wanted. */
  readonly wantSteps: boolean;
}

export interface DirectionResults {
  /** With the first two dimensions of x; undefined where it is not wanted. */
  readonly output: RunTensor | undefined;
  /** Each of the cell's states after the last step read, `[batch, size]`. */
  readonly states: readonly RunTensor[];
  /** Undefined where they are not wanted. */
  readonly steps: LayerSteps | undefined;
}

/** A run of a direction, in two halves: the plan goes forward in between. */
export interface PreparedDirection {
  /** Undefined where no kernel computes it. */
  readonly plan?: LayerPlan;
  finish(): DirectionResults;
}

export interface Direction {
  /** Whether a run is best on one thread and takes little memory, so that the other direction may run at the same time. */
  isForOneThread(sizes: RunSizes): boolean;
  /** @param threads that may share the work */
  prepare(inputs: DirectionInputs, sizes: RunSizes, run: Run, threads: number): PreparedDirection;
}

/** Packs the weights of a direction. */
export type PrepareDirection<Options extends LayerOptions = LayerOptions> = (
  options: Options,
  direction: LayerDirection,
  model: Preparation,
) => Direction;
