/** Two tensors added, subtracted, multiplied or divided, stretched over each other where one has 1. */
import { copyStrided, stridesOf } from '../../array-layout.js';
import { broadcast } from '../../builder/broadcast.js';
import type { ArithmeticName } from '../../builder/ops/arithmetic.js';
import { formatShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, sizeOf } from '../../nd-array.js';
import type { Prepare } from './operator.js';
import type { RunTensor } from './run-tensor.js';

type Numbers = RunTensor['data'];

/** The shape of the result. @throws E_SHAPE_MISMATCH for sizes of the data that do not fit together */
function resultShape(what: string, a: readonly number[], b: readonly number[]): readonly number[] {
  const shape = broadcast(a, b);
  if (shape) return shape;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what}: ${formatShape(a)} and ${formatShape(b)} do not fit together.`,
  );
}

/**
 * The numbers of x, which repeated one after the other are those of x stretched to a shape: its own numbers where they are
 * that already, as those of a vector over the last axis.
 */
function repeatable({ shape, data }: RunTensor, target: readonly number[]): Numbers {
  const start = shape.findIndex((size) => size !== 1);
  const own = start === -1 ? [] : shape.slice(start);
  if (own.every((size, i) => size === target[target.length - own.length + i])) return data;
  const absent = target.length - shape.length;
  const strides = stridesOf(shape);
  const stretched = target.map((_, i) =>
    i < absent || shape[i - absent] === 1 ? 0 : dim(strides, i - absent),
  );
  const layout = { shape: target, strides: stretched, offset: 0 };
  return copyStrided(data, layout, new Float32Array(sizeOf(target)));
}

function arithmetic(what: string, compute: (a: number, b: number) => number): Prepare<ArithmeticName> {
  return () =>
    ({ a, b }) => {
      const shape = resultShape(what, a.shape, b.shape);
      const result = new Float32Array(sizeOf(shape));
      const [left, right] = [repeatable(a, shape), repeatable(b, shape)];
      let [i, j] = [0, 0];
      for (let to = 0; to < result.length; to++) {
        result[to] = compute(left[i] ?? 0, right[j] ?? 0);
        i = i + 1 === left.length ? 0 : i + 1;
        j = j + 1 === right.length ? 0 : j + 1;
      }
      return { output: { dtype: 'float32', shape, data: result } };
    };
}

export const add = arithmetic('add', (a, b) => a + b);
export const sub = arithmetic('sub', (a, b) => a - b);
export const mul = arithmetic('mul', (a, b) => a * b);
export const div = arithmetic('div', (a, b) => a / b);
