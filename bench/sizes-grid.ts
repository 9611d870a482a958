/** The sizes of `npm run bench:sizes`. `sizes.py` is given those that `sizes.ts` measures. */
import type { Size } from './networks.js';

export const batches = [1, 8, 32, 64, 256];
export const times = [10, 100, 1000];
export const hiddenSizes = [8, 32, 64, 128, 256, 512];
export const layerCounts = [1, 2];
const INPUT_SIZE = 16;

/** Larger ones take minutes: multiplications of a training step, and numbers that it keeps. */
export const MOST_MULTIPLICATIONS = 1e11;
export const MOST_KEPT = 3e8;

export const sizeOf = (layers: number, hidden: number, time: number, batch: number): Size => [
  batch,
  time,
  INPUT_SIZE,
  hidden,
  layers,
];

function isMeasured([batch, time, input, hidden, layers]: Size): boolean {
  const steps = batch * time;
  const columns = hidden + input + (layers - 1) * 2 * hidden;
  // Forward, and two products of the same size back.
  return 3 * steps * 4 * hidden * columns <= MOST_MULTIPLICATIONS && 7 * steps * hidden * layers <= MOST_KEPT;
}

export const grid: readonly Size[] = layerCounts
  .flatMap((layers) =>
    hiddenSizes.flatMap((hidden) =>
      times.flatMap((time) => batches.map((batch) => sizeOf(layers, hidden, time, batch))),
    ),
  )
  .filter(isMeasured);
