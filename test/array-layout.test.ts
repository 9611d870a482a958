import { describe, expect, it } from 'vitest';
import {
  copyJoined,
  copyPermuted,
  copyStrided,
  forEachElement,
  joinedShape,
  stridesOf,
  transposed,
} from '../src/array-layout.js';
import { sizeOf } from '../src/nd-array.js';
import { failureOf } from './data/failure.js';

const upTo = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
const copied = (shape: number[], strides: number[], offset: number, from = upTo(200)) => [
  ...copyStrided(from, { shape, strides, offset }, new Float32Array(sizeOf(shape))),
];

describe('strided arrays', () => {
  it('have the strides of row-major order where nothing else is said', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
  });

  it.each<[string, number[], number[], number, number[]]>([
    ['a scalar', [], [], 7, [7]],
    ['every second entry', [3], [2], 1, [1, 3, 5]],
    ['entries backwards', [3], [-1], 4, [4, 3, 2]],
    ['one entry repeated', [2, 2], [0, 1], 3, [3, 4, 3, 4]],
    ['a block of a matrix of ten columns', [2, 3], [10, 1], 12, [12, 13, 14, 22, 23, 24]],
    ['three axes, the first fastest', [2, 2, 2], [1, 2, 4], 0, [0, 4, 2, 6, 1, 5, 3, 7]],
    ['nothing', [2, 0, 3], [0, 3, 1], 0, []],
    ['no rows', [0, 3], [3, 1], 0, []],
  ])('are copied in row-major order: %s', (_, shape, strides, offset, expected) => {
    expect(copied(shape, strides, offset)).toEqual(expected);
  });

  it.each([31, 32, 33])('are copied alike in rows of %i, short and long', (length) => {
    const expected = [0, 1].flatMap((row) => Array.from({ length }, (_, i) => 5 + row * 90 + i));
    expect(copied([2, length], [90, 1], 5)).toEqual(expected);
  });

  it('are visited with their position and their place', () => {
    const seen: number[][] = [];
    forEachElement({ shape: [2, 2], strides: [1, 5], offset: 3 }, (...at) => seen.push(at));
    expect(seen).toEqual([
      [0, 3],
      [1, 8],
      [2, 4],
      [3, 9],
    ]);
  });
});

describe('row-major arrays', () => {
  it('are permuted', () => {
    const shape = [2, 3, 4];
    const to = copyPermuted(upTo(24), shape, [2, 0, 1], new Float32Array(24));
    for (const [position, value] of to.entries()) {
      const [k, i, j] = [Math.floor(position / 6), Math.floor(position / 3) % 2, position % 3];
      expect(value).toBe((i * 3 + j) * 4 + k);
    }
  });

  it('are transposed', () => {
    expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('are not permuted by an axis that they do not have', () => {
    expect(failureOf(() => copyPermuted(upTo(6), [2, 3], [0, 2], new Float32Array(6))).code).toBe(
      'E_INTERNAL',
    );
  });

  it.each<[number, number[]]>([
    [0, [1, 2, 3, 4, 5, 6]],
    [1, [1, 2, 5, 3, 4, 6]],
  ])('are joined along axis %i', (axis, expected) => {
    const parts =
      axis === 0
        ? [
            { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
            { shape: [1, 2], data: Int32Array.of(5, 6) },
          ]
        : [
            { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
            { shape: [2, 1], data: Int32Array.of(5, 6) },
          ];
    const shape = joinedShape(
      parts.map((part) => part.shape),
      axis,
    );
    expect(shape).toEqual(axis === 0 ? [3, 2] : [2, 3]);
    expect([...copyJoined(parts, axis, new Int32Array(6))]).toEqual(expected);
  });
});
