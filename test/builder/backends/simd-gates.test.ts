import { beforeAll, describe, expect, it } from 'vitest';
import { cellLayouts } from '../../../src/builder/backends/simd/cells.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { TrainingPlan } from '../../../src/builder/backends/simd/training-plan.js';
import { trainingEngine } from '../../engine.js';
import '../../matcher.js';

const gateNames = ['input', 'forget', 'candidate', 'output'] as const;

/** A layer of one unit for each row, `[batch, time]`, whose gates all see the same x, and a bias. */
function runUnit(
  engine: Engine,
  x: Float32Array,
  { time = 1, bias = [0, 0, 0, 0], c0 }: { time?: number; bias?: number[]; c0?: Float32Array } = {},
) {
  const place = (numbers: ArrayLike<number>) => {
    const at = engine.allocate(numbers.length * 4);
    engine.floats(at, numbers.length).set(numbers);
    return at;
  };
  const batch = x.length / time;
  const sizes = { batch, time, inputSize: 1, hiddenSize: 1, stateSize: 1 };
  const inputs = {
    ...{ x: place(x), h0: 0, c0: c0 ? place(c0) : 0, lengths: 0, mask: 0 },
    ...{ weightIh: place([1, 1, 1, 1]), weightHh: place([0, 0, 0, 0]), bias: place(bias) },
    ...{ biasHh: 0, weightHr: 0 },
  };
  const layout = { batchFirst: true, reverse: false, wantOutput: false };
  const plan = new TrainingPlan(engine, cellLayouts.lstm, { ...sizes, ...layout }, inputs);
  const { hn, cn } = plan.forward();
  const gates: { x: number; input: number; forget: number; candidate: number; output: number }[] = [];
  if (time === 1) {
    plan.eachStep((row, _step, { gates: at, gateBytes }) => {
      const [input, forget, candidate, output] = gateNames.map((_, i) =>
        engine.floats(at + i * gateBytes, 1).at(0),
      ) as [number, number, number, number];
      gates.push({ x: x[row]!, input, forget, candidate, output });
    });
  }
  const cells = engine.read(cn, batch);
  plan.release();
  for (const at of [hn, cn, ...Object.values(inputs)]) if (at !== 0) engine.release(at);
  return { gates, cells };
}

describe.each(['wide', 'relaxed', 'plain'] as const)('the gates of the %s kernels', (simd) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await trainingEngine({ threads: 1, simd });
    expect(engine.simd).toBe(simd);
  });

  it('are right to 3e-7 of themselves, however near to shut', () => {
    const x = Float32Array.from({ length: 20_000 }, (_, i) => 87 * Math.sin(i + 1) ** 3);
    let worst = 0;
    for (const { x: at, input, forget, candidate, output } of runUnit(engine, x).gates) {
      const sigmoid = 1 / (1 + Math.exp(-at));
      const quotients = [input / sigmoid, forget / sigmoid, output / sigmoid, candidate / Math.tanh(at)];
      worst = Math.max(worst, ...quotients.map((quotient) => Math.abs(quotient - 1)));
    }
    expect(worst).toBeLessThan(3e-7);
  });

  it('are exactly 0 and 1 and -1 far from 0', () => {
    const far = Float32Array.of(90, 200, 1e4, 3e38, Number.POSITIVE_INFINITY);
    for (const gate of runUnit(engine, far).gates) {
      expect(gate).toMatchObject({ input: 1, forget: 1, candidate: 1, output: 1 });
    }
    for (const gate of runUnit(
      engine,
      far.map((x) => -x),
    ).gates) {
      expect(gate).toMatchObject({ input: 0, forget: 0, candidate: -1, output: 0 });
    }
    for (const gate of runUnit(engine, Float32Array.of(17.5, 30, 87)).gates) {
      expect(gate).toMatchObject({ input: 1, forget: 1, candidate: 1, output: 1 });
    }
  });

  it('are NaN for NaN', () => {
    for (const { x: _, ...gates } of runUnit(engine, Float32Array.of(Number.NaN)).gates) {
      expect(Object.values(gates).every(Number.isNaN)).toBe(true);
    }
  });

  it('hold a cell over a million steps, and leak no more into one than float32 has it', () => {
    const time = 10_000;
    // What the steps add, in the order and precision of float32: sigmoid(-30) tanh(5) each.
    const step = Math.fround(Math.fround(1 / (1 + Math.exp(30))) * Math.fround(Math.tanh(5)));
    let expected = 0;
    let cells: Float32Array = Float32Array.of(0, 1, -3.7, 1e-20);
    const held = cells.slice();
    for (let steps = 0; steps < 1_000_000; steps += time) {
      const x = new Float32Array(cells.length * time);
      ({ cells } = runUnit(engine, x, { time, bias: [-30, 30, 5, 0], c0: cells }));
      for (let i = 0; i < time; i++) expected = Math.fround(expected + step);
    }
    expect(cells.subarray(1, 3)).toEqual(held.subarray(1, 3));
    expect(cells[0]).toBeLessThan(1e-7);
    expect(Math.abs(cells[0]! / expected - 1)).toBeLessThan(0.03);
  });
});
