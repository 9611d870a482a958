// A recurrent layer back through time: see layer-job.ts for the layout.
import { gruGradients } from './gru-cell';
import { Cell, GatePart, LayerBackwardJob, hasEnded } from './layer-job';
import { lstmGradients } from './lstm-cell';
import { outerProducts } from './outer-tiles';
import { product } from './product-tiles';
import { addRow, clearFloats, copyFloats, multiplyRow, padded8 } from './rows';
import { rnnGradients } from './rnn-cell';
import { isTeam, meets, own, ownAt, ownUnits } from './team';

/** Rows of outer products that are summed at once: what stays in cache. */
const chunkRows = 128;

/** Back through time; the gates become their gradients in place, for `layerInputGradient`. */
export function layerBackward(job: LayerBackwardJob): void {
  const hidden = job.hidden, rows = job.rows, gateStride = job.gateStride;
  const dHWidth = padded8(job.state), unprojectedWidth = padded8(hidden);
  const dHBytes = <usize>dHWidth * 4, unprojectedBytes = <usize>unprojectedWidth * 4;
  if (!meets(job)) return;
  startGradients(job);
  let dOutput = job.dOutput + <usize>(job.time - 1) * job.outputTime;
  let summed = job.time;
  for (let t = job.time - 1; t >= 0; t--) {
    const first = <usize>(t * rows);
    const gates = job.gates + first * gateStride;
    if (job.dOutput) {
      addOutputGradients(job, t, dOutput);
      dOutput -= job.outputTime;
    }
    let dStates = job.dH, dStateBytes = dHBytes;
    if (job.projection) {
      product(rows, job.state, job.dH, dHBytes, job.projectionBackward, job.dUnprojected, unprojectedBytes, unprojectedWidth);
      outerProducts(job.state, rows, job.dH, dHBytes, job.unprojected + first * unprojectedBytes, unprojectedBytes, job.dProjection, unprojectedBytes, unprojectedWidth, t < job.time - 1, job.tile);
      dStates = job.dUnprojected;
      dStateBytes = unprojectedBytes;
    }
    for (let b = 0; b < rows; b++) {
      const row = <usize>b;
      if (hasEnded(job, b, t)) {
        clearGates(job, gates + row * gateStride);
        copyFloats(job.carried + row * dHBytes + ownAt(job), job.dH + row * dHBytes + ownAt(job), own(job, dHWidth));
      } else {
        gateGradients(job, first, row, gates + row * gateStride, dStates + row * dStateBytes);
      }
    }
    // The gradient of h comes of all units' gates.
    if (!meets(job)) return;
    const unitsAt = ownAt(job), states = own(job, dHWidth);
    if (t > 0 || job.dH0) {
      const panels = job.backward + unitsAt * <usize>job.stateGates;
      product(rows, job.stateGates, gates + job.stateGatesAt, gateStride, panels, job.dH + unitsAt, dHBytes, states);
    }
    for (let b = 0; b < rows; b++) {
      const at = <usize>b * dHBytes + unitsAt;
      if (hasEnded(job, b, t)) copyFloats(job.dH + at, job.carried + at, states);
      else if (job.cell == Cell.gru) addRow(ownUnits(job), job.dH + at, job.carried + at);
    }
    if ((summed - t) * rows >= chunkRows || t == 0) {
      addGradients(job, t, summed);
      summed = t;
    }
  }
  writeFirstStates(job);
}

/** The gradients of h and c before the first step. */
function writeFirstStates(job: LayerBackwardJob): void {
  const dHBytes = <usize>padded8(job.state) * 4, hiddenBytes = <usize>job.hidden * 4;
  const unitsAt = ownAt(job), states = own(job, job.stateSize), cells = own(job, job.hiddenSize);
  for (let b = 0; b < job.rows; b++) {
    const row = <usize>b;
    if (job.dH0) copyFloats(job.dH0 + unitsAt + <usize>(b * job.stateSize) * 4, job.dH + unitsAt + row * dHBytes, states);
    if (job.dC0) copyFloats(job.dC0 + unitsAt + <usize>(b * job.hiddenSize) * 4, job.dC + unitsAt + row * hiddenBytes, cells);
  }
}

/** The gradients of h and c after the last step. */
function startGradients(job: LayerBackwardJob): void {
  const dHWidth = padded8(job.state), unitsAt = ownAt(job);
  for (let b = 0; b < job.rows; b++) {
    const dH = job.dH + <usize>(b * dHWidth) * 4 + unitsAt, dC = job.dC + <usize>(b * job.hidden) * 4 + unitsAt;
    clearFloats(dH, own(job, dHWidth));
    copyFloats(dH, job.dHn + <usize>(b * job.stateSize) * 4 + unitsAt, own(job, job.stateSize));
    if (!job.dC) continue;
    clearFloats(dC, ownUnits(job));
    copyFloats(dC, job.dCn + <usize>(b * job.hiddenSize) * 4 + unitsAt, own(job, job.hiddenSize));
  }
}

/** A step's output is its h. */
function addOutputGradients(job: LayerBackwardJob, step: i32, dOutput: usize): void {
  const dHBytes = <usize>padded8(job.state) * 4, unitsAt = ownAt(job), outputs = own(job, job.stateSize);
  for (let b = 0; b < job.rows; b++) {
    if (!hasEnded(job, b, step)) addRow(outputs, job.dH + <usize>b * dHBytes + unitsAt, dOutput + <usize>b * job.outputRow + unitsAt);
  }
}

/** A row whose sequence has ended gives the weights nothing. */
function clearGates(job: LayerBackwardJob, gates: usize): void {
  for (let gate = 0; gate < job.gateWidth; gate += job.hidden) clearFloats(gates + <usize>gate * 4 + ownAt(job), ownUnits(job));
}

/** The gates of a row become their gradients before activation; `first` is the step's first row. */
@inline
function gateGradients(job: LayerBackwardJob, first: usize, row: usize, gates: usize, dh: usize): void {
  const units = ownUnits(job), unitsAt = ownAt(job), gateBytes = <usize>job.hidden * 4, cell = job.cell;
  const zs = gates + unitsAt, dStates = dh + unitsAt;
  if (cell == Cell.lstm) {
    const at = (first + row) * gateBytes + unitsAt;
    lstmGradients(units, gateBytes, zs, job.cells + at, job.tanhCells + at, job.dC + row * gateBytes + unitsAt, dStates);
  } else if (cell == Cell.gru) {
    const before = job.inputs + (first + row) * <usize>job.width * 4 + unitsAt;
    gruGradients(units, gateBytes, zs, before, dStates, job.carried + row * <usize>padded8(job.state) * 4 + unitsAt);
  } else rnnGradients(units, zs, dStates, cell == Cell.rnnRelu);
}

/** Adds what the steps from one on and before another give to the gradients of the weights. */
function addGradients(job: LayerBackwardJob, from: i32, to: i32): void {
  const rows = job.rows, first = <usize>(from * rows);
  const gates = job.gates + first * job.gateStride, inputs = job.inputs + first * <usize>job.width * 4;
  for (let at = job.parts; at < job.partsEnd; at += offsetof<GatePart>()) {
    const part = changetype<GatePart>(at);
    if (isTeam(job)) {
      for (let gate = 0; gate < part.gates; gate += job.hidden) addOuter(job, part, part.gatesAt + <usize>gate * 4 + ownAt(job), ownUnits(job), (to - from) * rows, gates, inputs, to < job.time);
    } else addOuter(job, part, part.gatesAt, part.gates, (to - from) * rows, gates, inputs, to < job.time);
  }
}

@inline
function addOuter(job: LayerBackwardJob, part: GatePart, gatesAt: usize, count: i32, rows: i32, gates: usize, inputs: usize, add: bool): void {
  const rowBytes = <usize>job.width * 4, dWeights = job.dWeights + gatesAt * <usize>job.width + part.inputsAt;
  outerProducts(count, rows, gates + gatesAt, job.gateStride, inputs + part.inputsAt, rowBytes, dWeights, rowBytes, padded8(part.depth), add, job.tile);
}

/** The gradient of x from those of the gates, which `layerBackward` left; several steps at once where each has few rows. */
export function layerInputGradient(job: LayerBackwardJob): void {
  const rows = job.rows, inputSize = job.inputSize, width = padded8(job.inputSize);
  const widthBytes = <usize>width * 4;
  const stepsAtOnce = max(job.rowsAtOnce / rows, 1);
  const offset = <usize>job.stepsFrom * job.xTime;
  let dX = job.dX + offset, mask = job.mask ? job.mask + offset : 0;
  for (let first = job.stepsFrom; first < job.stepsTo; first += stepsAtOnce) {
    const steps = min(stepsAtOnce, job.stepsTo - first);
    const gates = job.gates + <usize>(first * rows) * job.gateStride;
    product(steps * rows, job.inputGates, gates, job.gateStride, job.inputBackward, job.dXRows, widthBytes, width);
    let from = job.dXRows;
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < rows; b++, from += widthBytes) {
        const at = <usize>b * job.xRow;
        if (mask) multiplyRow(inputSize, dX + at, from, mask + at);
        else copyFloats(dX + at, from, inputSize);
      }
      dX += job.xTime;
      if (mask) mask += job.xTime;
    }
  }
}
