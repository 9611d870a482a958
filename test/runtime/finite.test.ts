import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../matcher.js';
import { defineNetwork } from '../../src/builder/network.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { failure, load, zeros } from './models.js';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** `[2, 4, 3]` of zeros with one number at `[1, 2, 0]`. */
function withOne(value: number) {
  const x = zeros(2, 4, 3);
  x.data[18] = value;
  return x;
}

describe.each(['cpu', 'wasm', 'simd'] as const)('numbers that are not finite, on %s', (provider) => {
  let model: Model;
  let allowing: Model;
  beforeAll(async () => {
    model = await load('lstm', { providers: [provider] });
    allowing = await load('lstm', { providers: [provider], finite: 'allow' });
  });
  afterAll(() => Promise.all([model.release(), allowing.release()]));
  const states = () => ({ h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) });

  it.each([nan, infinity, -infinity])('are refused in a feed: %s', async (value) => {
    const refusal = await failure(() => model.run({ x: withOne(value), ...states() }));
    expect(refusal).toMatch(
      /^E_NOT_FINITE: Input 'x' has (NaN|-?Infinity) at \[1, 2, 0\], .*finite: 'allow'/,
    );
    expect(refusal).toContain(`${value} at`);
    const plain = { data: Array.from(withOne(value).data), dims: [2, 4, 3] };
    expect(await failure(() => model.run({ x: plain, ...states() }))).toBe(refusal);
  });

  it('are refused in a state, fed or to start from', async () => {
    const c0 = { data: [0, 0, 0, 0, 0, 0, nan, 0, 0, 0], dims: [1, 2, 5] };
    expect(await failure(() => model.run({ x: zeros(2, 4, 3), ...states(), c0 }))).toMatch(
      /^E_NOT_FINITE: Input 'c0' has NaN at \[0, 1, 1\]/,
    );
    expect(await failure(() => model.stream({ initial: { c0 } }))).toMatch(/^E_NOT_FINITE: Input 'c0'/);
  });

  it('leave a stream with the state that it had when they are fed', async () => {
    const stream = model.stream();
    await stream.run({ x: withOne(1) });
    const before = Array.from(stream.state.c0!.data as Float32Array);
    expect(await failure(() => stream.run({ x: withOne(nan) }))).toMatch(/^E_NOT_FINITE: Input 'x'/);
    expect(stream.state.c0).toBeCloseToArray(before);
    expect((await stream.run({ x: withOne(1) })).output!.data).not.toContain(nan);
  });

  it('pass where they are allowed', async () => {
    expect(await failure(() => allowing.run({ x: withOne(nan), ...states() }))).toBe('no error');
    const stream = allowing.stream({
      initial: { c0: { data: new Array(10).fill(infinity), dims: [1, 2, 5] } },
    });
    expect(await failure(() => stream.run({ x: zeros(2, 1, 3) }))).toBe('no error');
  });

  it('are said where a state comes out with them, and the stream keeps the state before', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
      y: lstm('lstm', x, {
        hiddenSize: 1,
        activations: { gates: { name: 'sigmoid' }, cell: { name: 'relu' }, hidden: { name: 'tanh' } },
      }).output,
    }));
    // Nothing is forgotten, and each step adds 0.5 times 1e38 times x to the cell.
    const parameters = initParameters(network, 1);
    for (const { data } of parameters.values()) data.fill(0);
    parameters.get('lstm.weight_ih_l0')!.data[4] = 1e38;
    parameters.get('lstm.bias_ih_l0')!.data[1] = 40;
    const bytes = exportOnnx(network, parameters, { states: true });
    await using growing = await Model.load(bytes, { providers: [provider] });
    const stream = growing.stream();
    const step = (value: number) => stream.run({ x: { data: [value, 0], dims: [1, 1, 2] } });
    await step(3);
    const before = JSON.stringify(stream.state);
    const refusal = await failure(async () => {
      for (let i = 0; i < 20; i += 1) await step(3);
    });
    expect(refusal).toMatch(/^E_NOT_FINITE: The state 'c0' came out with (Infinity|NaN) at \[0, 0, 0\]/);
    const kept = stream.state.c0!.data[0] as number;
    expect(Number.isFinite(kept)).toBe(true);
    expect(kept).toBeGreaterThanOrEqual(JSON.parse(before).c0.data[0]);
    expect(await failure(() => step(0))).toBe('no error');
  });
});

describe('numbers that are not finite', () => {
  it('are found in float16 and float64, and looked for in floats alone', async () => {
    await using model = await load('dtypes');
    const names = ['ids', 'half', 'mask', 'bytes', 'small', 'count', 'double', 'words'];
    const run = (feeds: object) => {
      const blank = Object.fromEntries(
        names.map((name) => [
          name,
          { data: [name === 'words' ? '' : 0, name === 'words' ? '' : 0], dims: [2] },
        ]),
      );
      return failure(() => model.run({ ...blank, ...feeds } as never));
    };
    for (const bits of [0x7c00, 0xfc00, 0x7e00, 0xfdff]) {
      expect(await run({ half: { data: Uint16Array.of(0, bits), dims: [2] } })).toMatch(
        /^E_NOT_FINITE: Input 'half' has (NaN|-?Infinity) at \[1\]/,
      );
    }
    expect(await run({ double: { data: [1, nan], dims: [2] } })).toMatch(/^E_NOT_FINITE: Input 'double'/);
    const largest = Uint16Array.of(0x7bff, 0xfbff);
    expect(await run({ half: { data: largest, dims: [2] }, words: { data: ['NaN', ''], dims: [2] } })).toBe(
      'no error',
    );
  });
});
