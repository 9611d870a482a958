/** Products of matrices on the engine. */
import { multiplyBatches } from '../../builder/backends/simd/batched-matmul.js';
import { broadcast } from '../../builder/broadcast.js';
import { factorsOf } from '../../builder/ops/matmul.js';
import { formatShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { sizeOf } from '../../nd-array.js';
import type { Prepare } from './operator.js';
import { floatsAt } from './run-tensor.js';

export const matmul: Prepare<'matmul'> = () => (inputs, run) => {
  const { a, b } = inputs;
  const { leadA, leadB, rows, columns, depths } = factorsOf(a.shape, b.shape);
  const [depth = 0, other] = depths;
  const lead = broadcast(leadA, leadB);
  if (!lead || depth !== other) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit together.`,
    );
  }
  const { engine, arena } = run;
  const [n = 1, m = 1] = [rows[0], columns[0]];
  // One matrix for all: their rows are those of one product.
  const isShared = sizeOf(leadB) === 1;
  const left = {
    rows: isShared ? n * sizeOf(lead) : n,
    columns: depth,
    lead: isShared ? [] : leadA,
    transposed: false,
    at: arena.place(a),
  };
  const right = {
    rows: depth,
    columns: m,
    lead: isShared ? [] : leadB,
    transposed: false,
    at: arena.place(b),
  };
  const result = arena.allocate(sizeOf(lead) * n * m);
  multiplyBatches(engine, left, right, isShared ? [] : lead, 0, result);
  return { output: floatsAt(engine, result, [...lead, ...rows, ...columns]) };
};
