import { beforeAll, describe, expect, it } from 'vitest';
import '../matcher.js';
import { defineNetwork } from '../../src/builder/network.js';
import { lstm as lstmOp } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import type { StatePairs } from '../../src/runtime/state-pairs.js';
import { GIVEN_STATES_KEY, STATES_METADATA_KEY } from '../../src/runtime/state-pairs.js';
import type { Stream } from '../../src/runtime/stream.js';
import type { Feeds } from '../../src/runtime/values.js';
import { expected, failure, float16Numbers, load, zeros } from './models.js';

const { lstm, vad } = expected;
/** One step at a time against the whole sequence: the same sums in another order of matrix products. */
const TOLERANCE = { atol: 2e-6 };

/** Steps `from` to `to` of the LSTM's recorded input [2, 6, 3]. */
function steps(from: number, to: number): { data: number[]; dims: number[] } {
  const data = [0, 1].flatMap((batch) => lstm.x.data.slice(batch * 18 + from * 3, batch * 18 + to * 3));
  return { data, dims: [2, to - from, 3] };
}

/** Steps `from` to `to` of its recorded output [2, 6, 5]. */
function outputs(from: number, to: number): { data: number[]; dims: number[] } {
  const data = [0, 1].flatMap((batch) => lstm.output.data.slice(batch * 30 + from * 5, batch * 30 + to * 5));
  return { data, dims: [2, to - from, 5] };
}

describe('a stream', () => {
  it.each(['cpu', 'wasm', 'simd'] as const)(
    'run step by step gives what one run over the sequence gives on %s',
    async (provider) => {
      await using model = await load('lstm', { providers: [provider] });
      const stream = model.stream();
      for (let step = 0; step < 6; step += 1) {
        const results = await stream.run({ x: steps(step, step + 1) });
        expect(Object.keys(results)).toEqual(['output']);
        expect(results.output).toBeCloseToArray(outputs(step, step + 1), TOLERANCE);
      }
      expect(stream.state.h0).toBeCloseToArray(lstm.hn, TOLERANCE);
      expect(stream.state.c0).toBeCloseToArray(lstm.cn, TOLERANCE);
    },
  );

  it('carries the packed state of a Silero-like model beside a scalar input', async () => {
    await using model = await load('vad');
    const stream = model.stream();
    const sr = { data: [vad.sr], dims: [] };
    for (const [index, chunk] of vad.chunks.entries()) {
      const { output } = await stream.run({ input: chunk, sr });
      expect(output).toBeCloseToArray(vad.steps[index]!.output, TOLERANCE);
      expect(stream.state.state).toBeCloseToArray(vad.steps[index]!.stateN, TOLERANCE);
    }
  });

  it('carries int64 and float16 states that the metadata pairs', async () => {
    await using model = await load('counters');
    const stream = model.stream();
    expect(Object.keys(stream.state)).toEqual([]);
    for (const total of [3n, 6n, 9n]) {
      const results = await stream.run({ x: { data: [1, 2], dims: [1, 2] } });
      expect(Object.keys(results)).toEqual(['total']);
      expect(Array.from(results.total!.data as BigInt64Array)).toEqual([total]);
    }
    expect(float16Numbers(stream.state.p!)).toEqual([9]);
  });

  it.each([
    ['lstm-onnx-names', undefined],
    ['lstm-fixed', undefined],
    ['lstm-odd-names', { alpha: 'gamma', beta: 'delta' }],
  ] as const)('finds the states of %s', async (name, states) => {
    await using model = await load(name);
    const stream = model.stream(states === undefined ? {} : { states });
    await stream.run({ x: steps(0, 4) });
    const { output } = await stream.run({ x: steps(4, 6) });
    expect(output).toBeCloseToArray(outputs(4, 6), TOLERANCE);
  });

  it('starts from the states given, and copies them', async () => {
    await using model = await load('lstm');
    const first = model.stream();
    await first.run({ x: steps(0, 3) });
    const h0 = { data: Float32Array.from(first.state.h0!.data as Float32Array), dims: [1, 2, 5] };
    const stream = model.stream({ initial: { h0, c0: first.state.c0! } });
    h0.data.fill(99);
    for (let round = 0; round < 2; round += 1) {
      expect((await stream.run({ x: steps(3, 6) })).output).toBeCloseToArray(outputs(3, 6), TOLERANCE);
      stream.reset();
    }
  });

  it('takes the first axis of the feeds for a batch without a name, and holds on to it', async () => {
    await using model = await load('lstm-unnamed');
    const stream = model.stream();
    await stream.run({ x: steps(0, 5) });
    expect(await failure(() => stream.run({ x: zeros(1, 1, 3) }))).toMatch(
      /^E_SHAPE_MISMATCH: The feeds' first axis is 1, but this stream began with 2, .*reset\(\)/,
    );
    expect((await stream.run({ x: steps(5, 6) })).output).toBeCloseToArray(outputs(5, 6), TOLERANCE);
    stream.reset();
    expect((await stream.run({ x: zeros(1, 1, 3) })).output!.dims).toEqual([1, 1, 5]);
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'starts from the JSON of another state on %s',
    async (provider) => {
      await using model = await load('lstm', { providers: [provider] });
      const first = model.stream();
      await first.run({ x: steps(0, 3) });
      const text = JSON.stringify({ id: 7, state: first.state });
      expect(JSON.parse(text)).toMatchObject({
        id: 7,
        state: { h0: { dtype: 'float32', shape: [1, 2, 5] } },
      });
      const second = model.stream({ initial: JSON.parse(text).state });
      for (const name of ['h0', 'c0']) expect(second.state[name]!.data).toEqual(first.state[name]!.data);
      expect((await second.run({ x: steps(3, 6) })).output).toBeCloseToArray(outputs(3, 6), TOLERANCE);
    },
  );

  it('writes states of int64 and float16 as JSON, and no number that JSON does not hold', async () => {
    await using model = await load('counters', { providers: ['cpu'], finite: 'allow' });
    const count = async (stream: Stream, x: number) => {
      await stream.run({ x: { data: [x, 0.5], dims: [1, 2] } });
      return JSON.stringify(stream.state);
    };
    const first = model.stream();
    expect(await count(first, 2)).toBe(
      '{"a":{"dtype":"int64","shape":[1],"data":[2]},"p":{"dtype":"float16","shape":[1],"data":[2.5]}}',
    );
    const again = model.stream({ initial: JSON.parse(JSON.stringify(first.state)) });
    expect(await count(again, 3)).toContain('"data":[6]');
    expect(await failure(() => count(first, 1e6))).toMatch(/^E_UNSUPPORTED: 'p' holds Infinity, which JSON/);
    const large = model.stream({ initial: { a: { data: [2n ** 60n], dims: [1] } } });
    expect(await failure(() => count(large, 1))).toMatch(/^E_UNSUPPORTED: 'a' holds 1152921504606846977/);
  });

  describe.each(['cpu', 'wasm', 'simd'] as const)('over sequences with lengths, on %s', (provider) => {
    const input = float32('batch', 'time', 3);
    const layers = { hiddenSize: 4, numLayers: 2 } as const;
    it.each([
      ['two layers', layers],
      ['a projection', { ...layers, projSize: 2 }],
      ['peepholes', { hiddenSize: 4, peepholes: true }],
    ] as const)('leaves the state of one that a chunk has nothing of as it was: %s', async (_, options) => {
      const network = defineNetwork({ x: input }, ({ x }) => {
        const { output } = lstmOp('lstm', x, options);
        return { output, last: output.at(-1) };
      });
      const exported = (more: object) =>
        exportOnnx(network, initParameters(network, 1), { states: true, ...more });
      await using ragged = await Model.load(exported({ lengths: true }), { providers: [provider] });
      await using plain = await Model.load(exported({}), { providers: [provider] });
      const together = ragged.stream();
      const apart = [0, 1, 2].map(() => plain.stream());
      const chunks = [
        [2, 4, 0],
        [0, 3, 1],
        [0, 0, 0],
        [1, 0, 4],
      ];
      for (const [chunk, lengths] of chunks.entries()) {
        const x = Float32Array.from({ length: 3 * 4 * 3 }, (_, i) => Math.sin(7 * chunk + i));
        const { last } = await together.run({
          x: { data: x, dims: [3, 4, 3] },
          lengths: { data: lengths, dims: [3] },
        });
        for (const [row, length] of lengths.entries()) {
          const width = last!.dims[1]!;
          const shown = (last!.data as Float32Array).slice(row * width, (row + 1) * width);
          if (length > 0) {
            const data = x.slice(row * 12, row * 12 + 3 * length);
            const alone = await apart[row]!.run({ x: { data, dims: [1, length, 3] } });
            expect(shown).toBeCloseToArray(alone.last!.data as Float32Array, TOLERANCE);
          }
          for (const name of ['h0', 'c0']) {
            const state = together.state[name]!;
            const [count = 0, , size = 0] = state.dims;
            const own = Array.from({ length: count * size }, (_, i) => {
              const layer = Math.floor(i / size);
              return (state.data as Float32Array)[(layer * 3 + row) * size + (i % size)]!;
            });
            const expected = apart[row]!.state[name]?.data ?? new Float32Array(count * size);
            expect(own).toBeCloseToArray(expected as Float32Array, TOLERANCE);
          }
        }
      }
    });

    it('begins one that has nothing yet in its own state', async () => {
      const network = defineNetwork({ x: input }, ({ x }) => {
        const { output, h } = lstmOp('lstm', x, { hiddenSize: 4, initialState: 'learned' });
        return { output, last: output.at(-1), h };
      });
      const parameters = initParameters(network, 1);
      parameters.get('lstm.h0')!.data.set([1, 2, 3, 4]);
      const bytes = exportOnnx(network, parameters, { lengths: true });
      await using model = await Model.load(bytes, { providers: [provider] });
      const { output, last, h } = await model.run({
        x: zeros(2, 3, 3),
        lengths: { data: [0, 3], dims: [2] },
      });
      expect(Array.from(output!.data as Float32Array).slice(0, 12)).toEqual(new Array(12).fill(0));
      for (const state of [last, h]) {
        expect(Array.from(state!.data as Float32Array).slice(0, 4)).toEqual([1, 2, 3, 4]);
      }
    });
  });

  it('needs the initial state where a dimension has a name that no feed has, and says so', async () => {
    await using model = await load('lstm-foreign-dim');
    expect(await failure(() => model.stream().run({ x: steps(0, 1) }))).toMatch(
      /^E_SHAPE_MISMATCH: State 'h0' float32 \[1, rows, 5\] cannot start at zero: .*'rows'.*initial: \{ 'h0'/,
    );
    const stream = model.stream({ initial: { h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) } });
    await stream.run({ x: steps(0, 5) });
    expect((await stream.run({ x: steps(5, 6) })).output).toBeCloseToArray(outputs(5, 6), TOLERANCE);
  });

  it('shows a state of fixed size from the start', async () => {
    await using model = await load('lstm-fixed');
    expect(model.stream().state.h).toBeCloseToArray(zeros(1, 2, 5));
  });

  it('goes back to the start on reset, also with another batch', async () => {
    await using model = await load('lstm');
    const stream = model.stream();
    await stream.run({ x: steps(0, 6) });
    stream.reset();
    expect(Object.keys(stream.state)).toEqual([]);
    await stream.run({ x: zeros(5, 1, 3) });
    stream.reset();
    expect((await stream.run({ x: steps(0, 2) })).output).toBeCloseToArray(outputs(0, 2), TOLERANCE);
  });

  it('refuses another batch in mid-stream, keeps its state and tells of reset', async () => {
    await using model = await load('lstm');
    const stream = model.stream();
    await stream.run({ x: steps(0, 3) });
    expect(await failure(() => stream.run({ x: zeros(1, 1, 3) }))).toMatch(
      /^E_SHAPE_MISMATCH: The feeds have 'batch' = 1, .*'h0' is \[1, 2, 5\].*reset\(\)/,
    );
    expect((await stream.run({ x: steps(3, 6) })).output).toBeCloseToArray(outputs(3, 6), TOLERANCE);
  });

  it('refuses states among the feeds', async () => {
    await using model = await load('lstm');
    expect(await failure(() => model.stream().run({ x: steps(0, 1), h0: zeros(1, 2, 5) }))).toMatch(
      /^E_INVALID_OPTION: Input 'h0' is state, which the stream carries from output 'hn'/,
    );
  });

  it('checks the other feeds as a run does', async () => {
    await using model = await load('lstm');
    const stream = model.stream();
    expect(await failure(() => stream.run({}))).toMatch(/^E_MISSING_NAME: Input 'x'/);
    expect(await failure(() => stream.run({ x: steps(0, 1), y: steps(0, 1) }))).toMatch(
      /^E_UNKNOWN_NAME: .*'y'/,
    );
    expect(await failure(() => stream.run(null as never))).toMatch(/^E_INVALID_OPTION: /);
  });

  it('takes calls that overlap in their order, and a failure among them changes nothing', async () => {
    await using model = await load('lstm');
    const stream = model.stream();
    const runs = await Promise.allSettled([
      stream.run({ x: steps(0, 2) }),
      stream.run({ x: zeros(2, 1, 4) }),
      stream.run({ x: steps(2, 5) }),
      stream.run({ x: steps(5, 6) }),
    ]);
    expect(runs.map((run) => run.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(stream.state.h0).toBeCloseToArray(lstm.hn, TOLERANCE);
  });

  it('keeps its state when onnxruntime fails in the middle of a run', async () => {
    await using model = await load('gather');
    const stream = model.stream();
    const index = (value: number) => ({ index: { data: [value], dims: [] } });
    const { y } = await stream.run(index(1));
    expect(await failure(() => stream.run(index(9)))).toMatch(/^E_RUN_FAILED: /);
    expect(stream.state.h).toBeCloseToArray(y!.data as Float32Array);
    const twice = Array.from(y!.data as Float32Array, (value) => 2 * value);
    expect((await stream.run(index(1))).y).toBeCloseToArray(twice, TOLERANCE);
  });

  it('resets in the order of the calls', async () => {
    await using model = await load('lstm');
    const stream = model.stream();
    const first = stream.run({ x: steps(0, 6) });
    stream.reset();
    const again = stream.run({ x: steps(0, 6) });
    expect((await first).output).toBeCloseToArray(lstm.output, TOLERANCE);
    expect((await again).output).toBeCloseToArray(lstm.output, TOLERANCE);
  });

  it('is one of many on a model, each with its own state', async () => {
    await using model = await load('lstm');
    const streams = Array.from({ length: 20 }, () => model.stream());
    for (let step = 0; step < 6; step += 2) {
      const all = await Promise.all(streams.map((stream) => stream.run({ x: steps(step, step + 2) })));
      for (const { output } of all) expect(output).toBeCloseToArray(outputs(step, step + 2), TOLERANCE);
    }
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'has the runs that were called before its model is released waited for, on %s',
    async (provider) => {
      const model = await load('lstm', { providers: [provider] });
      const stream = model.stream();
      const runs = [0, 1, 2].map((step) => stream.run({ x: steps(step, step + 1) }));
      const released = model.release();
      const late = failure(() => stream.run({ x: steps(3, 4) }));
      for (const [step, run] of runs.entries()) {
        expect((await run).output).toBeCloseToArray(outputs(step, step + 1), TOLERANCE);
      }
      await released;
      expect(await late).toMatch(/^E_RUN_FAILED: .*released/);
    },
  );

  it('ends with its model', async () => {
    const model = await load('lstm');
    const stream = model.stream();
    await stream.run({ x: steps(0, 1) });
    await model.release();
    expect(await failure(() => stream.run({ x: steps(1, 2) }))).toMatch(/^E_RUN_FAILED: .*released/);
  });
});

describe('model.stream', () => {
  let model: Model;
  beforeAll(async () => {
    model = await load('lstm');
    return () => model.release();
  });
  const refused = (states: StatePairs, of = model) => failure(() => of.stream({ states }));

  it('refuses a state input that nothing carries, and names the option', async () => {
    await using unpaired = await load('unpaired');
    expect(await failure(() => unpaired.stream())).toMatch(
      /^E_STATE_NOT_CARRIED: Input 'hidden' float32 \[batch, 5\] looks like state.*stream\(\{ states: \{ 'hidden':/,
    );
    const stream = unpaired.stream({ states: { hidden: 'output' } });
    await stream.run({ x: zeros(2, 3) });
    expect(stream.state.hidden!.dims).toEqual([2, 5]);
  });

  it('feeds an input by hand that is said to be no state', async () => {
    const stream = model.stream({ states: { c0: null } });
    const { output, cn } = await stream.run({ x: steps(0, 6), c0: zeros(1, 2, 5) });
    expect(output).toBeCloseToArray(lstm.output, TOLERANCE);
    expect(cn).toBeCloseToArray(lstm.cn, TOLERANCE);
    expect(Object.keys(stream.state)).toEqual(['h0']);
  });

  it('refuses a model in which nothing is known to be state', async () => {
    await using odd = await load('lstm-odd-names');
    expect(await failure(() => odd.stream())).toMatch(/^E_STATE_NOT_CARRIED: No input .*'alpha'.*'delta'/);
  });

  it('refuses an LSTM that also reads from the end, and says why', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
      y: lstmOp('lstm', x, { hiddenSize: 5, bidirectional: true }).output,
    }));
    await using both = await Model.load(exportOnnx(network, initParameters(network, 1), { states: true }));
    expect(await failure(() => both.stream())).toMatch(
      /^E_STATE_NOT_CARRIED: This model does not stream: .*'h0', 'c0'.*reads from the end/,
    );
  });

  it('refuses pairs that name what is not there or cannot fit', async () => {
    expect(await refused({ h1: 'hn' })).toMatch(/^E_UNKNOWN_NAME: .*no input 'h1'.*'x', 'h0', 'c0'/);
    expect(await refused({ h0: 'h' })).toMatch(/^E_UNKNOWN_NAME: .*no output 'h'.*'output', 'hn', 'cn'/);
    expect(await refused({ x: 'hn' })).toMatch(/^E_SHAPE_MISMATCH: /);
    expect(await refused({ h0: 1 as never })).toMatch(/^E_INVALID_OPTION: /);
    expect(await refused(null as never)).toMatch(/^E_INVALID_OPTION: /);
    await using counters = await load('counters');
    expect(await refused({ a: 'q' }, counters)).toMatch(/^E_DTYPE_MISMATCH: .*'q' float16.*'a' int64/);
  });

  it('refuses metadata that is broken or lies, unless the caller says the pairs', async () => {
    for (const name of ['lstm-bad-metadata', 'lstm-lying-metadata']) {
      await using broken = await load(name);
      expect(broken.metadata.has(STATES_METADATA_KEY)).toBe(true);
      expect(await failure(() => broken.stream())).toMatch(
        /^E_INVALID_FILE: .*'lstm_onnx\.states'.*stream\(/,
      );
      expect(broken.stream({ states: { h0: 'hn', c0: 'cn' } }).state).toEqual({});
    }
  });

  it('starts states from zeros only where the metadata does not say that they are to be given', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
      output: lstmOp('lstm', x, { hiddenSize: 2 }).output,
    }));
    const streams = async (given: string, initial?: Feeds) => {
      const metadata = { [GIVEN_STATES_KEY]: given };
      const bytes = exportOnnx(network, initParameters(network, 1), { states: true, metadata });
      await using own = await Model.load(bytes, { providers: ['simd'] });
      return failure(() => own.stream(initial && { initial }));
    };
    const h0 = zeros(1, 1, 2);
    expect(await streams('["h0"]')).toMatch(/^E_MISSING_NAME: The state 'h0' .*stream\(\{ initial: \{ 'h0'/);
    expect(await streams('["h0"]', { h0 })).toBe('no error');
    expect(await streams('["c0", "h0"]', { h0 })).toMatch(/^E_MISSING_NAME: The state 'c0'/);
    expect(await streams('[]')).toBe('no error');
    for (const broken of ['{"h0": true}', '[1]', '[']) {
      expect(await streams(broken)).toMatch(
        /^E_INVALID_FILE: .*'lstm_onnx.given_states' must be a JSON list/,
      );
    }
  });

  it('refuses initial states that are none or do not fit', async () => {
    const initially = (initial: object) => failure(() => model.stream({ initial: initial as never }));
    expect(await initially({ x: zeros(2, 1, 3) })).toMatch(/^E_UNKNOWN_NAME: .*'x'.*'h0', 'c0'/);
    expect(await initially({ h0: zeros(1, 2, 4) })).toMatch(/^E_SHAPE_MISMATCH: Input 'h0'/);
    expect(await initially({ h0: zeros(1, 2, 5), c0: zeros(1, 3, 5) })).toMatch(
      /^E_SHAPE_MISMATCH: .*'batch'/,
    );
  });
});
