import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_RANK } from '../../src/data/array-bytes.js';
import { MAX_JSON_CHARACTERS, parseJsonArray } from '../../src/data/json.js';
import { LstmOnnxError } from '../../src/errors.js';
import { sizeOf } from '../../src/nd-array.js';
import { failureOf } from './failure.js';

describe('parseJsonArray', () => {
  it('reads nested lists row-major', () => {
    expect(parseJsonArray('[[[1], [2.5]], [[-3], [4e2]]]')).toEqual({
      dtype: 'float64',
      shape: [2, 2, 1],
      data: Float64Array.of(1, 2.5, -3, 400),
    });
    expect(parseJsonArray('[[], []]').shape).toEqual([2, 0]);
  });

  it('reads flat data with dims or shape, a scalar too', () => {
    expect(parseJsonArray('{"data": [1, 2, 3, 4], "dims": [2, 2], "type": "float32"}').shape).toEqual([2, 2]);
    expect(parseJsonArray('{"data": [1, 2], "shape": [1, 2]}').data).toEqual(Float64Array.of(1, 2));
    expect(parseJsonArray('{"a": {"data": ["]"]}, "d\\u0061ta": [5], "dims": [1]}').data).toEqual(
      Float64Array.of(5),
    );
    expect(parseJsonArray('{"data": [7], "dims": []}')).toMatchObject({
      shape: [],
      data: Float64Array.of(7),
    });
  });

  it.each([
    ['[[1, 2], [3]]', 'JSON [1] has 1 element; the first list at its depth has 2'],
    ['[[[1], [2]], [[3], [4, 5]]]', 'JSON [1][1] has 2 elements'],
    ['[1, [2]]', 'JSON [1] is a list of 1 element; expected a finite number'],
    ['[[1], 2]', 'JSON [1] is 2; expected a list of 1 element'],
    ['[[1, 2], [3, null]]', 'JSON [1][1] is null; expected a finite number'],
    ['[1, "2"]', 'JSON [1] is the text "2"'],
    ['[true]', 'JSON [0] is true'],
    ['[1e999]', 'JSON [0] is Infinity'],
    ['[{"a": 1}]', 'JSON [0] is an object'],
    ['5', 'The JSON holds 5'],
    ['"text"', 'The JSON holds the text "text"'],
    ['null', 'The JSON holds null'],
    ['{"values": [1]}', 'has the keys values'],
    ['[1, 2] 3', 'The array is not JSON'],
    ['[01]', 'The array is not JSON'],
    ['[1,]', 'The array is not JSON'],
    ['[[1], []]', 'JSON [1] has 0 elements'],
    ['[[], [[]]]', 'has'],
    ['{"in": {"data": [5]}, "data": [], "dims": [1]}', 'has 0 elements; dims [1] hold 1'],
    ['{"data": [1], "data": [1, 2], "dims": [1]}', 'has 2 elements; dims [1] hold 1'],
    ['{"data": [1, 2], "dims": [3]}', 'has 2 elements; dims [3] hold 3'],
    ['{"data": [[1, 2]], "dims": [1]}', 'data[0] is a list of 2 elements'],
    ['{"data": [null], "dims": [1]}', 'data[0] is null'],
    ['{"data": [1], "dims": ["1"]}', 'dims[0] is the text "1"'],
    ['{"data": [1], "dims": [-1]}', 'dimension -1'],
    ['{"data": [1], "dims": [0.5, 2]}', 'dimension 0.5'],
    ['[[1, 2], [3, 4, {"a": [4, 5]}]]', 'JSON [1] has 3 elements; the first list at its depth has 2'],
    ['[[1, 2], [3, {"a]": ["\\"]", 5]}]]', 'JSON [1][1] is an object'],
    ['[[1], ["a\\u0062"]]', 'JSON [1][0] is the text "ab"'],
    ['[1, "\\x"]', 'The array is not JSON: at position 4 stands'],
    ['[1, tru]', 'The array is not JSON: at position 4 stands "tru]"'],
    ['[1 2]', 'The array is not JSON: at position 3 stands "2]"'],
    ['[1, 2', 'The array is not JSON: the text ends at position 5, before the array does'],
    ['[[1, 2], [3', 'The array is not JSON: the text ends'],
    ['{"data": [1, null], "dims": [2]}', 'data[1] is null; expected a finite number'],
    ['{"data": [1, 2', 'The array is not JSON'],
    ['{"data": [1], "dims": [1]} 2', 'The array is not JSON'],
    ['{"data": [1], "dims": [1],}', 'The array is not JSON'],
    ['{"data": 1, "dims": [1]}', 'has the keys data, dims; expected'],
    ['', 'The array is not JSON'],
    ['[NaN]', 'The array is not JSON'],
  ])('refuses %s and says where', (text, place) => {
    const error = failureOf(() => parseJsonArray(text));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toContain(place);
  });

  it('takes nesting up to its limit and refuses any depth past it', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJsonArray(nested(MAX_RANK)).shape.length).toBe(MAX_RANK);
    for (const depth of [MAX_RANK + 1, 100_000]) {
      expect(failureOf(() => parseJsonArray(nested(depth))).message).toMatch(/more than 32 deep/);
      expect(failureOf(() => parseJsonArray(`[1, ${nested(depth)}]`)).message).toContain(
        'JSON [1] is a list of 1 element; expected a finite number',
      );
    }
  });

  it('refuses text past its limit before it parses it', () => {
    expect(failureOf(() => parseJsonArray(' '.repeat(MAX_JSON_CHARACTERS + 1))).message).toContain(
      `${MAX_JSON_CHARACTERS}`,
    );
  });

  it('reads keys like __proto__ as data and changes no prototype', () => {
    const error = failureOf(() =>
      parseJsonArray('{"__proto__": {"data": [1], "dims": [1]}, "constructor": 1}'),
    );
    expect(error.message).toContain('__proto__');
    expect(({} as Record<string, unknown>).dims).toBeUndefined();
  });

  it('reads what JSON.parse reads, and nothing else', () => {
    const list = (depth: number): fc.Arbitrary<unknown> =>
      depth === 0
        ? fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
        : fc
            .integer({ min: 0, max: 3 })
            .chain((length) => fc.array(list(depth - 1), { minLength: length, maxLength: length }));
    const spaced = fc
      .tuple(fc.integer({ min: 1, max: 3 }).chain(list), fc.constantFrom('', ' ', '\t', '\r\n'))
      .map(([value, space]) => JSON.stringify(value).replaceAll(/[[\],]/g, (c) => `${space}${c}${space}`));
    let read = 0;
    fc.assert(
      fc.property(spaced, (text) => {
        let expected: unknown[];
        try {
          expected = [parseJsonArray(text)].map(({ data }) => [...data])[0]!;
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError); // ragged
          return;
        }
        expect(expected).toEqual((JSON.parse(text) as unknown[]).flat(3));
        expect(parseJsonArray(`{"dims":[${expected.length}],"data":[${expected}]}`).data).toEqual(
          Float64Array.from(expected as number[]),
        );
      }),
      { numRuns: 1000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it('answers any JSON and damaged JSON with a typed error or an array of finite numbers', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom('[[1,2],[3,4]]', '{"data":[1,2],"dims":[2,1]}'),
        fc.nat(),
        fc.constantFrom(...'[]{},0-e".x'),
      )
      .map(([text, place, character]) => {
        const at = place % text.length;
        return text.slice(0, at) + character + text.slice(at + (place % 2));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => {
        try {
          const { shape, data } = parseJsonArray(text);
          expect(data.length).toBe(sizeOf(shape));
          expect(data.every(Number.isFinite)).toBe(true);
          JSON.parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
