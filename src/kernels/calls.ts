// Kernels that the host may have a thread call, one after the other: their kinds and their arguments lie in memory as numbers of
// 64 bits, which hold addresses, counts and floats alike.
import { packWeights, sumSlices } from './layer-weights';
import { adamStep, sgdStep } from './optimizer';

export const enum CallKind {
  packWeights = 1,
  sumSlices,
  adamStep,
  sgdStep,
}

/** Numbers of a call with its kind, as `calls.ts` of the host has it; a kind of 0 is behind the last one. */
const record: usize = 16;

export function runCalls(at: usize): void {
  for (; integer(at, 0) != 0; at += record * 8) runCall(at);
}

function runCall(at: usize): void {
  const kind = integer(at, 0);
  if (kind == CallKind.packWeights) {
    packWeights(integer(at, 1), integer(at, 2), float(at, 3), integer(at, 4) != 0, address(at, 5), address(at, 6), integer(at, 7), integer(at, 8), integer(at, 9));
  } else if (kind == CallKind.sumSlices) {
    sumSlices(integer(at, 1), integer(at, 2), address(at, 3), address(at, 4), integer(at, 5), address(at, 6), address(at, 7));
  } else if (kind == CallKind.adamStep) {
    adamStep(integer(at, 1), address(at, 2), address(at, 3), address(at, 4), address(at, 5), float(at, 6), float(at, 7), float(at, 8), float(at, 9), float(at, 10), float(at, 11), float(at, 12), float(at, 13), float(at, 14));
  } else if (kind == CallKind.sgdStep) {
    sgdStep(integer(at, 1), address(at, 2), address(at, 3), address(at, 4), float(at, 5), float(at, 6), float(at, 7), float(at, 8), integer(at, 9) != 0, float(at, 10));
  } else unreachable();
}

@inline
function integer(at: usize, i: usize): i32 {
  return <i32>load<f64>(at + i * 8);
}

@inline
function address(at: usize, i: usize): usize {
  return <usize>load<f64>(at + i * 8);
}

@inline
function float(at: usize, i: usize): f32 {
  return <f32>load<f64>(at + i * 8);
}
