// The LSTM layer back through time: see lstm-job.ts for the layout.
import { LstmJob, hasEnded } from './lstm-job';
import { outerProducts } from './outer-tiles';
import { product } from './product-tiles';
import { addRow, clearFloats, copyFloats, multiplyRow, padded8 } from './rows';
import { flushed4 } from './vector';

/** Rows of outer products that are summed at once: what stays in cache. */
const chunkRows = 128;

/** Back through time; the gates become their gradients in place, for `lstmInputGradient`. */
export function lstmBackward(job: LstmJob): void {
  const hidden = job.hidden, width = job.width, rows = job.rows, stateSize = job.stateSize;
  const rowBytes = <usize>width * 4, hiddenBytes = <usize>hidden * 4, gateStride = job.gateStride;
  const dHWidth = padded8(job.state), unprojectedWidth = padded8(hidden);
  const dHBytes = <usize>dHWidth * 4, unprojectedBytes = <usize>unprojectedWidth * 4;
  clearFloats(job.dH, rows * dHWidth);
  clearFloats(job.dC, rows * hidden);
  for (let b = 0; b < rows; b++) {
    copyFloats(job.dH + <usize>b * dHBytes, job.dHn + <usize>(b * stateSize) * 4, stateSize);
    copyFloats(job.dC + <usize>b * hiddenBytes, job.dCn + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
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
        clearFloats(gates + row * gateStride, 4 * hidden);
        copyFloats(job.carried + row * dHBytes, job.dH + row * dHBytes, dHWidth);
      } else {
        gateGradients(hidden, gates + row * gateStride, job.cells + (first + row) * hiddenBytes, job.tanhCells + (first + row) * hiddenBytes, job.dC + row * hiddenBytes, dStates + row * dStateBytes);
      }
    }
    if (t > 0 || job.dH0) product(rows, 4 * hidden, gates, gateStride, job.backward, job.dH, dHBytes, dHWidth);
    for (let b = 0; b < rows; b++) {
      if (hasEnded(job, b, t)) copyFloats(job.dH + <usize>b * dHBytes, job.carried + <usize>b * dHBytes, dHWidth);
    }
    if ((summed - t) * rows >= chunkRows || t == 0) {
      outerProducts(4 * hidden, (summed - t) * rows, gates, gateStride, job.inputs + first * rowBytes, rowBytes, job.dWeights, rowBytes, width, summed < job.time, job.tile);
      summed = t;
    }
  }
  for (let b = 0; b < rows; b++) {
    if (job.dH0) copyFloats(job.dH0 + <usize>(b * stateSize) * 4, job.dH + <usize>b * dHBytes, stateSize);
    if (job.dC0) copyFloats(job.dC0 + <usize>(b * job.hiddenSize) * 4, job.dC + <usize>b * hiddenBytes, job.hiddenSize);
  }
}

/** The gates of a row become their gradients before activation; dC becomes that of the step before. */
function gateGradients(hidden: i32, gates: usize, cells: usize, tanhCells: usize, dC: usize, dh: usize): void {
  const hiddenBytes = <usize>hidden * 4, one = f32x4.splat(1);
  let zi = gates, zf = gates + hiddenBytes, zg = zf + hiddenBytes, zo = zg + hiddenBytes;
  const end = zf;
  while (zi < end) {
    const i = v128.load(zi), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
    const squashed = v128.load(tanhCells);
    // What goes through a gate that is all but closed would be denormal.
    const throughOutput = flushed4(f32x4.mul(v128.load(dh), o));
    const dc = f32x4.add(v128.load(dC), f32x4.sub(throughOutput, f32x4.mul(throughOutput, f32x4.mul(squashed, squashed))));
    const throughInput = flushed4(f32x4.mul(dc, i));
    const throughForget = flushed4(f32x4.mul(dc, f));
    v128.store(zo, f32x4.mul(f32x4.mul(throughOutput, squashed), f32x4.sub(one, o)));
    v128.store(zi, f32x4.mul(f32x4.mul(throughInput, g), f32x4.sub(one, i)));
    v128.store(zg, f32x4.mul(throughInput, f32x4.sub(one, f32x4.mul(g, g))));
    v128.store(zf, f32x4.mul(f32x4.mul(throughForget, v128.load(cells)), f32x4.sub(one, f)));
    v128.store(dC, throughForget);
    zi += 16; zf += 16; zg += 16; zo += 16;
    cells += 16; tanhCells += 16; dC += 16; dh += 16;
  }
}

/** The gradient of x from those of the gates, which `lstmBackward` left. */
export function lstmInputGradient(job: LstmJob): void {
  const rows = job.rows, inputSize = job.inputSize, width = padded8(job.inputSize);
  const widthBytes = <usize>width * 4;
  let gates = job.gates;
  let dX = job.dX, mask = job.mask;
  for (let t = 0; t < job.time; t++) {
    product(rows, 4 * job.hidden, gates, job.gateStride, job.inputBackward, job.dXRows, widthBytes, width);
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
