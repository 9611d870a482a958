// One direction of one LSTM layer over a slice of the batch, as the host describes it to a thread.
//
// A step's input is one row [h before | x | 1 | 0...]: one product gives what x, h and the bias put into the gates, and
// one sum of outer products gives the gradients of both weights and the bias. Sizes of states are padded to a multiple
// of four lanes; padded lanes have zero weights, so they stay zero in both directions.
//
// With a projection h is W_hr times the hidden state, which is kept for the way back. A row whose sequence has ended
// carries its states on, and gives zeros.

/** What a thread needs to know of its slice; all strides in bytes. The host writes it field by field. */
@unmanaged
export class LstmJob {
  rows: i32;
  time: i32;
  /** Whether time is read from its end. */
  reverse: i32;
  inputSize: i32;
  hiddenSize: i32;
  /** Features of h: `hiddenSize`, or what it is projected to. */
  stateSize: i32;
  /** Hidden size and state size padded to a multiple of 4. */
  hidden: i32;
  state: i32;
  /** state + inputSize + 1, padded to a multiple of 8. */
  width: i32;
  /** From one row of gates to the next: 4 * hidden floats and a gap, since a power of two is slow. */
  gateStride: usize;
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
  /** States before, 0 for zeros, and after: `stateSize` and `hiddenSize` floats a row. */
  h0: usize;
  c0: usize;
  hn: usize;
  cn: usize;
  /** Packed weights: forward, and for the way back. */
  forward: usize;
  backward: usize;
  /** The projection packed for either way, or 0. */
  projection: usize;
  projectionBackward: usize;
  /** Workspace: [time + 1][rows][width], [time + 1][rows][hidden], [time][rows][hidden], [time][rows] gates. */
  inputs: usize;
  cells: usize;
  tanhCells: usize;
  gates: usize;
  /** Workspace of a projection: [time][rows][hidden padded to 8], [rows][state padded to 8]. */
  unprojected: usize;
  projected: usize;
  /** Gradient of the output, or 0, with the output's strides; gradients of the states after and, or 0, before. */
  dOutput: usize;
  dHn: usize;
  dCn: usize;
  dH0: usize;
  dC0: usize;
  /** Workspace: [rows][state padded to 8], [rows][hidden], and with lengths [rows][state padded to 8]. */
  dH: usize;
  dC: usize;
  carried: usize;
  /** Workspace of a projection: [rows][hidden padded to 8]. */
  dUnprojected: usize;
  /** Workspace of outer products: [rows + 128][6]. */
  tile: usize;
  /** This slice's gradients: of all weights, [4 * hidden][width]; of the projection, [state][hidden padded to 8]. */
  dWeights: usize;
  dProjection: usize;
  /** Gradient of x, with x's strides, and the packed weights it takes. */
  dX: usize;
  inputBackward: usize;
  /** Workspace: a step's rows of x, padded to a multiple of 8. */
  dXRows: usize;
}

/** Whether a row's sequence has ended before this step; steps count in the order in which they are read. */
@inline
export function hasEnded(job: LstmJob, row: i32, step: i32): bool {
  if (!job.lengths) return false;
  return (job.reverse ? job.time - 1 - step : step) >= load<i32>(job.lengths + <usize>row * 4);
}
