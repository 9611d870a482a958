// The gates of a GRU: the part of the candidate n that sees x, r, z, and the part of n that sees h. So the gates that see
// x follow each other, and so do those that see h. Some of the hidden units at a time, as in lstm-cell.ts.
import { flushed4, madd, sigmoidOfNegative4, tanhOfHalf4 } from './vector';

/** Activates the gates of a row in place, n where its part of x was; the hidden state of the next step follows. */
export function gruGates(units: i32, gateBytes: usize, gates: usize, before: usize, h: usize): void {
  const one = f32x4.splat(1);
  let zn = gates, zr = gates + gateBytes, zz = zr + gateBytes, ofState = zz + gateBytes;
  const end = gates + <usize>units * 4;
  // pairs
  while (zn < end) {
    const r = sigmoidOfNegative4(v128.load(zr));
    const z = sigmoidOfNegative4(v128.load(zz));
    // The part of x is doubled by its weights already.
    const n = tanhOfHalf4(madd(f32x4.add(r, r), v128.load(ofState), v128.load(zn)));
    // Written so that a z of 1 keeps h to the last bit.
    const next = madd(z, v128.load(before), f32x4.mul(f32x4.sub(one, z), n));
    v128.store(zr, r);
    v128.store(zz, z);
    v128.store(zn, n);
    v128.store(h, next);
    zn += 16; zr += 16; zz += 16; ofState += 16;
    before += 16; h += 16;
  }
}

/** The gates of a row become their gradients before activation; `past` is what of dh goes past them to the h before. */
export function gruGradients(units: i32, gateBytes: usize, gates: usize, before: usize, dh: usize, past: usize): void {
  const one = f32x4.splat(1);
  let zn = gates, zr = gates + gateBytes, zz = zr + gateBytes, ofState = zz + gateBytes;
  const end = gates + <usize>units * 4;
  // pairs
  while (zn < end) {
    const n = v128.load(zn), r = v128.load(zr), z = v128.load(zz);
    const whole = v128.load(dh), open = f32x4.sub(one, z);
    // What goes through a gate that is all but closed would be denormal.
    const throughUpdate = flushed4(f32x4.mul(whole, z));
    const dn = flushed4(f32x4.mul(f32x4.mul(whole, open), f32x4.sub(one, f32x4.mul(n, n))));
    const throughReset = flushed4(f32x4.mul(dn, r));
    const dr = f32x4.mul(f32x4.mul(throughReset, v128.load(ofState)), f32x4.sub(one, r));
    const dz = f32x4.mul(f32x4.mul(throughUpdate, f32x4.sub(v128.load(before), n)), open);
    v128.store(zn, dn);
    v128.store(zr, dr);
    v128.store(zz, dz);
    v128.store(ofState, throughReset);
    v128.store(past, throughUpdate);
    zn += 16; zr += 16; zz += 16; ofState += 16;
    before += 16; dh += 16; past += 16;
  }
}
