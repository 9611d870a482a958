/**
 * The input of a draft whose first layers are convolutions over images. Its sizes are those with which the layer behind them
 * fits, if nothing is padded and no stride is above 1.
 */
import type { Dim } from '../../builder/shape.js';
import type { FoundConvolution, FoundModule } from '../found-modules.js';

export interface ImageInput {
  readonly shape: readonly Dim[];
  /** Whether the shape is that of a series of images, `[batch, time, channels, height, width]`. */
  readonly isFrames: boolean;
}

/** @param modules from the first convolution on */
export function imageInput(modules: readonly FoundModule[], channels: number): ImageInput {
  const at = modules.findIndex(({ kind }) => kind === 'matrix' || kind === 'recurrent');
  const run = (at === -1 ? modules : modules.slice(0, at)).filter((module) => module.kind === 'convolution');
  const sizes = fittingSizes(run, modules[at]);
  if (!sizes) return { shape: ['batch', channels, 'height', 'width'], isFrames: false };
  const isFrames =
    modules[at]?.kind === 'matrix' && modules.some((module) => module.kind === 'recurrent' && !module.isCell);
  const grown = sizes.map((size, axis) => (typeof size === 'number' ? size + grownBy(run, axis) : size));
  return { shape: ['batch', ...(isFrames ? ['time'] : []), channels, ...grown], isFrames };
}

/** Height and width behind the convolutions. */
function fittingSizes(
  run: readonly FoundConvolution[],
  reader: FoundModule | undefined,
): readonly [Dim, Dim] | undefined {
  const last = run.at(-1);
  if (!last || !reader || run.some(({ transposed }) => transposed)) return undefined;
  const wanted =
    reader.kind === 'matrix'
      ? reader.columns
      : reader.kind === 'recurrent'
        ? reader.layer.inputSize
        : undefined;
  const size = (wanted ?? 0) / last.channels[0];
  if (!Number.isInteger(size) || size < 1) return undefined;
  if (reader.kind === 'recurrent' && !reader.isCell) {
    // Windows that go over rows alone leave the columns to be features.
    const overRows = run.every(({ kernelSize }) => kernelSize[1] === 1) && grownBy(run, 0) > 0;
    return overRows ? ['time', size] : [size, 'time'];
  }
  const height = factorNearRoot(size);
  return [height, size / height];
}

function grownBy(run: readonly FoundConvolution[], axis: number): number {
  return run.reduce((sum, { kernelSize }) => sum + (kernelSize[axis] ?? 1) - 1, 0);
}

/** The largest factor that is not above the square root. */
function factorNearRoot(size: number): number {
  let factor = Math.floor(Math.sqrt(size));
  while (size % factor !== 0) factor--;
  return factor;
}
