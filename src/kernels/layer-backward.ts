// A recurrent layer back through time: see layer-job.ts for the layout.
import { gruGradients } from './gru-cell';
import { Cell, GatePart, LayerJob, hasEnded } from './layer-job';
import { lstmGradients } from './lstm-cell';
import { outerProducts } from './outer-tiles';
import { product } from './product-tiles';
import { addRow, clearFloats, copyFloats, multiplyRow, padded8 } from './rows';
import { rnnGradients } from './rnn-cell';

/** Rows of outer products that are summed at once: what stays in cache. */
const chunkRows = 128;

/** Back through time; the gates become their gradients in place, for `layerInputGradient`. */
export function layerBackward(job: LayerJob): void {
  const hidden = job.hidden, rows = job.rows, stateSize = job.stateSize;
  const hiddenBytes = <usize>hidden * 4, gateStride = job.gateStride;
  const dHWidth = padded8(job.state), unprojectedWidth = padded8(hidden);
  const dHBytes = <usize>dHWidth * 4, unprojectedBytes = <usize>unprojectedWidth * 4;
  clearFloats(job.dH, rows * dHWidth);
  if (job.dC) clearFloats(job.dC, rows * hidden);
  for (let b = 0; b < rows; b++) {
    copyFloats(job.dH + <usize>b * dHBytes, job.dHn + <usize>(b * stateSize) * 4, stateSize);
    if (job.dC) copyFloats(job.dC + <usize>b * hiddenBytes, job.dCn + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
  }
  let dOutput = job.dOutput + <usize>(job.time - 1) * job.outputTime;
  let summed = job.time;
  for (let t = job.time - 1; t >= 0; t--) {
    const first = <usize>(t * rows);
    const gates = job.gates + first * gateStride;
    if (job.dOutput) {
      for (let b = 0; b < rows; b++) {
        if (!hasEnded(job, b, t)) addRow(stateSize, job.dH + <usize>b * dHBytes, dOutput + <usize>b * job.outputRow);
      }
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
        clearFloats(gates + row * gateStride, job.gateWidth);
        copyFloats(job.carried + row * dHBytes, job.dH + row * dHBytes, dHWidth);
      } else {
        gateGradients(job, first, row, gates + row * gateStride, dStates + row * dStateBytes);
      }
    }
    if (t > 0 || job.dH0) product(rows, job.stateGates, gates + job.stateGatesAt, gateStride, job.backward, job.dH, dHBytes, dHWidth);
    for (let b = 0; b < rows; b++) {
      const dH = job.dH + <usize>b * dHBytes, carried = job.carried + <usize>b * dHBytes;
      if (hasEnded(job, b, t)) copyFloats(dH, carried, dHWidth);
      else if (job.cell == Cell.gru) addRow(hidden, dH, carried);
    }
    if ((summed - t) * rows >= chunkRows || t == 0) {
      addGradients(job, t, summed);
      summed = t;
    }
  }
  for (let b = 0; b < rows; b++) {
    if (job.dH0) copyFloats(job.dH0 + <usize>(b * stateSize) * 4, job.dH + <usize>b * dHBytes, stateSize);
    if (job.dC0) copyFloats(job.dC0 + <usize>(b * job.hiddenSize) * 4, job.dC + <usize>b * hiddenBytes, job.hiddenSize);
  }
}

/** The gates of a row become their gradients before activation; `first` is the step's first row. */
@inline
function gateGradients(job: LayerJob, first: usize, row: usize, gates: usize, dh: usize): void {
  const hidden = job.hidden, cell = job.cell;
  if (cell == Cell.lstm) {
    const hiddenBytes = <usize>hidden * 4, at = (first + row) * hiddenBytes;
    lstmGradients(hidden, gates, job.cells + at, job.tanhCells + at, job.dC + row * hiddenBytes, dh);
  } else if (cell == Cell.gru) {
    const before = job.inputs + (first + row) * <usize>job.width * 4;
    gruGradients(hidden, gates, before, dh, job.carried + row * <usize>padded8(job.state) * 4);
  } else rnnGradients(hidden, gates, dh, cell == Cell.rnnRelu);
}

/** Adds what the steps from one on and before another give to the gradients of the weights. */
function addGradients(job: LayerJob, from: i32, to: i32): void {
  const rows = job.rows, rowBytes = <usize>job.width * 4, first = <usize>(from * rows), gateStride = job.gateStride;
  const gates = job.gates + first * gateStride, inputs = job.inputs + first * rowBytes;
  for (let at = job.parts; at < job.partsEnd; at += offsetof<GatePart>()) {
    const part = changetype<GatePart>(at);
    const dWeights = job.dWeights + part.gatesAt * <usize>job.width + part.inputsAt;
    outerProducts(part.gates, (to - from) * rows, gates + part.gatesAt, gateStride, inputs + part.inputsAt, rowBytes, dWeights, rowBytes, padded8(part.depth), to < job.time, job.tile);
  }
}

/** The gradient of x from those of the gates, which `layerBackward` left. */
export function layerInputGradient(job: LayerJob): void {
  const rows = job.rows, inputSize = job.inputSize, width = padded8(job.inputSize);
  const widthBytes = <usize>width * 4;
  let gates = job.gates;
  let dX = job.dX, mask = job.mask;
  for (let t = 0; t < job.time; t++) {
    product(rows, job.inputGates, gates, job.gateStride, job.inputBackward, job.dXRows, widthBytes, width);
    for (let b = 0; b < rows; b++) {
      const row = <usize>b;
      if (mask) multiplyRow(inputSize, dX + row * job.xRow, job.dXRows + row * widthBytes, mask + row * job.xRow);
      else copyFloats(dX + row * job.xRow, job.dXRows + row * widthBytes, inputSize);
    }
    gates += <usize>rows * job.gateStride;
    dX += job.xTime;
    if (mask) mask += job.xTime;
  }
}
