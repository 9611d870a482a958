/** Streams that go on with other rows of their batch. */
import { describe, expect, it } from 'vitest';
import { Model } from '../../src/runtime/node.js';
import { tokenModel } from '../generate/token-model.js';
import { failure, float16Numbers, load } from './models.js';
import '../matcher.js';

const tokens = (...rows: number[]) => ({ tokens: { data: rows, dims: [rows.length, 1] } });

describe('a stream reordered', () => {
  it.each(['cpu', 'wasm', 'simd'] as const)(
    'goes on with the states of other rows on %s',
    async (provider) => {
      await using model = await Model.load(tokenModel('lstm', 7, 1), { providers: [provider] });
      const stream = model.stream();
      await stream.run(tokens(1, 2, 3));
      // The order of the calls counts, not when they are done.
      const reordered = stream.reorder([2, 0, 0, 2]);
      const { logits } = await stream.run(tokens(4, 4, 5, 5));
      await reordered;
      for (const [row, [before, after]] of [
        [3, 4],
        [1, 4],
        [1, 5],
        [3, 5],
      ].entries()) {
        const alone = model.stream();
        await alone.run(tokens(before!));
        const own = await alone.run(tokens(after!));
        expect((logits!.data as Float32Array).subarray(row * 7, (row + 1) * 7)).toBeCloseToArray(
          own.logits!.data as Float32Array,
          { atol: 1e-5 },
        );
      }
    },
  );

  it('copies int64 and float16 states as they are', async () => {
    await using model = await load('counters');
    const stream = model.stream();
    await stream.run({ x: { data: [1, 2, 3, 0.5], dims: [2, 2] } });
    await stream.reorder([1, 1, 0]);
    expect(stream.state.a!.data).toEqual(BigInt64Array.of(3n, 3n, 3n));
    expect(float16Numbers(stream.state.p!)).toEqual([3.5, 3.5, 3]);
  });

  it('takes the only open dimension of a state for the batch, which may change', async () => {
    await using model = await load('lstm-unnamed');
    const x = (rows: number[]) => ({
      x: { data: rows.flatMap((row) => [row, 1, 2]), dims: [rows.length, 1, 3] },
    });
    const [stream, alone] = [model.stream(), model.stream()];
    await stream.run(x([1, 2]));
    await stream.reorder([1]);
    await alone.run(x([2]));
    const [one, other] = [await stream.run(x([3])), await alone.run(x([3]))];
    expect(one.output).toBeCloseToArray(other.output!.data as Float32Array, { atol: 1e-6 });
  });

  it.each<[string, unknown, RegExp]>([
    ['no rows', [], /^E_INVALID_OPTION: reorder got an empty array; expected a list of rows/],
    ['no whole number', [0.5], /^E_INVALID_OPTION/],
    ['what is no list', 'rows', /^E_INVALID_OPTION/],
    [
      'a row beyond the batch',
      [0, 2],
      /^E_INVALID_OPTION: reorder: there is no row 2 in the state '\w+'.* whose batch is 2/,
    ],
  ])('refuses %s, and stays as it was', async (_, rows, message) => {
    await using model = await Model.load(tokenModel('lstm', 7, 1), { providers: ['simd'] });
    const stream = model.stream();
    await stream.run(tokens(1, 2));
    const { state } = stream;
    expect(await failure(() => stream.reorder(rows as number[]))).toMatch(message);
    expect(stream.state).toBe(state);
  });
});
