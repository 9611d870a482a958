import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { cellLayouts } from '../../../src/builder/backends/simd/cells.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { TrainingPlan } from '../../../src/builder/backends/simd/training-plan.js';
import { Generator } from '../../../src/builder/random.js';
import { trainingEngine } from '../../engine.js';
import { type LstmCase, referenceLstm } from './lstm-reference.js';
import '../../matcher.js';

/** Sizes of a layer, and what of the inputs that may be missing is there. */
interface Case extends LstmCase {
  readonly states: boolean;
  readonly lengths: boolean;
  readonly mask: boolean;
  readonly wantOutput: boolean;
}

const plainLayer = {
  ...{ reverse: false, projected: 0, batchFirst: false },
  ...{ states: true, lengths: false, mask: false, wantOutput: true },
};

function randomData(given: Case, seed: number) {
  const { batch, time, inputSize, hiddenSize, projected } = given;
  const generator = new Generator(seed);
  const bound = 1 / Math.sqrt(hiddenSize);
  const stateSize = projected || hiddenSize;
  const uniform = (size: number, most = 1) => generator.uniform(size, -most, most);
  const when = <T>(wanted: boolean, make: () => T) => (wanted ? make() : undefined);
  const sequence = time * batch * inputSize;
  return {
    x: uniform(sequence),
    h0: when(given.states, () => uniform(batch * stateSize)),
    c0: when(given.states, () => uniform(batch * hiddenSize)),
    weightIh: uniform(4 * hiddenSize * inputSize, bound),
    weightHh: uniform(4 * hiddenSize * stateSize, bound),
    bias: uniform(4 * hiddenSize),
    weightHr: when(projected > 0, () => uniform(projected * hiddenSize, bound)),
    lengths: when(given.lengths, () =>
      Int32Array.from(generator.uniform(batch, 0, time + 1), (steps) => Math.min(steps, time)),
    ),
    mask: when(given.mask, () => generator.uniform(sequence, 0, 1).map((draw) => (draw < 0.7 ? 1.5 : 0))),
    dOutput: when(given.wantOutput, () => uniform(time * batch * stateSize)),
    dH: uniform(batch * stateSize),
    dC: uniform(batch * hiddenSize),
  };
}

/** The same layer on the engine; leaves no memory taken. */
function engineLstm(engine: Engine, given: Case, data: ReturnType<typeof randomData>) {
  const { batch, time, inputSize, hiddenSize, projected, wantOutput, reverse, batchFirst } = given;
  const taken: number[] = [];
  const place = (numbers: Float32Array | Int32Array | undefined) => {
    if (!numbers) return 0;
    const at = engine.allocate(numbers.byteLength);
    if (numbers instanceof Int32Array) engine.integers(at, numbers.length).set(numbers);
    else engine.floats(at, numbers.length).set(numbers);
    taken.push(at);
    return at;
  };
  const stateSize = projected || hiddenSize;
  const plan = new TrainingPlan(
    engine,
    cellLayouts.lstm,
    { batch, time, inputSize, hiddenSize, stateSize, batchFirst, reverse, wantOutput },
    {
      ...{ x: place(data.x), h0: place(data.h0), c0: place(data.c0) },
      ...{
        weightIh: place(data.weightIh),
        weightHh: place(data.weightHh),
        bias: place(data.bias),
        biasHh: 0,
      },
      ...{ weightHr: place(data.weightHr), lengths: place(data.lengths), mask: place(data.mask) },
    },
  );
  const { output, hn, cn } = plan.forward();
  const gradients = plan.backward(place(data.dOutput), place(data.dH), place(data.dC));
  const results = {
    output: [output, time * batch * stateSize],
    lastH: [hn, batch * stateSize],
    lastC: [cn, batch * hiddenSize],
    dx: [plan.inputGradient(), time * batch * inputSize],
    dH0: [gradients.dH0, batch * stateSize],
    dC0: [gradients.dC0, batch * hiddenSize],
    dWeightIh: [gradients.dWeightIh, 4 * hiddenSize * inputSize],
    dWeightHh: [gradients.dWeightHh, 4 * hiddenSize * stateSize],
    dBias: [gradients.dBias, 4 * hiddenSize],
    dWeightHr: [gradients.dWeightHr, projected * hiddenSize],
  } as const;
  const there = Object.entries(results).filter(([, [at]]) => at !== 0);
  const numbers = there.map(
    ([name, [at, length]]) => [name, engine.read(at, length)] as [string, Float32Array],
  );
  plan.release();
  for (const at of [...taken, ...there.map(([, [block]]) => block)]) engine.release(at);
  return new Map(numbers);
}

const referenceMap = (given: Case, data: ReturnType<typeof randomData>) =>
  new Map<string, Float64Array>(Object.entries(referenceLstm(given, data)));

const engines = [
  { simd: 'relaxed', threads: 1 },
  { simd: 'relaxed', threads: 2 },
  { simd: 'plain', threads: 1 },
  { simd: 'plain', threads: 2 },
  { simd: 'plain', threads: 3 },
  { simd: 'wide', threads: 2 },
] as const;

describe.each(engines)('the $simd LSTM kernels on $threads threads', ({ simd, threads }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await trainingEngine({ threads, simd, leastShare: 1 });
    expect(engine.simd).toBe(simd);
  });

  it('agree with double precision at any size, within 1e-5 of the largest entry', () => {
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 19 }),
      time: fc.integer({ min: 1, max: 9 }),
      inputSize: fc.integer({ min: 1, max: 21 }),
      hiddenSize: fc.integer({ min: 1, max: 37 }),
      reverse: fc.boolean(),
      projected: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 19 })),
      batchFirst: fc.boolean(),
      states: fc.boolean(),
      lengths: fc.boolean(),
      mask: fc.boolean(),
      wantOutput: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, fc.nat(), (given, seed) => {
        const data = randomData(given, seed);
        const before = engine.taken;
        const got = engineLstm(engine, given, data);
        expect(got).toBeCloseToArray(referenceMap(given, data), { rtol: 1e-5 });
        expect(engine.taken).toBe(before);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

it('few rows of many inputs agree with double precision, within 1e-5 of the largest entry', async () => {
  const engine = await trainingEngine({ threads: 3, leastShare: 1 });
  const few = fc.record({
    batch: fc.constantFrom(1, 2, 3, 13),
    time: fc.constantFrom(4, 6, 11, 12),
    inputSize: fc.constantFrom(19, 23, 24, 31, 32, 50),
    hiddenSize: fc.constantFrom(5, 16, 30, 70),
    reverse: fc.boolean(),
    projected: fc.constantFrom(0, 4, 9),
    batchFirst: fc.boolean(),
    states: fc.boolean(),
    lengths: fc.boolean(),
    mask: fc.boolean(),
    wantOutput: fc.boolean(),
  });
  fc.assert(
    fc.property(few, fc.nat(), (given, seed) => {
      const data = randomData(given, seed);
      expect(engineLstm(engine, given, data)).toBeCloseToArray(referenceMap(given, data), { rtol: 1e-5 });
    }),
    { numRuns: 200, seed: 1 },
  );
});

describe('the simd LSTM kernels', () => {
  const sizes = { batch: 4, time: 300, inputSize: 1, hiddenSize: 8, ...plainLayer };

  it('keep NaN, so that training notices it', async () => {
    const engine = await trainingEngine({ threads: 1 });
    const data = randomData({ ...sizes, time: 3 }, 1);
    data.x[0] = Number.NaN;
    const got = engineLstm(engine, { ...sizes, time: 3 }, data);
    for (const name of ['dWeightIh', 'dWeightHh', 'lastH'] as const) {
      expect(got.get(name)?.some(Number.isNaN)).toBe(true);
    }
  });

  it.each([
    ['', { time: 3, hiddenSize: 5 }, 1],
    [', where x is read first', { batch: 1, time: 12, inputSize: 40, hiddenSize: 5 }, 1],
    [', on a team', { batch: 1, time: 12, inputSize: 3, hiddenSize: 70 }, 2],
  ])('take infinite inputs as saturated gates, whatever the size%s', async (_where, size, threads) => {
    const engine = await trainingEngine({ threads, leastShare: 1 });
    const odd = { ...sizes, ...size };
    const data = randomData(odd, 1);
    data.x[0] = Number.POSITIVE_INFINITY;
    const expected = referenceMap(odd, data);
    const got = engineLstm(engine, odd, data);
    for (const name of ['output', 'lastH', 'lastC']) {
      expect(got.get(name)).toBeCloseToArray(expected.get(name)!, { rtol: 1e-5 });
    }
  });

  it('look at nothing beyond the end of a sequence', async () => {
    const engine = await trainingEngine({ threads: 1 });
    const ragged = { ...sizes, time: 4, lengths: true };
    const data = { ...randomData(ragged, 1), lengths: Int32Array.of(2, 4, 1, 3) };
    const expected = engineLstm(engine, ragged, data);
    data.lengths.forEach((length, b) => {
      for (let t = length; t < 4; t++) data.x[t * 4 + b] = Number.NaN;
    });
    expect(engineLstm(engine, ragged, data)).toEqual(expected);
  });

  it('agree with double precision where the gradient fades into nothing', async () => {
    const engine = await trainingEngine({ threads: 2 });
    const data = randomData(sizes, 2);
    data.dOutput?.fill(0);
    const got = engineLstm(engine, sizes, data);
    expect(got).toBeCloseToArray(referenceMap(sizes, data), {
      rtol: 1e-5,
      atol: 1e-30,
    });
  });
});

const pool = vi.hoisted(() => ({ sleeps: false }));
vi.mock('#simd-platform', async (original) => {
  const platform = await original<typeof import('#simd-platform')>();
  const startThread: typeof platform.startThread = (...args) =>
    pool.sleeps ? Promise.resolve() : platform.startThread(...args);
  return { ...platform, startThread };
});

/** toEqual would take a minute over many on a slow machine. */
function expectSameBits(got: Map<string, Float32Array>, expected: Map<string, Float32Array>, of: string) {
  for (const [name, numbers] of expected) {
    const isSame = Buffer.from(got.get(name)!.buffer).equals(Buffer.from(numbers.buffer));
    expect(isSame, `${name} of ${of}`).toBe(true);
  }
}

describe('threads of the simd kernels', () => {
  const sizes = { batch: 64, time: 5, inputSize: 12, hiddenSize: 20, ...plainLayer };
  /** However little there is to do. */
  const leastShare = 1;

  it('give the same bits in every run, and but for rounding what one thread gives: 400 steps', async () => {
    const one = await trainingEngine({ threads: 1 });
    const two = await trainingEngine({ threads: 2, leastShare });
    for (let step = 0; step < 400; step++) {
      const data = randomData(sizes, step);
      const expected = engineLstm(one, sizes, data);
      const got = engineLstm(two, sizes, data);
      const again = engineLstm(two, sizes, data);
      expect(got).toBeCloseToArray(expected, { rtol: 1e-5 });
      expectSameBits(again, got, `step ${step}`);
    }
  });

  it('never wait for each other for ever when there are more threads than rows', async () => {
    const engine = await trainingEngine({ threads: 4, leastShare });
    const small = { batch: 9, time: 3, inputSize: 4, hiddenSize: 5, ...plainLayer, reverse: true };
    const data = randomData(small, 1);
    const got = engineLstm(engine, small, data);
    expect(got).toBeCloseToArray(referenceMap(small, data), { rtol: 1e-5 });
  });

  it('are not waited for when they never begin: the calling one does their share, with the same bits', async () => {
    const awake = await trainingEngine({ threads: 3, leastShare });
    pool.sleeps = true;
    const asleep = await trainingEngine({ threads: 3, leastShare }).finally(() => {
      pool.sleeps = false;
    });
    for (const given of [sizes, { ...sizes, lengths: true, projected: 7, reverse: true }]) {
      const data = randomData(given, 1);
      expectSameBits(engineLstm(asleep, given, data), engineLstm(awake, given, data), 'the sleeping pool');
    }
  });

  it('do each share once, whoever comes first', async () => {
    const engine = await trainingEngine({ threads: 2, leastShare });
    const tiny = { batch: 8, time: 1, inputSize: 1, hiddenSize: 4, ...plainLayer };
    const data = randomData(tiny, 1);
    const expected = engineLstm(engine, tiny, data);
    for (let run = 0; run < 3000; run++) {
      expectSameBits(engineLstm(engine, tiny, data), expected, `run ${run}`);
    }
  });

  it.each([
    ['the reference example at batch 64', 64, 28 * 4 * 64 * 93, 2],
    ['the same at batch 4', 4, 28 * 4 * 64 * 93, 1],
    ['many rows of little work', 1000, 900, 1],
    ['few rows of much work', 7, 1e7, 1],
  ])('share %s as it is worth', async (_what, rows, perRow, expected) => {
    const engine = await trainingEngine({ threads: 2 });
    expect(engine.shares(rows, rows * perRow)).toBe(expected);
  });
});
