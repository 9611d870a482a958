// A convolution over a slice of its windows, as the host describes it to a thread.
//
// Its products have a row for each entry of a window (a place of the kernel in a channel) and a column for each window; the
// windows of all sequences follow each other. Windows are unfolded, so many columns and entries at a time as stay in cache,
// straight into the panels of product-tiles.ts.

/** All that a thread needs to know; the host writes it field by field. A series is an image of one row. */
@unmanaged
export class ConvolutionJob {
  /** The first column and the one after the last. */
  from: i32;
  to: i32;
  groups: i32;
  /** Of one group. */
  channels: i32;
  outChannels: i32;
  /** An image of x, its windows, and how they lie on it. */
  height: i32;
  width: i32;
  countY: i32;
  countX: i32;
  kernelY: i32;
  kernelX: i32;
  strideY: i32;
  strideX: i32;
  beforeY: i32;
  beforeX: i32;
  dilationY: i32;
  dilationX: i32;
  /** [batch, groups * channels, height, width] */
  x: usize;
  /** [batch, groups * outChannels, countY, countX] */
  y: usize;
  /** Each group's weight, or its transpose for the way back, as rows of a multiple of 4 floats. */
  weight: usize;
  /** One number for each channel of what is computed, or 0. */
  bias: usize;
  /** How many columns are unfolded at once, a multiple of 8. */
  columns: i32;
  /** Workspace: panels, a sum of products, and one that is added to it. */
  panels: usize;
  sums: usize;
  product: usize;
  /** This slice's gradient of the weight: rows of `entries` padded to a multiple of 8. */
  dWeight: usize;
}

/** Entries that are multiplied at once, so that three panels stay in the first-level cache. */
export const chunkEntries: i32 = 256;

@inline
export function entriesOf(job: ConvolutionJob): i32 {
  return job.channels * job.kernelY * job.kernelX;
}

@inline
export function windowsOf(job: ConvolutionJob): i32 {
  return job.countY * job.countX;
}

@inline
export function padded4(size: i32): i32 {
  return (size + 3) & ~3;
}
