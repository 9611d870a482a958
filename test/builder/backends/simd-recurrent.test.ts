/** GRU and RNN on the engine: the kernels and plans, against double precision. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cellLayouts as cells } from '../../../src/builder/backends/simd/cells.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { packLayer } from '../../../src/builder/backends/simd/layer-weights.js';
import { TrainingPlan } from '../../../src/builder/backends/simd/training-plan.js';
import { Generator } from '../../../src/builder/random.js';
import { trainingEngine } from '../../engine.js';
import { type CellName, gatesOf, type RecurrentCase, referenceRecurrent } from './recurrent-reference.js';
import '../../matcher.js';

const cellNames = Object.keys(gatesOf) as CellName[];

/** Sizes of a layer, and what of the inputs that may be missing is there. */
interface Case extends RecurrentCase {
  readonly states: boolean;
  readonly biases: 'both' | 'one' | 'none';
  readonly lengths: boolean;
  readonly mask: boolean;
  readonly wantOutput: boolean;
}

function randomData(given: Case, seed: number) {
  const { cell, batch, time, inputSize, hiddenSize } = given;
  const generator = new Generator(seed);
  const bound = 1 / Math.sqrt(hiddenSize);
  const uniform = (size: number, most = 1) => generator.uniform(size, -most, most);
  const when = <T>(wanted: boolean, make: () => T) => (wanted ? make() : undefined);
  const sequence = time * batch * inputSize;
  const gates = gatesOf[cell] * hiddenSize;
  return {
    x: uniform(sequence),
    h0: when(given.states, () => uniform(batch * hiddenSize)),
    weightIh: uniform(gates * inputSize, bound),
    weightHh: uniform(gates * hiddenSize, bound),
    bias: when(given.biases !== 'none', () => uniform(gates)),
    biasHh: when(given.biases === 'both', () => uniform(gates)),
    lengths: when(given.lengths, () =>
      Int32Array.from(generator.uniform(batch, 0, time + 1), (steps) => Math.min(steps, time)),
    ),
    mask: when(given.mask, () => generator.uniform(sequence, 0, 1).map((draw) => (draw < 0.7 ? 1.5 : 0))),
    dOutput: when(given.wantOutput, () => uniform(time * batch * hiddenSize)),
    dH: uniform(batch * hiddenSize),
  };
}

type Data = ReturnType<typeof randomData>;

/** A plan over numbers put into the engine's memory, and what gives all of that back. */
function placed(engine: Engine, given: Case, data: Data) {
  const taken: number[] = [];
  const place = (numbers: Float32Array | Int32Array | undefined) => {
    if (!numbers) return 0;
    const at = engine.allocate(numbers.byteLength);
    if (numbers instanceof Int32Array) engine.integers(at, numbers.length).set(numbers);
    else engine.floats(at, numbers.length).set(numbers);
    taken.push(at);
    return at;
  };
  const { x, h0, weightIh, weightHh, bias, biasHh, lengths, mask } = data;
  const inputs = {
    ...{ x: place(x), h0: place(h0), lengths: place(lengths), mask: place(mask) },
    ...{ weightIh: place(weightIh), weightHh: place(weightHh), bias: place(bias), biasHh: place(biasHh) },
  };
  const release = () => {
    for (const at of taken) engine.release(at);
  };
  return { inputs, place, taken, release, sizes: { ...given, stateSize: given.hiddenSize } };
}

/** The layer on the engine; leaves no memory taken. */
function engineLayer(engine: Engine, given: Case, data: Data) {
  const { cell, batch, time, inputSize, hiddenSize } = given;
  const { inputs, place, taken, release, sizes } = placed(engine, given, data);
  const plan = new TrainingPlan(engine, cells[cell], sizes, inputs);
  const { output, hn, cn } = plan.forward();
  expect(cn).toBe(0);
  const gradients = plan.backward(place(data.dOutput), place(data.dH));
  const gates = gatesOf[cell] * hiddenSize;
  const results = {
    output: [output, time * batch * hiddenSize],
    lastH: [hn, batch * hiddenSize],
    dx: [plan.inputGradient(), time * batch * inputSize],
    dH0: [gradients.dH0, batch * hiddenSize],
    dWeightIh: [gradients.dWeightIh, gates * inputSize],
    dWeightHh: [gradients.dWeightHh, gates * hiddenSize],
    dBias: [gradients.dBias, gates],
    dBiasHh: [gradients.dBiasHh, gates],
  } as const;
  const there = Object.entries(results).filter(([, [at]]) => at !== 0);
  const numbers = there.map(
    ([name, [at, length]]) => [name, engine.read(at, length)] as [string, Float32Array],
  );
  plan.release();
  taken.push(...there.map(([, [at]]) => at));
  release();
  return new Map(numbers);
}

const referenceMap = (given: Case, data: Data) =>
  new Map<string, Float64Array>(Object.entries(referenceRecurrent(given, data)));

const engines = [
  { simd: 'relaxed', threads: 1 },
  { simd: 'relaxed', threads: 2 },
  { simd: 'plain', threads: 1 },
  { simd: 'plain', threads: 2 },
  { simd: 'plain', threads: 3 },
  { simd: 'wide', threads: 2 },
] as const;

const cases = (cell: CellName) =>
  fc.record({
    cell: fc.constant(cell),
    batch: fc.integer({ min: 1, max: 19 }),
    time: fc.integer({ min: 1, max: 9 }),
    inputSize: fc.integer({ min: 1, max: 21 }),
    hiddenSize: fc.integer({ min: 1, max: 37 }),
    reverse: fc.boolean(),
    batchFirst: fc.boolean(),
    states: fc.boolean(),
    biases: fc.constantFrom('both' as const, 'one' as const, 'none' as const),
    lengths: fc.boolean(),
    mask: fc.boolean(),
    wantOutput: fc.boolean(),
  });

describe.each(engines)('the $simd kernels on $threads threads', ({ simd, threads }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await trainingEngine({ threads, simd, leastShare: 1 });
    expect(engine.simd).toBe(simd);
  });

  it.each(cellNames)(
    'agree with double precision in 200 layers of %s, within 1e-5 of the largest entry',
    (cell) => {
      fc.assert(
        fc.property(cases(cell), fc.nat(), (given, seed) => {
          const data = randomData(given, seed);
          const before = engine.taken;
          const got = engineLayer(engine, given, data);
          expect(got).toBeCloseToArray(referenceMap(given, data), { rtol: 1e-5 });
          expect(engine.taken).toBe(before);
        }),
        { numRuns: 200, seed: 1 },
      );
    },
  );
});

describe.each(cellNames)('few rows of many inputs, %s', (cell) => {
  it('agree with double precision, within 1e-5 of the largest entry', async () => {
    // Slices of 5, 5 and 3 rows of 13, and fewer rows than a tile; 11 and 12 rows in all, 24 and 32 floats of x.
    const engine = await trainingEngine({ threads: 3, leastShare: 1 });
    const few = fc.record({
      cell: fc.constant(cell),
      batch: fc.constantFrom(1, 2, 3, 13),
      time: fc.constantFrom(4, 6, 11, 12),
      inputSize: fc.constantFrom(19, 23, 24, 31, 32, 50),
      hiddenSize: fc.constantFrom(5, 16, 30, 70),
      reverse: fc.boolean(),
      batchFirst: fc.boolean(),
      states: fc.boolean(),
      biases: fc.constantFrom('both' as const, 'one' as const, 'none' as const),
      lengths: fc.boolean(),
      mask: fc.boolean(),
      wantOutput: fc.boolean(),
    });
    fc.assert(
      fc.property(few, fc.nat(), (given, seed) => {
        const data = randomData(given, seed);
        const got = engineLayer(engine, given, data);
        expect(got).toBeCloseToArray(referenceMap(given, data), { rtol: 1e-5 });
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

const sizes = { batch: 4, time: 300, inputSize: 1, hiddenSize: 8, reverse: false, batchFirst: false };
const whole = { states: true, biases: 'both', lengths: false, mask: false, wantOutput: true } as const;

describe.each(cellNames)('the kernels of %s', (cell) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await trainingEngine({ threads: 1 });
  });
  const given: Case = { cell, ...sizes, ...whole };

  it('keep NaN, so that training notices it', () => {
    const short = { ...given, time: 3 };
    const data = randomData(short, 1);
    data.x[0] = Number.NaN;
    const got = engineLayer(engine, short, data);
    for (const name of ['dWeightIh', 'dWeightHh', 'lastH'] as const) {
      expect(got.get(name)?.some(Number.isNaN)).toBe(true);
    }
  });

  it('look at nothing beyond the end of a sequence', () => {
    const ragged = { ...given, time: 4, lengths: true };
    const data = { ...randomData(ragged, 1), lengths: Int32Array.of(2, 4, 1, 3) };
    const expected = engineLayer(engine, ragged, data);
    data.lengths.forEach((length, b) => {
      for (let t = length; t < 4; t++) data.x[t * 4 + b] = Number.NaN;
    });
    expect(engineLayer(engine, ragged, data)).toEqual(expected);
  });

  it('agree with double precision over 300 steps, and where the gradient fades into nothing', () => {
    const data = randomData(given, 2);
    expect(engineLayer(engine, given, data)).toBeCloseToArray(referenceMap(given, data), { rtol: 1e-5 });
    data.dOutput?.fill(0);
    const expected = referenceMap(given, data);
    expect(engineLayer(engine, given, data)).toBeCloseToArray(expected, { rtol: 1e-5, atol: 1e-30 });
  });

  it('give the same bits in every run, and but for rounding what one thread gives', async () => {
    const two = await trainingEngine({ threads: 2, leastShare: 1 });
    const wide = { ...given, batch: 64, time: 5, inputSize: 12, hiddenSize: 20 };
    for (let step = 0; step < 100; step++) {
      const data = randomData(wide, step);
      const got = engineLayer(two, wide, data);
      expect(got).toBeCloseToArray(engineLayer(engine, wide, data), { rtol: 1e-5 });
      for (const [name, numbers] of engineLayer(two, wide, data)) {
        expect(Buffer.from(numbers.buffer).equals(Buffer.from(got.get(name)!.buffer)), name).toBe(true);
      }
    }
  });

  it('go forward from packed weights any number of times, and back once', () => {
    const short = { ...given, time: 3 };
    const data = randomData(short, 1);
    const before = engine.taken;
    const { inputs, place, release, sizes: all } = placed(engine, short, data);
    const panels = packLayer(engine, cells[cell], all, inputs);
    const plan = new TrainingPlan(engine, cells[cell], all, inputs, [], panels);
    const runs = [1, 2].map(() => plan.forward());
    const [first, second] = runs.map(({ output }) => engine.read(output, 3 * 4 * 8));
    expect(second).toEqual(first);
    expect(first).toBeCloseToArray(referenceMap(short, data).get('output')!, { rtol: 1e-5 });
    const dH = place(data.dH);
    const { dH0, dWeightIh, dWeightHh, dBias, dBiasHh } = plan.backward(0, dH);
    expect(() => plan.backward(0, dH)).toThrow(/once; compute the forward pass again/);
    plan.release();
    const blocks = [dH0, dWeightIh, dWeightHh, dBias, dBiasHh, panels.forward];
    for (const at of [...blocks, ...runs.flatMap(({ output, hn }) => [output, hn])])
      if (at !== 0) engine.release(at);
    release();
    expect(engine.taken).toBe(before);
  });

  it('take infinite inputs, whatever the size', () => {
    const odd = { ...given, time: 3, hiddenSize: 5 };
    const data = randomData(odd, 1);
    data.x[0] = Number.POSITIVE_INFINITY;
    // Of relu only one sequence stays finite; it must not see the other.
    const expected = referenceMap(odd, data);
    const got = engineLayer(engine, odd, data);
    for (const name of ['output', 'lastH']) {
      const [mine, theirs] = [got.get(name)!, expected.get(name)!];
      if (cell !== 'rnnRelu') expect(mine).toBeCloseToArray(theirs, { rtol: 1e-5 });
      else expect(mine.slice(5, 20)).toBeCloseToArray(theirs.slice(5, 20), { rtol: 1e-5 });
    }
  });
});

describe('the gates of a step', () => {
  it.each(cellNames)('can be read of %s, where the layout has those of PyTorch', async (cell) => {
    const engine = await trainingEngine({ threads: 2, leastShare: 1 });
    const given: Case = { cell, ...sizes, batch: 9, time: 3, inputSize: 2, ...whole };
    const data = randomData(given, 3);
    const { inputs, sizes: all } = placed(engine, given, data);
    const plan = new TrainingPlan(engine, cells[cell], all, inputs);
    const output = engine.read(plan.forward().output, 3 * 9 * 8);
    let seen = 0;
    plan.eachStep((row, step, { gates, gateBytes, state }) => {
      seen++;
      const h = engine.floats(state, 8);
      expect([...h]).toEqual([...output.subarray((step * 9 + row) * 8, (step * 9 + row + 1) * 8)]);
      const [r, z, n] = plan.cell.ofInput.map((place) => engine.floats(gates + place * gateBytes, 8));
      if (cell !== 'gru') return expect(r).toEqual(h);
      const before = step === 0 ? data.h0!.subarray(row * 8, row * 8 + 8) : undefined;
      if (!before) return;
      const sum = (weight: Float32Array, bias: Float32Array, of: ArrayLike<number>, j: number) =>
        Array.from(of).reduce((total, value, k) => total + weight[j * of.length + k]! * value, bias[j]!);
      const x = data.x.subarray(row * 2, row * 2 + 2);
      for (let j = 0; j < 8; j++) {
        const seenOf = (gate: number) => ({
          x: sum(data.weightIh, data.bias!, x, gate * 8 + j),
          h: sum(data.weightHh, data.biasHh!, before, gate * 8 + j),
        });
        const sigmoid = (value: { x: number; h: number }) => 1 / (1 + Math.exp(-value.x - value.h));
        const reset = sigmoid(seenOf(0));
        const ofCandidate = seenOf(2);
        expect(r![j]).toBeCloseTo(reset, 5);
        expect(z![j]).toBeCloseTo(sigmoid(seenOf(1)), 5);
        expect(n![j]).toBeCloseTo(Math.tanh(ofCandidate.x + reset * ofCandidate.h), 5);
      }
    });
    expect(seen).toBe(27);
  });

  it('that are shut hold h over a million steps of a GRU', async () => {
    const engine = await trainingEngine({ threads: 1 });
    const time = 10_000;
    let h0: Float32Array = Float32Array.of(0.3, -0.7, 1e-20, 5);
    const held = h0.slice();
    const one: Case = { cell: 'gru', ...sizes, time, hiddenSize: 1, ...whole, wantOutput: false };
    for (let steps = 0; steps < 1_000_000; steps += time) {
      const data = {
        ...randomData(one, 1),
        ...{
          h0,
          x: new Float32Array(4 * time),
          weightIh: new Float32Array(3),
          weightHh: new Float32Array(3),
        },
        ...{ bias: Float32Array.of(0, 30, 0.5), biasHh: new Float32Array(3) },
      };
      const { inputs, sizes: all, release } = placed(engine, one, data);
      const plan = new TrainingPlan(engine, cells.gru, all, inputs);
      const { hn } = plan.forward();
      h0 = engine.read(hn, 4);
      plan.release();
      engine.release(hn);
      release();
    }
    expect(h0).toEqual(held);
  });
});
