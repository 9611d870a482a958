/** Which entries a Slice takes, as its specification counts them. https://onnx.ai/onnx/operators/onnx__Slice.html */
import { counted } from '../../counted.js';
import { dimOfSize, numberOf, type Size, sameSize } from './size.js';

/** All entries, those entries, all of them backwards, or as many as there are between bounds that stop at the ends. */
export type SliceRange =
  | { readonly kind: 'all' }
  | { readonly kind: 'backwards' }
  | { readonly kind: 'entries'; readonly start: number; readonly step: number; readonly count: number }
  | {
      readonly kind: 'open';
      readonly start: number;
      readonly end: number | undefined;
      readonly step: number;
    };

/** An open end is written as the largest integer of 32 or 64 bits, or near it. */
const OPEN_END = 2 ** 31 - 1000;

/** Undefined where it depends on the size of a dimension that varies. */
export function sliceRange(size: Size, start: Size, end: Size, step: number): SliceRange | undefined {
  const length = numberOf(size);
  const [from, to] = [numberOf(start), numberOf(end)];
  const toEnd = sameSize(end, size) || (to !== undefined && to >= OPEN_END);
  if (step === -1 && from !== undefined && to !== undefined && to <= -OPEN_END) {
    if (from === -1 || from >= OPEN_END) return { kind: 'backwards' };
  }
  if (length === undefined) {
    if (from === undefined || !Number.isInteger(step) || step < 1) return undefined;
    if (from === 0 && toEnd && step === 1) return { kind: 'all' };
    // Entries after the first may not exist for every size; then the network's `at` says so when it runs.
    const isOne = (from === -1 && toEnd) || (to === from + 1 && to !== 0);
    if (isOne) return { kind: 'entries', start: from, step: 1, count: 1 };
    return toEnd || to !== undefined
      ? { kind: 'open', start: from, end: toEnd ? undefined : to, step }
      : undefined;
  }
  const last = toEnd ? length : to;
  if (from === undefined || last === undefined || !Number.isInteger(step) || step < 1) return undefined;
  const clamp = (index: number) => Math.min(Math.max(index < 0 ? index + length : index, 0), length);
  const count = Math.ceil(Math.max(0, clamp(last) - clamp(from)) / step);
  if (count === length) return { kind: 'all' };
  return { kind: 'entries', start: clamp(from), step, count };
}

/** For messages; open ends are left out. */
export function formatRange(size: Size, start: Size, end: Size, step: number): string {
  const limit = (index: Size) => {
    const number = numberOf(index);
    return number !== undefined && Math.abs(number) >= OPEN_END ? '' : dimOfSize(index);
  };
  return `${limit(start)}:${limit(end)}:${step} of ${counted(dimOfSize(size), 'entry', 'entries')}`;
}
