import fc from 'fast-check';
import { Tensor as CommonTensor } from 'onnxruntime-common';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { concat } from '../../src/builder/ops/concat.js';
import { lstm as lstmOp } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { float16Bits } from '../../src/runtime/float16.js';
import { Model } from '../../src/runtime/node.js';
import type { Feed, FeedData, Float16Elements } from '../../src/runtime/values.js';
import { failure, float16Numbers, load, zeros } from './models.js';

let lstm: Model;
let dtypes: Model;
beforeAll(async () => {
  lstm = await load('lstm');
  dtypes = await load('dtypes', { providers: ['cpu'], finite: 'allow' });
});
afterAll(async () => {
  await lstm.release();
  await dtypes.release();
});

const good = { x: zeros(2, 4, 3), h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
const running = (feeds: object) => failure(() => lstm.run({ ...good, ...feeds } as never));

describe('feeds', () => {
  it('must hold every input: the missing one is named, with what was given and what there is', async () => {
    const message = await failure(() => lstm.run({ X: good.x, h0: good.h0, c0: good.c0 }));
    expect(message).toMatch(
      /^E_MISSING_NAME: Input 'x' float32 \[batch, time, 3\] is missing: .*'X', 'h0', 'c0'/,
    );
    expect(await failure(() => lstm.run({ ...good, c0: undefined } as never))).toMatch(
      /^E_MISSING_NAME: .*'c0'/,
    );
  });

  it('must hold nothing else', async () => {
    expect(await running({ y: good.x })).toMatch(
      /^E_UNKNOWN_NAME: There is no input 'y'. The inputs are 'x' float32/,
    );
  });

  it('must be an object of tensors', async () => {
    expect(await failure(() => lstm.run(null as never))).toMatch(/^E_INVALID_OPTION: .*null/);
    expect(await running({ x: [1, 2, 3] })).toMatch(/^E_SHAPE_MISMATCH: .*needs dims/);
    expect(await running({ x: 1 })).toMatch(/^E_INVALID_OPTION: Input 'x' .*not number/);
    expect(await running({ x: { dims: [2, 4, 3] } })).toMatch(/^E_DTYPE_MISMATCH: .*Float32Array/);
  });

  it.each([
    ['cpu', /^E_SHAPE_MISMATCH: Input 'x' got \[(0, 4|2, 0), 3\]: it is empty/],
    ['wasm', /^E_SHAPE_MISMATCH: Input 'x' got \[(0, 4|2, 0), 3\]: it is empty/],
    ['simd', /^E_RUN_FAILED: .*lstm: x is \[(0, 4|2, 0), 3\]; there is nothing to read/],
  ] as const)('must give an LSTM something to read on %s', async (provider, refusal) => {
    await using model = await load('lstm', { providers: [provider] });
    const run = (batch: number, time: number) => {
      const states = { h0: zeros(1, batch, 5), c0: zeros(1, batch, 5) };
      return failure(() => model.run({ x: zeros(batch, time, 3), ...states }));
    };
    // onnxruntime-node ends the process for the first.
    expect(await run(0, 4)).toMatch(refusal);
    expect(await run(2, 0)).toMatch(refusal);
    expect(await failure(() => model.stream().run({ x: zeros(0, 4, 3) }))).toMatch(refusal);
    expect(await run(1, 1)).toBe('no error');
  });

  it('must give an LSTM something to read where features are joined first', async () => {
    const inputs = { a: float32('batch', 'time', 2), b: float32('batch', 'time', 3) };
    const network = defineNetwork(inputs, ({ a, b }) => ({
      y: lstmOp('lstm', concat([a, b]), { hiddenSize: 4 }).output,
    }));
    await using model = await Model.load(exportOnnx(network, initParameters(network, 1)));
    const nothing = failure(() => model.run({ a: zeros(0, 3, 2), b: zeros(0, 3, 3) }));
    expect(await nothing).toMatch(/^E_SHAPE_MISMATCH: Input 'a' got \[0, 3, 2\]: it is empty/);
  });

  it('must have the rank, the fixed sizes and the element type of the input', async () => {
    expect(await running({ x: zeros(4, 3) })).toMatch(
      /^E_SHAPE_MISMATCH: Input 'x' got \[4, 3\]; .*another rank/,
    );
    expect(await running({ x: zeros(2, 4, 2) })).toMatch(
      /^E_SHAPE_MISMATCH: .*\[batch, time, 3\] \(axis 2 is fixed/,
    );
    const doubles = { data: new Float64Array(24), dims: [2, 4, 3] };
    expect(await running({ x: doubles })).toMatch(
      /^E_DTYPE_MISMATCH: .*float32: .*Float32Array.*not a Float64Array/,
    );
    const tensor = new ort.Tensor('float64', new Float64Array(24), [2, 4, 3]);
    expect(await running({ x: tensor })).toMatch(/^E_DTYPE_MISMATCH: Input 'x' got a float64 tensor/);
  });

  it("may be the library's own arrays, and results as JSON", async () => {
    const array = { dtype: 'float32', shape: [2, 4, 3], data: new Float32Array(24).fill(0.5) } as const;
    const { dtype: _, ...untyped } = array;
    const { output } = await lstm.run({ ...good, x: { data: array.data, dims: array.shape } });
    for (const x of [
      array,
      untyped,
      JSON.parse(JSON.stringify({ ...array, data: Array.from(array.data) })),
    ]) {
      expect((await lstm.run({ ...good, x })).output!.data).toEqual(output!.data);
    }
    const results = JSON.parse(JSON.stringify(await lstm.run({ ...good, x: array })));
    expect(results.output).toEqual({
      dtype: 'float32',
      shape: [2, 4, 5],
      data: Array.from(output!.data as Float32Array),
    });
    expect(await running({ h0: results.hn, c0: results.cn })).toBe('no error');
    expect(await running({ x: { ...array, dtype: 'float64' } })).toMatch(
      /^E_DTYPE_MISMATCH: Input 'x' got a float64 tensor/,
    );
    expect(await running({ x: { ...array, shape: [4, 2, 3, 1] } })).toMatch(
      /^E_SHAPE_MISMATCH: .*another rank/,
    );
    expect(await running({ x: { ...array, shape: undefined } })).toMatch(
      /^E_SHAPE_MISMATCH: .*needs dims \(or shape\)/,
    );
  });

  it('must agree on the size of a symbolic dimension', async () => {
    expect(await running({ c0: zeros(1, 3, 5) })).toMatch(
      /^E_SHAPE_MISMATCH: Input 'c0' got \[1, 3, 5\].*'batch' is 2 in the feeds before it and 3 here/,
    );
  });

  it('must have as many elements as the dims say, and dims that are sizes', async () => {
    expect(await running({ x: { data: new Float32Array(23), dims: [2, 4, 3] } })).toMatch(
      /^E_SHAPE_MISMATCH: .*23.*24/,
    );
    for (const size of [-1, 1.5, Number.NaN, '4', null, 2 ** 60]) {
      expect(await running({ x: { data: new Float32Array(24), dims: [2, size, 3] } })).toMatch(
        /^E_SHAPE_MISMATCH: /,
      );
    }
  });

  it('must not have been disposed of or emptied behind the tensor', async () => {
    const disposed = new ort.Tensor('float32', new Float32Array(24), [2, 4, 3]);
    disposed.dispose();
    expect(await running({ x: disposed })).toMatch(/^E_INVALID_OPTION: .*disposed/);
    const data = new Float32Array(24);
    const emptied = new ort.Tensor('float32', data, [2, 4, 3]);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect(await running({ x: emptied })).toMatch(/^E_SHAPE_MISMATCH: .*0 elements.*24/);
  });

  it('that are refused leave the model as it was', async () => {
    await running({ x: 1 });
    expect((await lstm.run(good)).output!.dims).toEqual([2, 4, 5]);
  });
});

describe('elements', () => {
  const names = ['ids', 'half', 'mask', 'bytes', 'small', 'count', 'double', 'words'];
  /** Feeds of so many zeros for every input. */
  const blanks = (n: number) =>
    Object.fromEntries(
      names.map((name) => [name, { data: new Array(n).fill(name === 'words' ? '' : 0), dims: [n] }]),
    );
  const through = async (input: string, data: FeedData) => {
    const n = data.length;
    const results = await dtypes.run({ ...blanks(n), [input]: { data, dims: [n] } }, [`${input}_same`]);
    return Array.from(results[`${input}_same`]!.data as ArrayLike<unknown>);
  };
  const refused = (input: string, value: unknown) => failure(() => through(input, [value] as never));

  it('are converted from plain numbers to the type of the input', async () => {
    expect(await through('ids', [1, -2, Number.MAX_SAFE_INTEGER])).toEqual([1n, -2n, 9007199254740991n]);
    expect(await through('ids', [2n ** 63n - 1n, -(2n ** 63n)])).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
    expect(await through('mask', [true, false, 1, 0] as never)).toEqual([1, 0, 1, 0]);
    expect(await through('bytes', [0, 255])).toEqual([0, 255]);
    expect(await through('small', [-128, 127])).toEqual([-128, 127]);
    expect(await through('count', [-(2 ** 31), 2 ** 31 - 1])).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    expect(await through('double', [0.1, Number.NaN])).toEqual([0.1, Number.NaN]);
    expect(await through('words', ['héllo', ''])).toEqual(['héllo', '']);
  });

  it('pass through as the typed array of the type', async () => {
    expect(await through('ids', BigInt64Array.of(5n))).toEqual([5n]);
    expect(await through('mask', Uint8Array.of(1, 0))).toEqual([1, 0]);
    expect(await through('bytes', Uint8ClampedArray.of(300, 7))).toEqual([255, 7]);
  });

  describe.each(['cpu', 'wasm'] as const)('of float16 on %s', (provider) => {
    let model: Model;
    beforeAll(async () => {
      model = await load('dtypes', { providers: [provider] });
      return () => model.release();
    });
    /** The model gives it twice. */
    const doubled = async (half: Feed) => {
      const { half_same: result } = await model.run({ ...blanks(3), half }, ['half_same']);
      // What onnxruntime has for it in this engine.
      expect(result!.data.constructor.name).toBe(
        'Float16Array' in globalThis ? 'Float16Array' : 'Uint16Array',
      );
      expect(result!.dims).toEqual([3]);
      return result!;
    };
    const numbers = async (half: Feed) => float16Numbers(await doubled(half));
    // 1, 2.5 and 2^-24
    const bits = () => Uint16Array.of(0x3c00, 0x4100, 0x0001);
    const twice = [2, 5, 2 ** -23];

    it('are taken as plain numbers', async () => {
      expect(await numbers({ data: [1, 2.5, 2 ** -24], dims: [3] })).toEqual(twice);
    });

    it('are taken as their bits, also in the middle of a buffer', async () => {
      expect(await numbers({ data: bits(), dims: [3] })).toEqual(twice);
      expect(await numbers({ data: Uint16Array.of(7, ...bits(), 7).subarray(1, 4), dims: [3] })).toEqual(
        twice,
      );
    });

    it('are taken as a Tensor of any of the packages', async () => {
      for (const Tensor of [ort.Tensor, CommonTensor]) {
        expect(await numbers(new Tensor('float16', bits(), [3]))).toEqual(twice);
      }
    });

    it.runIf('Float16Array' in globalThis)('are taken as a Float16Array of the engine', async () => {
      const { Float16Array } = globalThis as unknown as {
        Float16Array: new (buffer: ArrayBuffer) => Float16Elements;
      };
      expect(await numbers({ data: new Float16Array(bits().buffer), dims: [3] })).toEqual(twice);
    });

    it('are taken back as they were given', async () => {
      expect(await numbers(await doubled({ data: bits(), dims: [3] }))).toEqual([4, 10, 2 ** -22]);
    });
  });

  it('are refused where the type cannot hold them', async () => {
    const cases: [string, unknown[]][] = [
      ['ids', [0.5, 2 ** 53, 2n ** 63n, Number.NaN, '1', null]],
      ['half', [65520, 1e9, '1', 1n]],
      ['mask', [2, -1, 'true']],
      ['bytes', [256, -1, 0.5]],
      ['small', [128, -129]],
      ['count', [2 ** 31, Number.POSITIVE_INFINITY, 1n]],
      ['double', ['0', undefined, 1n]],
      ['words', [1, null]],
    ];
    for (const [input, values] of cases) {
      for (const value of values) {
        expect(await refused(input, value), `${input} ${String(value)}`).toMatch(
          new RegExp(`^E_DTYPE_MISMATCH: Input '${input}' .*element 0`),
        );
      }
    }
    expect(await failure(() => through('mask', Uint8Array.of(1, 7)))).toMatch(
      /^E_DTYPE_MISMATCH: .*0 or 1.*element 1/,
    );
    expect(
      await failure(() => lstm.run({ ...good, h0: { data: new Array(10).fill(1e39), dims: [1, 2, 5] } })),
    ).toMatch(/^E_DTYPE_MISMATCH: .*float32/);
  });

  it('of float16 are the nearest there are, as widening every one of them back shows', () => {
    const widen = (bits: number) => {
      const [sign, exponent, mantissa] = [bits >> 15, (bits >> 10) & 31, bits & 1023];
      return (
        (sign ? -1 : 1) * (exponent ? 2 ** (exponent - 15) * (1 + mantissa / 1024) : mantissa * 2 ** -24)
      );
    };
    for (let bits = 0; bits < 0x7c00; bits += 1) {
      expect(float16Bits(widen(bits))).toBe(bits);
      expect(float16Bits(-widen(bits))).toBe(bits | 0x8000);
    }
    expect(float16Bits(Number.NEGATIVE_INFINITY)).toBe(0xfc00);
    expect(float16Bits(Number.NaN)).toBe(0x7e00);
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = float16Bits(value)!;
        const error = Math.abs(widen(bits) - value);
        const magnitude = bits & 0x7fff;
        for (const neighbour of [magnitude - 1, magnitude + 1]) {
          if (neighbour < 0 || neighbour > 0x7bff) continue;
          const other = Math.abs(widen(neighbour) - Math.abs(value));
          expect(error < other || (error === other && bits % 2 === 0)).toBe(true);
        }
      }),
    );
  });
});
