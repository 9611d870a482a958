// One direction of one LSTM layer, forward and back through time, over a slice of the batch.
//
// A step's input is one row [h before | x | 1 | 0...]: one product gives what x, h and the bias put into the gates, and
// one sum of outer products gives the gradients of both weights and the bias. Hidden sizes are padded to a multiple of
// four lanes; padded lanes have zero weights, so they stay zero in both directions.
import { product } from './product-tiles';
import { outerProducts } from './outer-tiles';
import { flushed4, madd, sigmoidOfDouble4, tanh4 } from './vector';

/** What a thread needs to know of its slice; all strides in bytes. The host writes it field by field. */
@unmanaged
export class LstmJob {
  rows: i32;
  time: i32;
  inputSize: i32;
  hiddenSize: i32;
  /** Hidden size padded to a multiple of 4. */
  hidden: i32;
  /** hidden + inputSize + 1, padded to a multiple of 8. */
  width: i32;
  /** From one row of gates to the next: 4 * hidden floats and a gap, since a power of two is slow. */
  gateStride: usize;
  /** x of the first step that is read; its strides, that of time negative when read from the end. */
  x: usize;
  xTime: usize;
  xRow: usize;
  /** Where h of every step goes, or 0. */
  output: usize;
  outputTime: usize;
  outputRow: usize;
  /** States before and after, `hiddenSize` floats a row. */
  h0: usize;
  c0: usize;
  hn: usize;
  cn: usize;
  /** Packed weights: forward, and for the way back. */
  forward: usize;
  backward: usize;
  /** Workspace: [time + 1][rows][width], [time + 1][rows][hidden], [time][rows][hidden], [time][rows] gates. */
  inputs: usize;
  cells: usize;
  tanhCells: usize;
  gates: usize;
  /** Gradient of the output, or 0, with the output's strides; gradients of the states after. */
  dOutput: usize;
  dHn: usize;
  dCn: usize;
  dH0: usize;
  dC0: usize;
  /** Workspace: [rows][hidden padded to 8], [rows][hidden]. */
  dH: usize;
  dC: usize;
  /** This slice's gradient of all weights, [4 * hidden][width]. */
  dWeights: usize;
  /** Gradient of x, with x's strides, and the packed weights it takes. */
  dX: usize;
  inputBackward: usize;
  /** Workspace: a step's rows of x, padded to a multiple of 8. */
  dXRows: usize;
}

@inline
function padded8(size: i32): i32 {
  return (size + 7) & ~7;
}

@inline
function copyFloats(to: usize, from: usize, count: i32): void {
  memory.copy(to, from, <usize>count << 2);
}

@inline
function clearFloats(at: usize, count: i32): void {
  memory.fill(at, 0, <usize>count << 2);
}

/**
 * PyTorch's weights [4 * H, I], [4 * H, H] and bias [4 * H] as panels for the forward product. Rows of the sigmoid
 * gates are halved, as `sigmoidOfDouble4` wants.
 */
export function packForward(inputSize: i32, hiddenSize: i32, hidden: i32, width: i32, weightIh: usize, weightHh: usize, bias: usize, panels: usize): void {
  clearFloats(panels, 4 * hidden * width);
  for (let gate = 0; gate < 4; gate++) {
    const scale: f32 = gate == 2 ? 1 : 0.5;
    for (let unit = 0; unit < hiddenSize; unit++) {
      const row = gate * hiddenSize + unit;
      const column = gate * hidden + unit;
      let to = panels + <usize>((column >> 3) * width * 8 + (column & 7)) * 4;
      let from = weightHh + <usize>(row * hiddenSize) * 4;
      for (let k = 0; k < hiddenSize; k++) store<f32>(to + <usize>k * 32, load<f32>(from + <usize>k * 4) * scale);
      to += <usize>hidden * 32;
      from = weightIh + <usize>(row * inputSize) * 4;
      for (let k = 0; k < inputSize; k++) store<f32>(to + <usize>k * 32, load<f32>(from + <usize>k * 4) * scale);
      store<f32>(to + <usize>inputSize * 32, load<f32>(bias + <usize>row * 4) * scale);
    }
  }
}

/** One weight [4 * H, columns] as panels for a product from the gates' gradients to `columns`. */
export function packBackward(columns: i32, hiddenSize: i32, hidden: i32, weight: usize, panels: usize): void {
  const depth = 4 * hidden;
  clearFloats(panels, depth * padded8(columns));
  for (let gate = 0; gate < 4; gate++) {
    for (let unit = 0; unit < hiddenSize; unit++) {
      const from = weight + <usize>((gate * hiddenSize + unit) * columns) * 4;
      const to = panels + <usize>(gate * hidden + unit) * 32;
      for (let k = 0; k < columns; k++) {
        store<f32>(to + <usize>((k >> 3) * depth * 8 + (k & 7)) * 4, load<f32>(from + <usize>k * 4));
      }
    }
  }
}

/** Fills the rows [h | x | 1 | 0] but for h, and h and c before the first step. */
function loadInputs(job: LstmJob): void {
  const hidden = job.hidden, width = job.width, inputSize = job.inputSize, rows = job.rows;
  const tail = width - hidden - inputSize - 1;
  let to = job.inputs + <usize>hidden * 4;
  let x = job.x;
  for (let t = 0; t < job.time; t++) {
    let row = x;
    for (let b = 0; b < rows; b++) {
      copyFloats(to, row, inputSize);
      const one = to + <usize>inputSize * 4;
      store<f32>(one, 1);
      clearFloats(one + 4, tail);
      to += <usize>width * 4;
      row += job.xRow;
    }
    x += job.xTime;
  }
  for (let b = 0; b < rows; b++) {
    const h = job.inputs + <usize>(b * width) * 4;
    const c = job.cells + <usize>(b * hidden) * 4;
    clearFloats(h, hidden);
    clearFloats(c, hidden);
    copyFloats(h, job.h0 + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
    copyFloats(c, job.c0 + <usize>(b * job.hiddenSize) * 4, job.hiddenSize);
  }
}

export function lstmForward(job: LstmJob): void {
  loadInputs(job);
  const hidden = job.hidden, width = job.width, rows = job.rows, hiddenSize = job.hiddenSize;
  const rowBytes = <usize>width * 4, hiddenBytes = <usize>hidden * 4, gateStride = job.gateStride;
  let output = job.output;
  for (let t = 0; t < job.time; t++) {
    const first = <usize>(t * rows), next = first + <usize>rows;
    const gates = job.gates + first * gateStride;
    product(rows, width, job.inputs + first * rowBytes, rowBytes, job.forward, gates, gateStride, 4 * hidden);
    applyGates(rows, hidden, gates, gateStride, job.cells + first * hiddenBytes, job.tanhCells + first * hiddenBytes, job.cells + next * hiddenBytes, job.inputs + next * rowBytes, rowBytes);
    if (job.output) {
      let h = job.inputs + <usize>((t + 1) * rows) * rowBytes;
      let to = output;
      for (let b = 0; b < rows; b++) {
        copyFloats(to, h, hiddenSize);
        h += rowBytes;
        to += job.outputRow;
      }
      output += job.outputTime;
    }
  }
  const end = job.time * rows;
  for (let b = 0; b < rows; b++) {
    copyFloats(job.hn + <usize>(b * hiddenSize) * 4, job.inputs + <usize>(end + b) * rowBytes, hiddenSize);
    copyFloats(job.cn + <usize>(b * hiddenSize) * 4, job.cells + <usize>(end + b) * hiddenBytes, hiddenSize);
  }
}

/** Activates the gates of some rows in place; c and h of the next step follow. */
function applyGates(rows: i32, hidden: i32, gates: usize, gateStride: usize, cells: usize, tanhCells: usize, nextCells: usize, nextH: usize, strideH: usize): void {
  const hiddenBytes = <usize>hidden * 4;
  for (let r = 0; r < rows; r++) {
    let zi = gates, zf = gates + hiddenBytes, zg = zf + hiddenBytes, zo = zg + hiddenBytes, h = nextH;
    const end = zf;
    while (zi < end) {
      const i = sigmoidOfDouble4(v128.load(zi));
      const f = sigmoidOfDouble4(v128.load(zf));
      const g = tanh4(v128.load(zg));
      const o = sigmoidOfDouble4(v128.load(zo));
      v128.store(zi, i);
      v128.store(zf, f);
      v128.store(zg, g);
      v128.store(zo, o);
      const c = madd(f, v128.load(cells), f32x4.mul(i, g));
      const squashed = tanh4(c);
      v128.store(nextCells, c);
      v128.store(tanhCells, squashed);
      v128.store(h, f32x4.mul(o, squashed));
      zi += 16; zf += 16; zg += 16; zo += 16;
      cells += 16; tanhCells += 16; nextCells += 16; h += 16;
    }
    gates += gateStride;
    nextH += strideH;
  }
}

/** Rows of outer products that are summed at once: what stays in cache. */
const chunkRows = 128;

/** Back through time; the gates become their gradients in place, for `lstmInputGradient`. */
export function lstmBackward(job: LstmJob): void {
  const hidden = job.hidden, width = job.width, rows = job.rows, hiddenSize = job.hiddenSize;
  const rowBytes = <usize>width * 4, hiddenBytes = <usize>hidden * 4, gateStride = job.gateStride;
  const dHWidth = padded8(hidden);
  const dHBytes = <usize>dHWidth * 4;
  clearFloats(job.dH, rows * dHWidth);
  clearFloats(job.dC, rows * hidden);
  for (let b = 0; b < rows; b++) {
    copyFloats(job.dH + <usize>b * dHBytes, job.dHn + <usize>(b * hiddenSize) * 4, hiddenSize);
    copyFloats(job.dC + <usize>b * hiddenBytes, job.dCn + <usize>(b * hiddenSize) * 4, hiddenSize);
  }
  let dOutput = job.dOutput + <usize>(job.time - 1) * job.outputTime;
  let summed = job.time;
  let add = false;
  for (let t = job.time - 1; t >= 0; t--) {
    const first = <usize>(t * rows);
    const gates = job.gates + first * gateStride;
    if (job.dOutput) {
      addRows(rows, hiddenSize, job.dH, dHBytes, dOutput, job.outputRow);
      dOutput -= job.outputTime;
    }
    gateGradients(rows, hidden, gates, gateStride, job.cells + first * hiddenBytes, job.tanhCells + first * hiddenBytes, job.dC, job.dH, dHBytes);
    product(rows, 4 * hidden, gates, gateStride, job.backward, job.dH, dHBytes, dHWidth);
    if ((summed - t) * rows >= chunkRows || t == 0) {
      outerProducts(4 * hidden, (summed - t) * rows, gates, gateStride, job.inputs + first * rowBytes, rowBytes, job.dWeights, rowBytes, width, add);
      add = true;
      summed = t;
    }
  }
  for (let b = 0; b < rows; b++) {
    copyFloats(job.dH0 + <usize>(b * hiddenSize) * 4, job.dH + <usize>b * dHBytes, hiddenSize);
    copyFloats(job.dC0 + <usize>(b * hiddenSize) * 4, job.dC + <usize>b * hiddenBytes, hiddenSize);
  }
}

function addRows(rows: i32, count: i32, to: usize, strideTo: usize, from: usize, strideFrom: usize): void {
  for (let r = 0; r < rows; r++) {
    let k = 0;
    for (; k + 4 <= count; k += 4) {
      const at = <usize>k * 4;
      v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    }
    for (; k < count; k++) {
      const at = <usize>k * 4;
      store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
    to += strideTo;
    from += strideFrom;
  }
}

/** The gates of some rows become their gradients before activation; dC becomes that of the step before. */
function gateGradients(rows: i32, hidden: i32, gates: usize, gateStride: usize, cells: usize, tanhCells: usize, dC: usize, dH: usize, strideDH: usize): void {
  const hiddenBytes = <usize>hidden * 4, one = f32x4.splat(1);
  for (let r = 0; r < rows; r++) {
    let zi = gates, zf = gates + hiddenBytes, zg = zf + hiddenBytes, zo = zg + hiddenBytes, dh = dH;
    const end = zf;
    while (zi < end) {
      const i = v128.load(zi), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
      const squashed = v128.load(tanhCells), gradient = flushed4(v128.load(dh));
      const throughOutput = f32x4.mul(gradient, o);
      const dc = flushed4(f32x4.add(v128.load(dC), f32x4.sub(throughOutput, f32x4.mul(throughOutput, f32x4.mul(squashed, squashed)))));
      v128.store(zo, f32x4.mul(f32x4.mul(gradient, squashed), f32x4.mul(o, f32x4.sub(one, o))));
      const throughInput = f32x4.mul(dc, i);
      v128.store(zi, f32x4.mul(f32x4.mul(throughInput, g), f32x4.sub(one, i)));
      v128.store(zg, f32x4.mul(throughInput, f32x4.sub(one, f32x4.mul(g, g))));
      const throughForget = f32x4.mul(dc, f);
      v128.store(zf, f32x4.mul(f32x4.mul(throughForget, v128.load(cells)), f32x4.sub(one, f)));
      v128.store(dC, throughForget);
      zi += 16; zf += 16; zg += 16; zo += 16;
      cells += 16; tanhCells += 16; dC += 16; dh += 16;
    }
    gates += gateStride;
    dH += strideDH;
  }
}

/** The gradient of x from those of the gates, which `lstmBackward` left. */
export function lstmInputGradient(job: LstmJob): void {
  const rows = job.rows, inputSize = job.inputSize, width = padded8(job.inputSize);
  const widthBytes = <usize>width * 4;
  let gates = job.gates;
  let dX = job.dX;
  for (let t = 0; t < job.time; t++) {
    product(rows, 4 * job.hidden, gates, job.gateStride, job.inputBackward, job.dXRows, widthBytes, width);
    for (let r = 0; r < rows; r++) copyFloats(dX + <usize>r * job.xRow, job.dXRows + <usize>r * widthBytes, inputSize);
    gates += <usize>rows * job.gateStride;
    dX += job.xTime;
  }
}

/** The slices' gradients of all weights, summed in their order, in PyTorch's shapes. */
export function unpackGradients(inputSize: i32, hiddenSize: i32, hidden: i32, width: i32, slices: i32, sliceBytes: usize, dWeights: usize, dWeightIh: usize, dWeightHh: usize, dBias: usize): void {
  for (let gate = 0; gate < 4; gate++) {
    for (let unit = 0; unit < hiddenSize; unit++) {
      const from = dWeights + <usize>((gate * hidden + unit) * width) * 4;
      for (let slice = 1; slice < slices; slice++) {
        addRows(1, width, from, 0, from + <usize>slice * sliceBytes, 0);
      }
      const row = gate * hiddenSize + unit;
      copyFloats(dWeightHh + <usize>(row * hiddenSize) * 4, from, hiddenSize);
      copyFloats(dWeightIh + <usize>(row * inputSize) * 4, from + <usize>hidden * 4, inputSize);
      store<f32>(dBias + <usize>row * 4, load<f32>(from + <usize>(hidden + inputSize) * 4));
    }
  }
}
