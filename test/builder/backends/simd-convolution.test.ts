/** Convolutions on the engine against their definition, in float64. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  convolutionWeightGradient,
  convolve,
  convolveBack,
} from '../../../src/builder/backends/simd/convolution.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import type { Convolution } from '../../../src/builder/convolution/convolution.js';
import { Generator } from '../../../src/builder/random.js';
import { trainingEngine } from '../../engine.js';
import '../../matcher.js';

/** Calls `visit` for each product that a convolution sums: where its factors are, and where it is added to. */
function eachProduct(
  { grid, outChannels, groups }: Convolution,
  visit: (x: number, weight: number, y: number) => void,
): void {
  const { batch, channels, size, count, kernel, stride, before, dilation } = grid;
  const [inGroup, outGroup] = [channels / groups, outChannels / groups];
  let y = 0;
  for (let b = 0; b < batch; b++) {
    for (let out = 0; out < outChannels; out++) {
      const first = Math.floor(out / outGroup) * inGroup;
      for (let line = 0; line < count[0]; line++) {
        for (let column = 0; column < count[1]; column++, y++) {
          for (let i = 0; i < inGroup * kernel[0] * kernel[1]; i++) {
            const [channel, place] = [Math.floor(i / (kernel[0] * kernel[1])), i % (kernel[0] * kernel[1])];
            const row = line * stride[0] + Math.floor(place / kernel[1]) * dilation[0] - before[0];
            const at = column * stride[1] + (place % kernel[1]) * dilation[1] - before[1];
            if (row < 0 || row >= size[0] || at < 0 || at >= size[1]) continue;
            const plane = (b * channels + first + channel) * size[0];
            visit((plane + row) * size[1] + at, out * inGroup * kernel[0] * kernel[1] + i, y);
          }
        }
      }
    }
  }
}

const axis = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  before: fc.integer({ min: 0, max: 5 }),
  after: fc.integer({ min: 0, max: 5 }),
  dilation: fc.integer({ min: 1, max: 3 }),
});

const convolutions = fc
  .record({
    axes: fc.tuple(axis, axis),
    batch: fc.integer({ min: 1, max: 9 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 5 }),
    out: fc.integer({ min: 1, max: 9 }),
  })
  .filter(({ axes }) => axes.every(fits))
  .map(({ axes, batch, groups, channels, out }): Convolution => {
    const pair = (of: (one: (typeof axes)[0]) => number) => [of(axes[0]), of(axes[1])] as const;
    const grid = {
      ...{ batch, channels: groups * channels, size: pair((one) => one.size), count: pair(countOf) },
      ...{ kernel: pair((one) => one.kernel), stride: pair((one) => one.stride) },
      ...{
        before: pair((one) => one.before),
        after: pair((one) => one.after),
        dilation: pair((one) => one.dilation),
      },
    };
    return { grid, outChannels: groups * out, groups };
  });

type Axis = { size: number; kernel: number; stride: number; before: number; after: number; dilation: number };

function countOf({ size, kernel, stride, before, after, dilation }: Axis): number {
  return Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
}

function fits(one: Axis): boolean {
  return countOf(one) >= 1;
}

/** More entries and channels than are multiplied at once, and more windows than are unfolded at once. */
const large: [string, Convolution][] = [
  ['many entries', { grid: plain(2, 70, [3, 40], [2, 2]), outChannels: 7, groups: 1 }],
  ['many channels of y', { grid: plain(3, 2, [1, 30], [1, 3]), outChannels: 530, groups: 2 }],
  ['many windows', { grid: plain(5, 3, [40, 37], [5, 1]), outChannels: 6, groups: 1 }],
];

function plain(
  batch: number,
  channels: number,
  size: readonly [number, number],
  kernel: readonly [number, number],
): Convolution['grid'] {
  const count = [size[0] - kernel[0] + 1, size[1] - kernel[1] + 1] as const;
  return {
    ...{ batch, channels, size, count, kernel },
    ...{ stride: [1, 1], before: [0, 0], after: [0, 0], dilation: [1, 1] },
  };
}

/** What memory holds before it is written must not matter. */
function leaveNothingGood(engine: Engine): void {
  const at = engine.allocate(4 * 2 ** 20);
  engine.floats(at, 2 ** 20).fill(Number.NaN);
  engine.release(at);
}

async function agrees(engine: Engine, convolution: Convolution): Promise<void> {
  const { grid, outChannels, groups } = convolution;
  const entries = (grid.channels / groups) * grid.kernel[0] * grid.kernel[1];
  const sizes = {
    x: grid.batch * grid.channels * grid.size[0] * grid.size[1],
    y: grid.batch * outChannels * grid.count[0] * grid.count[1],
    weight: outChannels * entries,
  };
  leaveNothingGood(engine);
  const taken = engine.taken;
  const generator = new Generator(1);
  const place = (count: number) => {
    const numbers = generator.uniform(count, -1, 1);
    const at = engine.allocate(count * 4);
    engine.floats(at, count).set(numbers);
    return { at, numbers };
  };
  const [x, y, weight] = [place(sizes.x), place(sizes.y), place(sizes.weight)];
  const [biasOfX, biasOfY] = [place(grid.channels), place(outChannels)];
  const channelOf = (i: number, size: number, channels: number) =>
    Math.floor(i / (size / grid.batch / channels)) % channels;
  const expectedY = new Float64Array(sizes.y).map(
    (_, i) => biasOfY.numbers[channelOf(i, sizes.y, outChannels)]!,
  );
  const expectedX = new Float64Array(sizes.x).map(
    (_, i) => biasOfX.numbers[channelOf(i, sizes.x, grid.channels)]!,
  );
  const expectedWeight = new Float64Array(sizes.weight);
  eachProduct(convolution, (atX, atWeight, atY) => {
    expectedY[atY]! += x.numbers[atX]! * weight.numbers[atWeight]!;
    expectedX[atX]! += y.numbers[atY]! * weight.numbers[atWeight]!;
    expectedWeight[atWeight]! += x.numbers[atX]! * y.numbers[atY]!;
  });
  const results = [
    [convolve(engine, convolution, x.at, weight.at, biasOfY.at), expectedY],
    [convolveBack(engine, convolution, y.at, weight.at, biasOfX.at), expectedX],
    [convolutionWeightGradient(engine, convolution, x.at, y.at), expectedWeight],
  ] as const;
  for (const [at, expected] of results) {
    expect(engine.read(at, expected.length)).toBeCloseToArray(Float32Array.from(expected), {
      atol: 1e-5,
      rtol: 1e-5,
    });
    engine.release(at);
  }
  for (const { at } of [x, y, weight, biasOfX, biasOfY]) engine.release(at);
  expect(engine.taken).toBe(taken);
}

describe('a convolution, its way back and the gradient of its weight', () => {
  it.each([
    [1, 'relaxed'],
    [2, 'relaxed'],
    [3, 'plain'],
    [2, 'wide'],
  ] as const)('are their definition on any grid, on %i threads, %s', async (threads, simd) => {
    const engine = await trainingEngine({ threads, simd, leastShare: 1 });
    await fc.assert(
      fc.asyncProperty(convolutions, (convolution) => agrees(engine, convolution)),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(large)('are it with %s', async (_, convolution) => {
    await agrees(await trainingEngine({ threads: 2, leastShare: 1 }), convolution);
  });
});
