/** A long text as streams side by side. */
import { describe, expect, it } from 'vitest';
import { type TextStreamOptions, textStream } from '../../../src/data/text/text-stream.js';
import { failureOf } from '../failure.js';

const int32 = (shape: number[], ...data: number[]) => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(data),
});

describe('textStream', () => {
  const ids = Int32Array.from({ length: 13 }, (_, i) => 10 + i);

  it('gives the next piece of each stream, the tokens one step later as targets, and a shorter piece at the end', () => {
    const stream = textStream(ids, { batchSize: 2, steps: 3 });
    expect(stream).toMatchObject({ length: 4, streams: 2 });
    // The streams are 10 to 15 and 16 to 21; 22 fills none.
    expect(stream.batch(Int32Array.of(0, 1))).toEqual({
      inputs: { tokens: int32([2, 3], 10, 11, 12, 16, 17, 18) },
      targets: int32([2, 3], 11, 12, 13, 17, 18, 19),
    });
    expect(stream.batch(Int32Array.of(2, 3))).toEqual({
      inputs: { tokens: int32([2, 2], 13, 14, 19, 20) },
      targets: int32([2, 2], 14, 15, 20, 21),
    });
  });

  it('has no shorter piece where the pieces fill a stream', () => {
    const stream = textStream([1, 2, 3, 4, 5], { batchSize: 1, steps: 2, input: 'words' });
    expect(stream.length).toBe(2);
    expect(stream.batch(Int32Array.of(1))).toEqual({
      inputs: { words: int32([1, 2], 3, 4) },
      targets: int32([1, 2], 4, 5),
    });
  });

  it('keeps its tokens where the caller changes the list', () => {
    const list = [1, 2, 3];
    const stream = textStream(list, { batchSize: 1, steps: 2 });
    list.fill(0);
    expect(stream.batch(Int32Array.of(0))).toMatchObject({ targets: int32([1, 2], 2, 3) });
  });

  it('refuses pieces of different lengths in one batch', () => {
    const stream = textStream(ids, { batchSize: 2, steps: 3 });
    expect(failureOf(() => stream.batch(Int32Array.of(0, 2)))).toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message: expect.stringContaining('pieces of 3 and 2 tokens'),
    });
    for (const index of [4, -1]) {
      expect(failureOf(() => stream.batch(Int32Array.of(index)))).toMatchObject({
        code: 'E_INVALID_OPTION',
        message: `textStream: sample ${index} was asked for; there are the samples 0 to 3.`,
      });
    }
  });

  it.each<[unknown, unknown, string]>([
    [ids, { batchSize: 7, steps: 3 }, 'has 13 tokens for 7 streams'],
    [[], { batchSize: 1, steps: 3 }, 'has 0 tokens for 1 stream;'],
    [ids, { batchSize: 0, steps: 3 }, 'batchSize'],
    [ids, { batchSize: 2, steps: 1.5 }, 'steps'],
    [ids, { batchSize: 2, bptt: 3 }, 'use steps'],
    [ids, undefined, '{ batchSize, steps }'],
    [ids, { batchSize: 2, steps: 3, input: 3 }, 'the name of an input'],
    [[1, 2.5, 3], { batchSize: 1, steps: 1 }, 'the ids of tokens'],
    [[1, -1, 3], { batchSize: 1, steps: 1 }, 'the ids of tokens'],
    ['abc', { batchSize: 1, steps: 1 }, 'the ids of tokens'],
  ])('refuses %o with %o', (given, options, message) => {
    const error = failureOf(() => textStream(given as number[], options as TextStreamOptions));
    expect(error).toMatchObject({ code: 'E_INVALID_OPTION', message: expect.stringContaining(message) });
  });
});
