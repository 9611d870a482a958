// One direction of one recurrent layer over a slice of the batch, as the host describes it to a thread.
//
// A step's input is one row: h before, x and a 1. One product gives what x, h and the bias put into the gates, and one sum
// of outer products gives the gradients of both weights and the bias. Where a gate sees h apart from x, as a GRU's
// candidate does, the row is [h | 1 0 0 0 | x | 0...] and the gates are products of parts of it; elsewhere it is
// [h | x | 1 | 0...]. Sizes of states are padded to a multiple of four lanes, of eight from 64 on; padded lanes have zero weights, so they stay
// zero in both directions.
//
// With a projection h is W_hr times the hidden state, which is kept for the way back. A row whose sequence has ended
// carries its states on, and gives zeros.
//
// The threads of a team (team.ts) have jobs of the same rows and workspace, and each computes some of the hidden units. Sizes are then
// multiples of 8, and there is no projection.

/** What a step computes; each has a file of its gates, such as gru-cell.ts. */
export const enum Cell {
  lstm,
  gru,
  rnnTanh,
  rnnRelu,
}

/** A part of a row of gates and what it is the product of. */
@unmanaged
export class GatePart {
  /** Floats of gates, and bytes to them from the row's beginning. */
  gates: i32;
  gatesAt: usize;
  /** Floats of the step's input, a multiple of 4, and bytes to them from the row's beginning. */
  depth: i32;
  inputsAt: usize;
  /** The packed weights. What is beyond the gates in their last panel is written over by the parts that follow. */
  panels: usize;
}

/** What a thread needs to know of its slice; all strides in bytes. The host writes it field by field. */
@unmanaged
export class LayerJob {
  cell: i32;
  rows: i32;
  time: i32;
  /** Whether time is read from its end. */
  reverse: i32;
  inputSize: i32;
  hiddenSize: i32;
  /** Features of h: `hiddenSize`, or what it is projected to. */
  stateSize: i32;
  /** Hidden size and state size, padded. */
  hidden: i32;
  state: i32;
  /** Floats of a step's input row, a multiple of 8, and bytes to x and to the 1 in it. */
  width: i32;
  inputAt: usize;
  oneAt: usize;
  /** Floats of a row of gates, a multiple of `hidden`; from one row to the next, with a gap, since a power of two is slow. */
  gateWidth: i32;
  gateStride: usize;
  /** The first `GatePart`, and where the last one ends. */
  parts: usize;
  partsEnd: usize;
  /** x of the first step that is read; its strides, that of time negative when read from the end. */
  x: usize;
  xTime: usize;
  xRow: usize;
  /** What x is multiplied by, with its strides, or 0. */
  mask: usize;
  /** int32 steps of each row, or 0 where all have all. */
  lengths: usize;
  /** Where h of every step goes, or 0. */
  output: usize;
  outputTime: usize;
  outputRow: usize;
  /** States before, 0 for zeros, and after: `stateSize` and `hiddenSize` floats a row. Those of c are an LSTM's. */
  h0: usize;
  c0: usize;
  hn: usize;
  cn: usize;
  /** The packed projection, or 0. */
  projection: usize;
  /** Workspace: [time + 1][rows][width], and [time][rows] gates. */
  inputs: usize;
  gates: usize;
  /** Workspace of an LSTM: [time + 1][rows][hidden], [time][rows][hidden]. */
  cells: usize;
  tanhCells: usize;
  /** Workspace of a projection: [time][rows][hidden padded to 8], [rows][state padded to 8]. */
  unprojected: usize;
  projected: usize;
  /** The thread's `Seat` in a team, or 0. */
  seat: usize;
}

/** The same with what the way back needs. */
@unmanaged
export class LayerBackwardJob extends LayerJob {
  /** The projection packed for the way back, or 0. */
  projectionBackward: usize;
  /** Gradient of the output, or 0, with the output's strides; gradients of the states after and, or 0, before. */
  dOutput: usize;
  dHn: usize;
  dCn: usize;
  dH0: usize;
  dC0: usize;
  /** Gates that see h: their floats, bytes to them, and the packed weights that take their gradients to h. */
  stateGates: i32;
  stateGatesAt: usize;
  backward: usize;
  /** Workspace: [rows][state padded to 8], and an LSTM's [rows][hidden]. */
  dH: usize;
  dC: usize;
  /** Workspace of what of dH goes past the gates: [rows][state padded to 8], with lengths and for a GRU. */
  carried: usize;
  /** Workspace of a projection: [rows][hidden padded to 8]. */
  dUnprojected: usize;
  /** Workspace of outer products: [rows + 128][6]. */
  tile: usize;
  /** This slice's gradients: of all weights, [gateWidth][width]; of the projection, [state][hidden padded to 8]. */
  dWeights: usize;
  dProjection: usize;
  /** Gradient of x, with x's strides; the gates that see x, from the first on, and the packed weights. */
  dX: usize;
  inputGates: i32;
  inputBackward: usize;
  /** Workspace: so many rows of x at once, padded to a multiple of 8. */
  dXRows: usize;
  rowsAtOnce: i32;
  /** The steps whose x a thread of a team gives the gradients of: from one on and before another. */
  stepsFrom: i32;
  stepsTo: i32;
}

/** Whether a row's sequence has ended before this step; steps count in the order in which they are read. */
@inline
export function hasEnded(job: LayerJob, row: i32, step: i32): bool {
  if (!job.lengths) return false;
  return (job.reverse ? job.time - 1 - step : step) >= load<i32>(job.lengths + <usize>row * 4);
}
