import { describe, expect, it } from 'vitest';
import { dataset, gatherRows, type SampleArray, sliceDataset, splitDataset } from '../../src/data/dataset.js';
import { float32Array } from '../../src/nd-array.js';
import { failureOf } from './failure.js';

/** `[samples, 2]`: 0, 1; 2, 3; ... */
const pairs = (samples: number): SampleArray<'float32'> => ({
  dtype: 'float32',
  shape: [samples, 2],
  data: Float32Array.from({ length: samples * 2 }, (_, index) => index),
});
const classes = (...data: number[]): SampleArray<'int32'> => ({
  dtype: 'int32',
  shape: [data.length],
  data: Int32Array.from(data),
});
const four = dataset({ inputs: { x: pairs(4) }, targets: classes(10, 11, 12, 13) });

describe('dataset', () => {
  it('counts its samples by the first dimension', () => {
    expect(four.length).toBe(4);
  });

  it('refuses inputs with another number of samples and says both', () => {
    const error = failureOf(() =>
      dataset({ inputs: { x: pairs(4), y: pairs(3) }, targets: classes(1, 2, 3, 4) }),
    );
    expect(error.code).toBe('E_SHAPE_MISMATCH');
    expect(error.message).toContain("input 'y' has 3 samples");
  });

  it('refuses no inputs, no samples, arrays without dimensions and data that does not fill its shape', () => {
    expect(failureOf(() => dataset({ inputs: {}, targets: classes(1) })).code).toBe('E_INVALID_OPTION');
    expect(failureOf(() => dataset({ inputs: { x: pairs(0) }, targets: classes() })).code).toBe(
      'E_INVALID_OPTION',
    );
    const scalar: SampleArray = { dtype: 'float32', shape: [], data: Float32Array.of(1) };
    expect(failureOf(() => dataset({ inputs: { x: scalar }, targets: classes(1) })).code).toBe(
      'E_SHAPE_MISMATCH',
    );
    const short: SampleArray = { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1) };
    expect(failureOf(() => dataset({ inputs: { x: short }, targets: classes(1) })).code).toBe(
      'E_SHAPE_MISMATCH',
    );
  });

  it('refuses other element types from callers without types', () => {
    const wide = { dtype: 'float64', shape: [1], data: Float64Array.of(1) } as unknown as SampleArray;
    const error = failureOf(() => dataset({ inputs: { x: wide }, targets: classes(1) }));
    expect(error.code).toBe('E_DTYPE_MISMATCH');
    expect(error.message).toContain('float64');
  });

  it('refuses what is no array, from callers without types, and says what one is', () => {
    const lists = [[[1]], [1], 1, undefined, { shape: [1], data: [1] }] as unknown as SampleArray[];
    for (const list of lists) {
      const refusals = {
        "input 'x'": failureOf(() => dataset({ inputs: { x: list }, targets: classes(1) })),
        targets: failureOf(() => dataset({ inputs: { x: pairs(1) }, targets: list })),
      };
      for (const [name, { code, message }] of Object.entries(refusals)) {
        expect(code).toBe('E_INVALID_OPTION');
        expect(message).toMatch(new RegExp(`^${name} has no dtype, shape and data; .*float32Array\\(`));
      }
    }
  });

  it('refuses what it would leave unread', () => {
    const arrays = { inputs: { x: pairs(1) }, targets: classes(1), weights: pairs(1) };
    expect(failureOf(() => dataset(arrays)).message).toBe(
      "The data set has no option 'weights'. Its options are inputs, targets, length.",
    );
  });

  it('keeps an input called __proto__ as an input', () => {
    const inputs = JSON.parse('{"__proto__": 0}');
    Object.defineProperty(inputs, '__proto__', { value: pairs(1), enumerable: true });
    expect(Object.keys(dataset({ inputs, targets: classes(1) }).inputs)).toEqual(['__proto__']);
  });
});

describe('gatherRows', () => {
  it('copies rows in the order of the indices, repeated ones too', () => {
    const gathered = gatherRows(pairs(4), [3, 0, 3]);
    expect(gathered).toEqual({ dtype: 'float32', shape: [3, 2], data: Float32Array.of(6, 7, 0, 1, 6, 7) });
  });

  it('takes the part of the indices from start to before end', () => {
    const source = classes(10, 11, 12, 13);
    const gathered = gatherRows(source, Int32Array.of(3, 2, 1, 0), 1, 3);
    expect(gathered).toEqual({ dtype: 'int32', shape: [2], data: Int32Array.of(12, 11) });
    gathered.data.fill(0);
    expect(source.data).toEqual(Int32Array.of(10, 11, 12, 13));
  });

  it('refuses an index that is no row, and a range that is none', () => {
    for (const index of [4, -1, 0.5, Number.NaN]) {
      const error = failureOf(() => gatherRows(pairs(4), [0, index]));
      expect(error.code).toBe('E_INVALID_OPTION');
      expect(error.message).toContain(`indices[1] is ${index}`);
    }
    expect(failureOf(() => gatherRows(pairs(4), [0], 0, 2)).code).toBe('E_INVALID_OPTION');
    expect(failureOf(() => gatherRows(pairs(4), [0], 1, 1)).code).toBe('E_INVALID_OPTION');
  });
});

describe('sliceDataset', () => {
  it('takes samples of inputs and targets alike, without copying', () => {
    const part = sliceDataset(four, 1, 3);
    expect(part.length).toBe(2);
    expect(part.inputs.x).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(2, 3, 4, 5) });
    expect(part.targets.data).toEqual(Int32Array.of(11, 12));
    expect(part.inputs.x!.data.buffer).toBe(four.inputs.x!.data.buffer);
  });

  it('refuses a range outside the data set', () => {
    expect(failureOf(() => sliceDataset(four, 2, 5)).message).toContain('2 to 5');
    expect(failureOf(() => sliceDataset(four, -1)).code).toBe('E_INVALID_OPTION');
  });
});

describe('splitDataset', () => {
  it('gives the tail to validation, by fraction or by count', () => {
    for (const validation of [0.25, 1]) {
      const [train, rest] = splitDataset(four, validation);
      expect([...train.targets.data]).toEqual([10, 11, 12]);
      expect([...rest.targets.data]).toEqual([13]);
    }
  });

  it('gives the tail of the order to validation when there is one, inputs along with targets', () => {
    const [train, rest] = splitDataset(four, 2, [2, 0, 3, 1]);
    expect([...train.targets.data]).toEqual([12, 10]);
    expect([...rest.targets.data]).toEqual([13, 11]);
    expect([...rest.inputs.x!.data]).toEqual([6, 7, 2, 3]);
  });

  it('refuses splits that leave a side empty', () => {
    for (const validation of [0, 0.01, 4, 5, 1.5, -0.5, Number.NaN]) {
      expect(failureOf(() => splitDataset(four, validation)).code).toBe('E_INVALID_OPTION');
    }
  });

  it('refuses an order that does not name each sample once', () => {
    for (const order of [
      [0, 1, 2],
      [0, 1, 2, 2],
      [0, 1, 2, 4],
      [0, 1, 2, -1],
    ]) {
      expect(failureOf(() => splitDataset(four, 1, order)).message).toContain('each of 0 to 3 once');
    }
  });
});

describe('what is no array of its element type', () => {
  it.each([
    [
      { dtype: 'float32', shape: [1], data: Float64Array.of(1) },
      'E_DTYPE_MISMATCH',
      'its data is a Float64Array; expected a Float32Array',
    ],
    [{ dtype: 'int32', shape: [1], data: Float32Array.of(1) }, 'E_DTYPE_MISMATCH', 'expected a Int32Array'],
    [{ dtype: 'float32', shape: [1.5], data: Float32Array.of(1) }, 'E_SHAPE_MISMATCH', 'size 0 of the shape'],
    [{ dtype: 'float', shape: [1], data: Float32Array.of(1) }, 'E_DTYPE_MISMATCH', "got the text 'float'"],
  ] as const)('is refused: %j', (array, code, message) => {
    for (const arrays of [
      { inputs: { x: array }, targets: classes(1) },
      { inputs: { x: pairs(1) }, targets: array },
    ]) {
      const failure = failureOf(() => dataset(arrays as never));
      expect(failure.code).toBe(code);
      expect(failure.message).toContain(message);
    }
  });
});

describe('float32Array', () => {
  it.each([
    [['', 1], "element 0 got the text ''; expected a number"],
    [[1, 'abc'], "element 1 got the text 'abc'; expected a number"],
    [[1, null], 'element 1 got null; expected a number'],
    [[1, 1e39], 'element 1 got the number 1e+39; expected at most 3.4e38'],
    ['12', "got the text '12'; expected the numbers as an array or a typed array"],
  ])('refuses %j', (data, message) => {
    expect(failureOf(() => float32Array([2], data as never)).message).toContain(message);
  });

  it('takes numbers, and floats as they are', () => {
    const floats = Float32Array.of(1, Number.NaN);
    expect(float32Array([2], floats).data).toBe(floats);
    expect([...float32Array([1, 2], [0.5, -1]).data]).toEqual([0.5, -1]);
  });
});
