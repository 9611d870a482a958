// The LSTM layer forward: see lstm-job.ts for the layout.
import { LstmJob, hasEnded } from './lstm-job';
import { product } from './product-tiles';
import { clearFloats, copyFloats, multiplyRow, padded8 } from './rows';
import { madd, sigmoidOfNegative4, tanhOfHalf4 } from './vector';

/** Fills the rows [h | x | 1 | 0] but for h, and h and c before the first step. */
function loadInputs(job: LstmJob): void {
  const hidden = job.hidden, state = job.state, width = job.width, inputSize = job.inputSize, rows = job.rows;
  const tail = width - state - inputSize - 1;
  let to = job.inputs + <usize>state * 4;
  let x = job.x, mask = job.mask;
  for (let t = 0; t < job.time; t++) {
    let row = x, maskRow = mask;
    for (let b = 0; b < rows; b++) {
      // What lies beyond a sequence's end may be anything; zeros keep it out of the weights' gradients.
      if (hasEnded(job, b, t)) clearFloats(to, inputSize);
      else if (mask) multiplyRow(inputSize, to, row, maskRow);
      else copyFloats(to, row, inputSize);
      const one = to + <usize>inputSize * 4;
      store<f32>(one, 1);
      clearFloats(one + 4, tail);
      to += <usize>width * 4;
      row += job.xRow;
      maskRow += job.xRow;
    }
    x += job.xTime;
    if (mask) mask += job.xTime;
  }
  for (let b = 0; b < rows; b++) {
    const h = job.inputs + <usize>(b * width) * 4;
    const c = job.cells + <usize>(b * hidden) * 4;
    clearFloats(h, state);
    clearFloats(c, hidden);
    if (job.h0) copyFloats(h, job.h0 + <usize>(b * job.stateSize) * 4, job.stateSize);
    if (job.c0) copyFloats(c, job.c0 + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
  }
}

export function lstmForward(job: LstmJob): void {
  loadInputs(job);
  const hidden = job.hidden, width = job.width, rows = job.rows, stateSize = job.stateSize;
  const rowBytes = <usize>width * 4, hiddenBytes = <usize>hidden * 4, gateStride = job.gateStride;
  const unprojectedBytes = <usize>padded8(hidden) * 4;
  let output = job.output;
  for (let t = 0; t < job.time; t++) {
    const first = <usize>(t * rows), next = first + <usize>rows;
    const gates = job.gates + first * gateStride;
    const h = job.inputs + next * rowBytes;
    product(rows, width, job.inputs + first * rowBytes, rowBytes, job.forward, gates, gateStride, 4 * hidden);
    // Without a projection the hidden state is h, the beginning of the next step's row.
    const unprojected = job.unprojected + first * unprojectedBytes;
    const states = job.projection ? unprojected : h;
    const stateBytes = job.projection ? unprojectedBytes : rowBytes;
    for (let b = 0; b < rows; b++) {
      const row = <usize>b;
      if (hidden != job.hiddenSize) clearPadding(job, gates + row * gateStride);
      applyGates(hidden, gates + row * gateStride, job.cells + (first + row) * hiddenBytes, job.tanhCells + (first + row) * hiddenBytes, job.cells + (next + row) * hiddenBytes, states + row * stateBytes);
    }
    if (job.projection) project(job, unprojected, h);
    if (job.lengths) carryStates(job, t);
    if (job.output) {
      for (let b = 0; b < rows; b++) {
        const to = output + <usize>b * job.outputRow;
        if (hasEnded(job, b, t)) clearFloats(to, stateSize);
        else copyFloats(to, h + <usize>b * rowBytes, stateSize);
      }
      output += job.outputTime;
    }
  }
  const end = job.time * rows;
  for (let b = 0; b < rows; b++) {
    copyFloats(job.hn + <usize>(b * stateSize) * 4, job.inputs + <usize>(end + b) * rowBytes, stateSize);
    copyFloats(job.cn + <usize>(b * job.hiddenSize) * 4, job.cells + <usize>(end + b) * hiddenBytes, job.hiddenSize);
  }
}

/** An infinite x times the zero weights of padded lanes is no number; it must not get into the states. */
function clearPadding(job: LstmJob, gates: usize): void {
  for (let gate = 0; gate < 4; gate++) {
    clearFloats(gates + <usize>(gate * job.hidden + job.hiddenSize) * 4, job.hidden - job.hiddenSize);
  }
}

/** Activates the gates of a row in place; c and the hidden state of the next step follow. */
function applyGates(hidden: i32, gates: usize, cells: usize, tanhCells: usize, nextCells: usize, h: usize): void {
  const hiddenBytes = <usize>hidden * 4;
  let zi = gates, zf = gates + hiddenBytes, zg = zf + hiddenBytes, zo = zg + hiddenBytes;
  const end = zf;
  while (zi < end) {
    const i = sigmoidOfNegative4(v128.load(zi));
    const f = sigmoidOfNegative4(v128.load(zf));
    const g = tanhOfHalf4(v128.load(zg));
    const o = sigmoidOfNegative4(v128.load(zo));
    v128.store(zi, i);
    v128.store(zf, f);
    v128.store(zg, g);
    v128.store(zo, o);
    const c = madd(f, v128.load(cells), f32x4.mul(i, g));
    const squashed = tanhOfHalf4(f32x4.add(c, c));
    v128.store(nextCells, c);
    v128.store(tanhCells, squashed);
    v128.store(h, f32x4.mul(o, squashed));
    zi += 16; zf += 16; zg += 16; zo += 16;
    cells += 16; tanhCells += 16; nextCells += 16; h += 16;
  }
}

/** A step's hidden states, projected, become h of the rows from `h` on. */
function project(job: LstmJob, unprojected: usize, h: usize): void {
  const hidden = job.hidden, rows = job.rows, width = padded8(job.state);
  product(rows, hidden, unprojected, <usize>padded8(hidden) * 4, job.projection, job.projected, <usize>width * 4, width);
  for (let b = 0; b < rows; b++) {
    copyFloats(h + <usize>(b * job.width) * 4, job.projected + <usize>(b * width) * 4, job.state);
  }
}

/** Rows whose sequence has ended keep h and c, and leave no hidden state to the projection's gradient. */
function carryStates(job: LstmJob, step: i32): void {
  const rows = job.rows, hiddenBytes = <usize>job.hidden * 4, rowBytes = <usize>job.width * 4;
  for (let b = 0; b < rows; b++) {
    if (!hasEnded(job, b, step)) continue;
    const first = <usize>(step * rows + b), next = first + <usize>rows;
    copyFloats(job.inputs + next * rowBytes, job.inputs + first * rowBytes, job.state);
    copyFloats(job.cells + next * hiddenBytes, job.cells + first * hiddenBytes, job.hidden);
    if (job.projection) {
      const width = padded8(job.hidden);
      clearFloats(job.unprojected + first * <usize>width * 4, width);
    }
  }
}
