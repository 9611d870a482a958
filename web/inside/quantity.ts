/** What an LSTM computes at each step, in the order in which it does, and how each is shown. */
import type { ScaleName } from '../shared/colour-scale.js';

export const quantityNames = ['forget', 'input', 'candidate', 'cell', 'output', 'hidden'] as const;

export type QuantityName = (typeof quantityNames)[number];

interface Quantity {
  /** As in the equations. */
  readonly symbol: string;
  readonly title: string;
  /** Gates go from 0 to 1, the others from below to above 0. */
  readonly scale: ScaleName;
}

export const quantities: Readonly<Record<QuantityName, Quantity>> = {
  forget: { symbol: 'f', title: 'forget gate', scale: 'share' },
  input: { symbol: 'i', title: 'input gate', scale: 'share' },
  candidate: { symbol: 'g', title: 'candidate', scale: 'signed' },
  cell: { symbol: 'c', title: 'cell state', scale: 'signed' },
  output: { symbol: 'o', title: 'output gate', scale: 'share' },
  hidden: { symbol: 'h', title: 'hidden state', scale: 'signed' },
};

/** Every unit's numbers after every row. */
export interface Trace {
  readonly rows: number;
  readonly units: number;
  /** Each `[rows, units]`. */
  readonly values: Readonly<Record<QuantityName, Float32Array>>;
}

/** A number of the trace. */
export function valueAt({ units, values }: Trace, name: QuantityName, row: number, unit: number): number {
  return values[name][row * units + unit] ?? 0;
}

/**
 * The size of number that a scale should reach: all but the largest fiftieth are within, so that a unit far above the
 * others does not take their colours; at least 1.
 */
export function reachOf({ values }: Trace, name: QuantityName): number {
  const sizes = values[name].map(Math.abs).sort();
  return Math.max(1, sizes[Math.floor(sizes.length * 0.98)] ?? 1);
}

/** `0.93`, `−0.20`. */
export function formatValue(value: number): string {
  return value.toFixed(2).replace('-', '−');
}
