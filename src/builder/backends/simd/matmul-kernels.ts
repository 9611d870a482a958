/** tfjs' matrix products on the engine: `BatchMatMul`, with either factor transposed and batches broadcast. */
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../../errors.js';
import { sizeOf } from '../../../nd-array.js';
import { formatShape } from '../../shape.js';
import type { KernelAttributes, SimdBackend, SimdKernel } from './backend.js';
import type { Engine } from './engine.js';
import { inputNamed } from './lstm-kernels.js';

export const matmulKernels: readonly SimdKernel[] = [{ name: 'BatchMatMul', run: batchMatMul }];

const float = 4;

interface Factor {
  readonly rows: number;
  readonly columns: number;
  /** Whether it lies in memory as its transpose. */
  readonly transposed: boolean;
}

function factorOf(shape: readonly number[], transposed: boolean): Factor {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return transposed ? { rows: columns, columns: rows, transposed } : { rows, columns, transposed };
}

function batchMatMul(
  backend: SimdBackend,
  inputs: NamedTensorInfoMap,
  attributes: KernelAttributes,
): TensorInfo {
  const a = inputNamed(inputs, 'a');
  const b = inputNamed(inputs, 'b');
  const left = factorOf(a.shape, attributes?.transposeA === true);
  const right = factorOf(b.shape, attributes?.transposeB === true);
  if (left.columns !== right.rows) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `matMul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: ${left.columns} columns, ${right.rows} rows.`,
    );
  }
  const batchShape = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batches = sizeOf(batchShape);
  const sizes = { a: left.rows * left.columns, b: right.rows * right.columns, c: left.rows * right.columns };
  const numbersA = backend.numbers(a);
  const numbersB = backend.numbers(b);
  const result = new Float32Array(batches * sizes.c);
  for (let batch = 0; batch < batches; batch++) {
    const from = (numbers: Float32Array, size: number, shape: readonly number[]) => {
      const index = batchIndex(batch, batchShape, shape.slice(0, -2));
      return numbers.subarray(index * size, (index + 1) * size);
    };
    const product = multiply(
      backend.engine,
      { ...left, numbers: from(numbersA, sizes.a, a.shape) },
      { ...right, numbers: from(numbersB, sizes.b, b.shape) },
    );
    result.set(product, batch * sizes.c);
  }
  return backend.makeTensorInfo([...batchShape, left.rows, right.columns], 'float32', result);
}

/** The batch dimensions of a product, each 1 or the same in both factors. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) =>
    Math.max(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1),
  );
}

/** Where a factor's matrix for this batch of the product is. */
function batchIndex(batch: number, batchShape: readonly number[], shape: readonly number[]): number {
  let rest = batch;
  let index = 0;
  let stride = 1;
  for (let axis = 1; axis <= batchShape.length; axis++) {
    const size = batchShape.at(-axis) ?? 1;
    const own = shape.at(-axis) ?? 1;
    index += (own === 1 ? 0 : rest % size) * stride;
    stride *= own;
    rest = Math.floor(rest / size);
  }
  return index;
}

type Matrix = Factor & { readonly numbers: Float32Array };

/** Fewer multiplications than this are done on the calling thread alone. */
const worthThreads = 1_000_000;

/** One product: both factors are packed, A as padded rows, B as panels, and slices of the rows go to the threads. */
function multiply(engine: Engine, a: Matrix, b: Matrix): Float32Array {
  const { rows, columns: depth } = a;
  const { columns } = b;
  if (rows * depth * columns === 0) return new Float32Array(rows * columns);
  const padded = Math.ceil(depth / 4) * 4;
  const width = Math.ceil(columns / 8) * 8;
  const threads = rows * depth * columns < worthThreads ? 1 : Math.min(engine.threads, Math.ceil(rows / 6));
  const perSlice = Math.ceil(rows / threads);
  const slices = Array.from({ length: Math.ceil(rows / perSlice) }, (_, i) => i * perSlice);
  const own: number[] = [];
  const allocate = (floats: number) => {
    const at = engine.allocate(floats * float);
    own.push(at);
    return at;
  };
  const rawA = allocate(rows * depth);
  const rawB = allocate(depth * columns);
  const packedA = allocate(rows * padded);
  const panels = allocate(padded * width);
  const c = allocate(rows * columns);
  const jobs = slices.map((start) => {
    const job = allocate(7);
    const count = Math.min(perSlice, rows - start);
    const slice = c + start * columns * float;
    const workspace = width === columns ? slice : allocate(count * width);
    engine
      .integers(job, 7)
      .set([count, padded, columns, packedA + start * padded * float, panels, slice, workspace]);
    return job;
  });
  engine.floats(rawA, rows * depth).set(a.numbers);
  engine.floats(rawB, depth * columns).set(b.numbers);
  engine.kernels.packRows(rows, depth, padded, Number(a.transposed), rawA, packedA);
  engine.kernels.packMatrix(depth, padded, columns, Number(b.transposed), rawB, panels);
  engine.run('matmul', jobs);
  const product = engine.read(c, rows * columns);
  for (const at of own) engine.release(at);
  return product;
}
