// The gates of an LSTM: i, f, g, o, one after the other in a row of gates. Some of the hidden units at a time: a gate's are so many bytes
// after those of the gate before.
import { flushed4, madd, sigmoidOfNegative4, tanhOfHalf4 } from './vector';

/** Activates the gates of a row in place; c and the hidden state of the next step follow. */
export function lstmGates(units: i32, gateBytes: usize, gates: usize, cells: usize, tanhCells: usize, nextCells: usize, h: usize): void {
  let zi = gates, zf = gates + gateBytes, zg = zf + gateBytes, zo = zg + gateBytes;
  const end = gates + <usize>units * 4;
  const firstCells = nextCells;
  // pairs
  while (zi < end) {
    const i = sigmoidOfNegative4(v128.load(zi));
    const f = sigmoidOfNegative4(v128.load(zf));
    const g = tanhOfHalf4(v128.load(zg));
    const c = madd(f, v128.load(cells), f32x4.mul(i, g));
    v128.store(zi, i);
    v128.store(zf, f);
    v128.store(zg, g);
    v128.store(nextCells, c);
    zi += 16; zf += 16; zg += 16;
    cells += 16; nextCells += 16;
  }
  // A loop of its own makes two shorter dependency chains, of which the processor overlaps more.
  const cellsEnd = nextCells;
  nextCells = firstCells;
  // pairs
  while (nextCells < cellsEnd) {
    const o = sigmoidOfNegative4(v128.load(zo));
    const c = v128.load(nextCells);
    const squashed = tanhOfHalf4(f32x4.add(c, c));
    v128.store(zo, o);
    v128.store(tanhCells, squashed);
    v128.store(h, f32x4.mul(o, squashed));
    zo += 16; nextCells += 16; tanhCells += 16; h += 16;
  }
}

/** The gates of a row become their gradients before activation; dC becomes that of the step before. */
export function lstmGradients(units: i32, gateBytes: usize, gates: usize, cells: usize, tanhCells: usize, dC: usize, dh: usize): void {
  const one = f32x4.splat(1);
  let zi = gates, zf = gates + gateBytes, zg = zf + gateBytes, zo = zg + gateBytes;
  const end = gates + <usize>units * 4;
  // pairs
  while (zi < end) {
    const i = v128.load(zi), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
    const squashed = v128.load(tanhCells);
    // What goes through a gate that is all but closed would be denormal.
    const throughOutput = flushed4(f32x4.mul(v128.load(dh), o));
    const dc = f32x4.add(v128.load(dC), f32x4.sub(throughOutput, f32x4.mul(throughOutput, f32x4.mul(squashed, squashed))));
    const throughInput = flushed4(f32x4.mul(dc, i));
    const throughForget = flushed4(f32x4.mul(dc, f));
    const dzf = f32x4.mul(f32x4.mul(throughForget, v128.load(cells)), f32x4.sub(one, f));
    v128.store(zo, f32x4.mul(f32x4.mul(throughOutput, squashed), f32x4.sub(one, o)));
    v128.store(zi, f32x4.mul(f32x4.mul(throughInput, g), f32x4.sub(one, i)));
    v128.store(zg, f32x4.mul(throughInput, f32x4.sub(one, f32x4.mul(g, g))));
    v128.store(zf, dzf);
    v128.store(dC, throughForget);
    zi += 16; zf += 16; zg += 16; zo += 16;
    cells += 16; tanhCells += 16; dC += 16; dh += 16;
  }
}
