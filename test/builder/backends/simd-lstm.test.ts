import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/builder/backends/simd/engine.js';
import { LstmPlan } from '../../../src/builder/backends/simd/lstm-plan.js';
import { Generator } from '../../../src/builder/random.js';
import { type LstmCase, referenceLstm } from './lstm-reference.js';
import '../../matcher.js';

function randomData({ batch, time, inputSize, hiddenSize }: LstmCase, seed: number) {
  const generator = new Generator(seed);
  const bound = 1 / Math.sqrt(hiddenSize);
  const states = batch * hiddenSize;
  return {
    x: generator.uniform(time * batch * inputSize, -1, 1),
    h0: generator.uniform(states, -1, 1),
    c0: generator.uniform(states, -1, 1),
    weightIh: generator.uniform(4 * hiddenSize * inputSize, -bound, bound),
    weightHh: generator.uniform(4 * hiddenSize * hiddenSize, -bound, bound),
    bias: generator.uniform(4 * hiddenSize, -1, 1),
    dOutput: generator.uniform(time * states, -1, 1),
    dH: generator.uniform(states, -1, 1),
    dC: generator.uniform(states, -1, 1),
  };
}

/** The same layer on the engine; leaves no memory taken. */
function engineLstm(engine: Engine, sizes: LstmCase, data: ReturnType<typeof randomData>) {
  const { batch, time, inputSize, hiddenSize } = sizes;
  const taken: number[] = [];
  const place = (numbers: Float32Array) => {
    const at = engine.allocate(numbers.byteLength);
    engine.floats(at, numbers.length).set(numbers);
    taken.push(at);
    return at;
  };
  const read = (at: number, length: number) => {
    taken.push(at);
    return engine.read(at, length);
  };
  const plan = new LstmPlan(
    engine,
    { ...sizes, batchFirst: false, wantOutput: true },
    {
      x: place(data.x),
      h0: place(data.h0),
      c0: place(data.c0),
      weightIh: place(data.weightIh),
      weightHh: place(data.weightHh),
      bias: place(data.bias),
    },
  );
  const states = batch * hiddenSize;
  const { output, hn, cn } = plan.forward();
  const gradients = plan.backward(place(data.dOutput), place(data.dH), place(data.dC));
  const dx = plan.inputGradient();
  const result = {
    output: read(output, time * states),
    lastH: read(hn, states),
    lastC: read(cn, states),
    dx: read(dx, time * batch * inputSize),
    dH0: read(gradients.dH0, states),
    dC0: read(gradients.dC0, states),
    dWeightIh: read(gradients.dWeightIh, 4 * hiddenSize * inputSize),
    dWeightHh: read(gradients.dWeightHh, 4 * hiddenSize * hiddenSize),
    dBias: read(gradients.dBias, 4 * hiddenSize),
  };
  plan.release();
  for (const at of taken) engine.release(at);
  return result;
}

const engines = [
  { simd: 'relaxed', threads: 1 },
  { simd: 'relaxed', threads: 2 },
  { simd: 'plain', threads: 1 },
  { simd: 'plain', threads: 2 },
  { simd: 'plain', threads: 3 },
];

describe.each(engines)('the $simd LSTM kernels on $threads threads', ({ simd, threads }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start({ threads, relaxed: simd === 'relaxed' });
    expect(engine.simd).toBe(simd);
  });

  it('agree with double precision at any size, within 1e-5 of the largest entry', () => {
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 19 }),
      time: fc.integer({ min: 1, max: 9 }),
      inputSize: fc.integer({ min: 1, max: 21 }),
      hiddenSize: fc.integer({ min: 1, max: 37 }),
      reverse: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, fc.nat(), (given, seed) => {
        const data = randomData(given, seed);
        const got = new Map(Object.entries(engineLstm(engine, given, data)));
        expect(got).toBeCloseToArray(new Map(Object.entries(referenceLstm(given, data))), { rtol: 1e-5 });
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('the simd LSTM kernels', () => {
  const sizes = { batch: 4, time: 300, inputSize: 1, hiddenSize: 8, reverse: false };

  it('keep NaN, so that training notices it', async () => {
    const engine = await Engine.start({ threads: 1 });
    const data = randomData({ ...sizes, time: 3 }, 1);
    data.x[0] = Number.NaN;
    const { dWeightIh, dWeightHh, lastH } = engineLstm(engine, { ...sizes, time: 3 }, data);
    for (const numbers of [dWeightIh, dWeightHh, lastH]) expect(numbers.some(Number.isNaN)).toBe(true);
  });

  it('agree with double precision where the gradient fades into nothing', async () => {
    const engine = await Engine.start({ threads: 2 });
    const data = randomData(sizes, 2);
    data.dOutput.fill(0);
    const got = new Map(Object.entries(engineLstm(engine, sizes, data)));
    expect(got).toBeCloseToArray(new Map(Object.entries(referenceLstm(sizes, data))), {
      rtol: 1e-5,
      atol: 1e-30,
    });
  });
});

describe('threads of the simd kernels', () => {
  const sizes = { batch: 64, time: 5, inputSize: 12, hiddenSize: 20, reverse: false };

  it('give the same bits in every run, and but for rounding what one thread gives: 400 steps', async () => {
    const one = await Engine.start({ threads: 1 });
    const two = await Engine.start({ threads: 2 });
    for (let step = 0; step < 400; step++) {
      const data = randomData(sizes, step);
      const expected = new Map(Object.entries(engineLstm(one, sizes, data)));
      const got = new Map(Object.entries(engineLstm(two, sizes, data)));
      const again = new Map(Object.entries(engineLstm(two, sizes, data)));
      expect(got).toBeCloseToArray(expected, { rtol: 1e-5 });
      expect(again).toEqual(got);
    }
  });

  it('never wait for each other for ever when there are more threads than rows', async () => {
    const engine = await Engine.start({ threads: 4 });
    const small = { batch: 2, time: 3, inputSize: 4, hiddenSize: 5, reverse: true };
    const data = randomData(small, 1);
    const got = new Map(Object.entries(engineLstm(engine, small, data)));
    expect(got).toBeCloseToArray(new Map(Object.entries(referenceLstm(small, data))), { rtol: 1e-5 });
  });
});
