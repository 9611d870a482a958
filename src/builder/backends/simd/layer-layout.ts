/** Where everything of a recurrent layer's step lies in its row of inputs and its row of gates; all in floats. */
import type { CellLayout } from './cells.js';

/** What the layout of the weights follows from. */
export interface LayerWeightSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Features of h: `hiddenSize`, or what it is projected to. */
  readonly stateSize: number;
}

export interface LayerSizes extends LayerWeightSizes {
  readonly batch: number;
  readonly time: number;
  /** Whether x and output are `[batch, time, ...]`, or `[time, batch, ...]`. */
  readonly batchFirst: boolean;
  /** Whether time is read from its end. */
  readonly reverse: boolean;
  /** Whether the output of every step is wanted, or only the last states. */
  readonly wantOutput: boolean;
}

/** A product that gives a part of the gates; see `GatePart` of the kernels. */
export interface GateProduct {
  /** Its first gate in the order of memory. */
  readonly first: number;
  readonly gates: number;
  readonly gatesAt: number;
  readonly depth: number;
  readonly inputsAt: number;
  /** Where its panels begin, among those of all products. */
  readonly panelsAt: number;
}

export interface LayerLayout {
  /** Sizes padded by {@link paddedUnits}. */
  readonly hidden: number;
  readonly state: number;
  /** Of a row of inputs, and where x and the 1 are in it. */
  readonly width: number;
  readonly inputAt: number;
  readonly oneAt: number;
  /** Of a row of gates, without the gap between rows. */
  readonly gateWidth: number;
  readonly products: readonly GateProduct[];
  /** Of the panels of all products: the multiplications of a row. */
  readonly panels: number;
}

/** Of a product's panels; see `product-tiles.ts` of the kernels. */
export const PANEL_COLUMNS = 8;
/** Of a line of the cache, which only one thread should write to at a time. */
export const LINE_FLOATS = 16;
const LEAST_SHARED_UNITS = 64;

export function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/** Units in memory: whole vectors, and whole panels of products where they are so many that threads may share them. */
export function paddedUnits(size: number): number {
  return roundUp(size, size < LEAST_SHARED_UNITS ? 4 : PANEL_COLUMNS);
}

export function layoutOf(
  cell: CellLayout,
  { inputSize, hiddenSize, stateSize }: LayerWeightSizes,
): LayerLayout {
  const [hidden, state] = [paddedUnits(hiddenSize), paddedUnits(stateSize)];
  const isApart = cell.groups.length > 1;
  // [h | x | 1], or [h | 1 0 0 0 | x], of which both [h | 1 0 0 0] and [1 0 0 0 | x] are whole vectors.
  const [inputAt, oneAt] = isApart ? [state + 4, state] : [state, state + inputSize];
  const width = isApart ? roundUp(state + roundUp(4 + inputSize, 8), 8) : roundUp(oneAt + 1, 8);
  let panels = 0;
  const products = cell.groups.map(({ first, count, sees }): GateProduct => {
    const inputsAt = sees === 'x' ? oneAt : 0;
    const end = { both: width, x: roundUp(inputAt + inputSize, 4), h: oneAt + 4 }[sees];
    const [gates, depth, panelsAt] = [count * hidden, end - inputsAt, panels];
    panels += depth * roundUp(gates, 8);
    return { first, gates, gatesAt: first * hidden, depth, inputsAt, panelsAt };
  });
  return {
    hidden,
    state,
    width,
    inputAt,
    oneAt,
    products,
    panels,
    gateWidth: (Math.max(...cell.ofState) + 1) * hidden,
  };
}

/** Strides of a sequence tensor in bytes, time read backwards when it is; and the offset of the first step read. */
export function strides(sizes: LayerSizes, features: number): { time: number; row: number; first: number } {
  const { batch, time, batchFirst, reverse } = sizes;
  const step = (batchFirst ? features : batch * features) * Float32Array.BYTES_PER_ELEMENT;
  const row = (batchFirst ? time * features : features) * Float32Array.BYTES_PER_ELEMENT;
  return reverse ? { time: -step, row, first: (time - 1) * step } : { time: step, row, first: 0 };
}
