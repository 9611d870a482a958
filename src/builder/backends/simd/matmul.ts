/** Matrix products on the engine: the right factor packed as panels, slices of the left one's rows on the threads. */
import type { Engine } from './engine.js';
import { matmulJobFields } from './kernels.js';

const float = 4;

export interface Factor {
  readonly rows: number;
  readonly columns: number;
  /** Whether it lies in memory as its transpose. */
  readonly transposed: boolean;
}

/** A factor at an address of the engine's memory. */
export type Matrix = Factor & { readonly at: number };

/** A right factor as the kernel reads it, which many products may share. */
export interface Panels {
  /** Rows of the factor. */
  readonly depth: number;
  readonly columns: number;
  /** The address, the caller's to release. */
  readonly at: number;
}

function paddedDepth(depth: number): number {
  return Math.max(Math.ceil(depth / 4), 1) * 4;
}

function paddedWidth(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}

/** Packs a right factor. */
export function packPanels(engine: Engine, { rows: depth, columns, transposed, at: from }: Matrix): Panels {
  const padded = paddedDepth(depth);
  const at = engine.allocate(padded * paddedWidth(columns) * float);
  engine.kernels.packMatrix(depth, padded, columns, Number(transposed), from, at);
  return { depth, columns, at };
}

/** C = A B + bias; the address of the bias may be 0. */
export function multiply(engine: Engine, a: Matrix, b: Matrix, bias: number, c: number): void {
  if (a.rows * b.columns === 0) return;
  const panels = packPanels(engine, b);
  multiplyPanels(engine, a, panels, bias, c);
  engine.release(panels.at);
}

/** {@link multiply} by a factor that is packed. A is packed as padded rows unless it is that. */
export function multiplyPanels(engine: Engine, a: Matrix, b: Panels, bias: number, c: number): void {
  const { rows } = a;
  const { depth, columns, at: panels } = b;
  if (rows * columns === 0) return;
  const padded = paddedDepth(depth);
  const width = paddedWidth(columns);
  const perSlice = Math.ceil(rows / engine.shares(rows, rows * depth * columns));
  const own: number[] = [];
  const allocate = (floats: number) => {
    const at = engine.allocate(floats * float);
    own.push(at);
    return at;
  };
  const isPacked = !a.transposed && depth === padded;
  const packedA = isPacked ? a.at : allocate(rows * padded);
  if (!isPacked) engine.kernels.packRows(rows, depth, padded, Number(a.transposed), a.at, packedA);
  const jobs: number[] = [];
  for (let start = 0; start < rows; start += perSlice) {
    const job = allocate(matmulJobFields.length);
    const count = Math.min(perSlice, rows - start);
    const slice = c + start * columns * float;
    engine.writeFields(job, matmulJobFields, {
      rows: count,
      depth: padded,
      columns,
      a: packedA + start * padded * float,
      panels,
      c: slice,
      padded: width === columns ? slice : allocate(count * width),
      bias,
    });
    jobs.push(job);
  }
  engine.run('matmul', jobs);
  for (const at of own) engine.release(at);
}
