// A recurrent layer forward: see layer-job.ts for the layout.
import { gruGates } from './gru-cell';
import { Cell, GatePart, LayerJob, hasEnded } from './layer-job';
import { lstmGates } from './lstm-cell';
import { product, productOfPart } from './product-tiles';
import { clearFloats, copyFloats, multiplyRow, padded8 } from './rows';
import { rnnGates } from './rnn-cell';
import { isTeam, leads, meets, own, ownAt, ownUnits } from './team';

/** Fills the rows but for h, and h and c before the first step. */
function loadInputs(job: LayerJob): void {
  const hidden = job.hidden, state = job.state, width = job.width, inputSize = job.inputSize, rows = job.rows;
  let to = job.inputs;
  let x = job.x, mask = job.mask;
  for (let t = 0; t < job.time; t++) {
    let row = x, maskRow = mask;
    for (let b = 0; b < rows; b++) {
      clearFloats(to + <usize>state * 4, width - state);
      store<f32>(to + job.oneAt, 1);
      // What lies beyond a sequence's end may be anything; zeros keep it out of the weights' gradients.
      if (!hasEnded(job, b, t)) {
        if (mask) multiplyRow(inputSize, to + job.inputAt, row, maskRow);
        else copyFloats(to + job.inputAt, row, inputSize);
      }
      to += <usize>width * 4;
      row += job.xRow;
      maskRow += job.xRow;
    }
    x += job.xTime;
    if (mask) mask += job.xTime;
  }
  for (let b = 0; b < rows; b++) {
    const h = job.inputs + <usize>(b * width) * 4;
    clearFloats(h, state);
    if (job.h0) copyFloats(h, job.h0 + <usize>(b * job.stateSize) * 4, job.stateSize);
    if (!job.cells) continue;
    const c = job.cells + <usize>(b * hidden) * 4;
    clearFloats(c, hidden);
    if (job.c0) copyFloats(c, job.c0 + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
  }
}

export function layerForward(job: LayerJob): void {
  // A team's leader loads for all.
  if (leads(job)) loadInputs(job);
  const hidden = job.hidden, width = job.width, rows = job.rows, stateSize = job.stateSize;
  const rowBytes = <usize>width * 4, gateStride = job.gateStride, unprojectedBytes = <usize>padded8(hidden) * 4;
  const readsFirst = readsInputsFirst(job);
  let output = job.output;
  for (let t = 0; t < job.time; t++) {
    if (!meets(job)) return;
    if (readsFirst && t == 0) multiplyInputs(job);
    const unitsAt = ownAt(job);
    const first = <usize>(t * rows), next = first + <usize>rows;
    const gates = job.gates + first * gateStride, inputs = job.inputs + first * rowBytes;
    const h = job.inputs + next * rowBytes;
    for (let at = job.parts; at < job.partsEnd; at += offsetof<GatePart>()) {
      const part = changetype<GatePart>(at);
      if (readsFirst) multiplyStates(job, part, inputs, gates + part.gatesAt);
      else multiply(job, part, rows, part.depth, 0, inputs + part.inputsAt, gates + part.gatesAt, false);
    }
    // Without a projection the hidden state is h, the beginning of the next step's row.
    const unprojected = job.unprojected + first * unprojectedBytes;
    const states = job.projection ? unprojected : h;
    const stateBytes = job.projection ? unprojectedBytes : rowBytes;
    for (let b = 0; b < rows; b++) {
      const row = <usize>b;
      if (hidden != job.hiddenSize) clearPadding(job, gates + row * gateStride);
      activate(job, first + row, gates + row * gateStride, inputs + row * rowBytes, states + row * stateBytes);
    }
    if (job.projection) project(job, unprojected, h);
    if (job.lengths) carryStates(job, t);
    if (job.output) {
      const outputs = own(job, stateSize);
      for (let b = 0; b < rows; b++) {
        const to = output + <usize>b * job.outputRow;
        if (hasEnded(job, b, t)) clearFloats(to + unitsAt, outputs);
        else copyFloats(to + unitsAt, h + <usize>b * rowBytes + unitsAt, outputs);
      }
      output += job.outputTime;
    }
  }
  const end = job.time * rows;
  const unitsAt = ownAt(job), states = own(job, stateSize), cells = own(job, job.hiddenSize);
  for (let b = 0; b < rows; b++) {
    copyFloats(job.hn + unitsAt + <usize>(b * stateSize) * 4, job.inputs + unitsAt + <usize>(end + b) * rowBytes, states);
    if (job.cn) copyFloats(job.cn + unitsAt + <usize>(b * job.hiddenSize) * 4, job.cells + unitsAt + <usize>((end + b) * hidden) * 4, cells);
  }
}

/** A tile of products has so many rows: a step with fewer only reads weights. */
const rowsOfTile = 4;
/** So many rows of all steps, and so many floats of a row's x, 1 and padding, are worth a product of their own. */
const leastRows = 12, leastInputs = 32;

/** Whether what x gives the gates of all steps is computed before the first one. */
@inline
function readsInputsFirst(job: LayerJob): bool {
  return FOR_FEW_ROWS && job.rows < rowsOfTile && job.rows * job.time >= leastRows && job.width - job.state >= leastInputs;
}

/** What x and the 1 give all gates of all steps. */
function multiplyInputs(job: LayerJob): void {
  const stateBytes = <usize>job.state * 4;
  for (let at = job.parts; at < job.partsEnd; at += offsetof<GatePart>()) {
    const part = changetype<GatePart>(at);
    const skipped = stateBytes - min(part.inputsAt, stateBytes);
    const depth = part.depth - <i32>(skipped >> 2);
    multiply(job, part, job.rows * job.time, depth, skipped, job.inputs + part.inputsAt + skipped, job.gates + part.gatesAt, false);
  }
}

/** What h gives is added. */
@inline
function multiplyStates(job: LayerJob, part: GatePart, inputs: usize, gates: usize): void {
  if (part.inputsAt == 0) multiply(job, part, job.rows, job.state, 0, inputs, gates, true);
}

/**
 * A part of so many rows' gates, from so many floats of the part's inputs; `skipped` bytes of those are before them. Of a team's, the
 * thread's own units of each gate.
 */
function multiply(job: LayerJob, part: GatePart, rows: i32, depth: i32, skipped: usize, inputs: usize, gates: usize, add: bool): void {
  const rowBytes = <usize>job.width * 4, panelBytes = <usize>part.depth * 32;
  const panels = part.panels + skipped * 8;
  if (isTeam(job)) {
    for (let gate = 0; gate < part.gates; gate += job.hidden) {
      const at = <usize>gate * 4 + ownAt(job);
      productOfPart(rows, depth, inputs, rowBytes, panels + at * <usize>part.depth, panelBytes, gates + at, job.gateStride, ownUnits(job), add);
    }
  } else productOfPart(rows, depth, inputs, rowBytes, panels, panelBytes, gates, job.gateStride, padded8(part.gates), add);
}

/** From what one row's gates see to its hidden state; rows count through all steps. */
@inline
function activate(job: LayerJob, row: usize, gates: usize, before: usize, h: usize): void {
  const units = ownUnits(job), unitsAt = ownAt(job), gateBytes = <usize>job.hidden * 4, cell = job.cell;
  const zs = gates + unitsAt, states = h + unitsAt;
  if (cell == Cell.lstm) {
    const cells = job.cells + row * gateBytes + unitsAt;
    lstmGates(units, gateBytes, zs, cells, job.tanhCells + row * gateBytes + unitsAt, cells + <usize>job.rows * gateBytes, states);
  } else if (cell == Cell.gru) gruGates(units, gateBytes, zs, before + unitsAt, states);
  else rnnGates(units, zs, states, cell == Cell.rnnRelu);
}

/** An infinite x times the zero weights of padded lanes is no number; it must not get into the states. */
function clearPadding(job: LayerJob, gates: usize): void {
  // They are the last thread's of a team.
  if (<i32>(ownAt(job) >> 2) + ownUnits(job) < job.hidden) return;
  for (let gate = 0; gate < job.gateWidth; gate += job.hidden) {
    clearFloats(gates + <usize>(gate + job.hiddenSize) * 4, job.hidden - job.hiddenSize);
  }
}

/** A step's hidden states, projected, become h of the rows from `h` on. */
function project(job: LayerJob, unprojected: usize, h: usize): void {
  const hidden = job.hidden, rows = job.rows, width = padded8(job.state);
  product(rows, hidden, unprojected, <usize>padded8(hidden) * 4, job.projection, job.projected, <usize>width * 4, width);
  for (let b = 0; b < rows; b++) {
    copyFloats(h + <usize>(b * job.width) * 4, job.projected + <usize>(b * width) * 4, job.state);
  }
}

/** Rows whose sequence has ended keep h and c, and leave no hidden state to the projection's gradient. */
function carryStates(job: LayerJob, step: i32): void {
  const rows = job.rows, hiddenBytes = <usize>job.hidden * 4, rowBytes = <usize>job.width * 4;
  const unitsAt = ownAt(job), states = own(job, job.state);
  for (let b = 0; b < rows; b++) {
    if (!hasEnded(job, b, step)) continue;
    const first = <usize>(step * rows + b), next = first + <usize>rows;
    copyFloats(job.inputs + next * rowBytes + unitsAt, job.inputs + first * rowBytes + unitsAt, states);
    if (job.cells) copyFloats(job.cells + next * hiddenBytes + unitsAt, job.cells + first * hiddenBytes + unitsAt, ownUnits(job));
    if (job.projection) {
      const width = padded8(job.hidden);
      clearFloats(job.unprojected + first * <usize>width * 4, width);
    }
  }
}
