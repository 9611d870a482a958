/** Two tensors added, subtracted, multiplied or divided, stretched over each other where one has 1. */
import { copyStrided, stridesOf } from '../../array-layout.js';
import { type ArithmeticName, broadcastShape } from '../../builder/ops/arithmetic.js';
import { dim, sizeOf } from '../../nd-array.js';
import type { Prepare } from './operator.js';
import type { RunTensor } from './run-tensor.js';

type Numbers = RunTensor['data'];

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
  const length = sizeOf(target);
  return data instanceof Int32Array
    ? copyStrided(data, layout, new Int32Array(length))
    : copyStrided(data, layout, new Float32Array(length));
}

/** Calls `visit` for each entry of a shape with those of a and b stretched to it. */
export function eachPair(
  a: RunTensor,
  b: RunTensor,
  shape: readonly number[],
  visit: (a: number, b: number, to: number) => void,
): void {
  const count = sizeOf(shape);
  const [left, right] = [repeatable(a, shape), repeatable(b, shape)];
  let [i, j] = [0, 0];
  for (let to = 0; to < count; to++) {
    visit(left[i] ?? 0, right[j] ?? 0, to);
    i = i + 1 === left.length ? 0 : i + 1;
    j = j + 1 === right.length ? 0 : j + 1;
  }
}

function arithmetic(what: string, compute: (a: number, b: number) => number): Prepare<ArithmeticName> {
  return () =>
    ({ a, b }) => {
      const shape = broadcastShape(a.shape, b.shape, what);
      const result = new Float32Array(sizeOf(shape));
      eachPair(a, b, shape, (left, right, to) => {
        result[to] = compute(left, right);
      });
      return { output: { dtype: 'float32', shape, data: result } };
    };
}

export const add = arithmetic('add', (a, b) => a + b);
export const sub = arithmetic('sub', (a, b) => a - b);
export const mul = arithmetic('mul', (a, b) => a * b);
export const div = arithmetic('div', (a, b) => a / b);
