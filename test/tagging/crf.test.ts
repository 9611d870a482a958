/** Likelihood, gradient and best tags of conditional random fields, against all sequences of tags. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32Array } from '../../src/nd-array.js';
import { withBio } from '../../src/tagging/bio-crf.js';
import type { Crf } from '../../src/tagging/crf.js';
import {
  likelihoodGradient,
  negativeLogLikelihood,
  type TaggedBatch,
} from '../../src/tagging/forward-backward.js';
import { viterbi } from '../../src/tagging/viterbi.js';
import { failureOf } from '../data/failure.js';

/** All sequences of so many tags. */
function pathsOf(tags: number, steps: number): number[][] {
  if (steps === 0) return [[]];
  return pathsOf(tags, steps - 1).flatMap((path) => Array.from({ length: tags }, (_, tag) => [...path, tag]));
}

function scoreOf(
  { start, end, transitions }: Crf,
  emissions: ArrayLike<number>,
  path: readonly number[],
): number {
  const tags = start.length;
  const own = path.map((tag, step) => emissions[step * tags + tag]!);
  const between = path.slice(1).map((tag, i) => transitions[path[i]! * tags + tag]!);
  return [start[path[0]!]!, ...own, ...between, end[path.at(-1)!]!].reduce((sum, score) => sum + score);
}

const score = fc.float({ min: -5, max: 5, noNaN: true });

/** A batch of up to 3 sequences of up to 4 steps with 1 to 3 tags. */
const batches = fc
  .record({
    tags: fc.integer({ min: 1, max: 3 }),
    time: fc.integer({ min: 1, max: 4 }),
    batch: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ tags, time, batch }) => {
    const numbers = (count: number) =>
      fc.array(score, { minLength: count, maxLength: count }).map((list) => Float32Array.from(list));
    const wholes = (count: number, min: number, max: number) =>
      fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count });
    return fc.record({
      crf: fc.record({ start: numbers(tags), end: numbers(tags), transitions: numbers(tags * tags) }),
      emissions: numbers(batch * time * tags),
      targets: wholes(batch * time, 0, tags - 1),
      lengths: wholes(batch, 0, time),
      time: fc.constant(time),
    });
  });

/** The emissions and the targets of each sequence that has steps. */
function sequencesOf({ crf, emissions, targets, lengths, time }: TaggedBatch) {
  const tags = crf.start.length;
  return Array.from(lengths).flatMap((steps, i) =>
    steps === 0
      ? []
      : [
          {
            emissions: Array.from(emissions).slice(i * time * tags, (i * time + steps) * tags),
            path: Array.from(targets).slice(i * time, i * time + steps),
          },
        ],
  );
}

describe('a conditional random field', () => {
  it('has the likelihood that an enumeration of all sequences of tags has', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const expected = sequencesOf(batch).map(({ emissions, path }) => {
          const all = pathsOf(batch.crf.start.length, path.length).map((other) =>
            Math.exp(scoreOf(batch.crf, emissions, other)),
          );
          return Math.log(all.reduce((sum, one) => sum + one)) - scoreOf(batch.crf, emissions, path);
        });
        expect(negativeLogLikelihood(batch)).toBeCloseTo(
          expected.reduce((sum, one) => sum + one, 0),
          9,
        );
      }),
    );
  });

  it('has the gradient that finite differences have', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const gradient = likelihoodGradient(batch);
        const step = 2 ** -7; // far above the rounding of float32
        const slope = (moved: (by: number) => TaggedBatch) =>
          (negativeLogLikelihood(moved(step)) - negativeLogLikelihood(moved(-step))) / (2 * step);
        const shifted = (numbers: ArrayLike<number>, at: number, by: number) =>
          Float64Array.from(numbers, (value, i) => (i === at ? value + by : value));
        Array.from(batch.emissions).forEach((_, at) => {
          const found = slope((by) => ({ ...batch, emissions: shifted(batch.emissions, at, by) }));
          expect(gradient.emissions[at]).toBeCloseTo(found, 4);
        });
        for (const part of ['start', 'end', 'transitions'] as const) {
          batch.crf[part].forEach((_, at) => {
            const moved = (by: number) => Float32Array.from(shifted(batch.crf[part], at, by));
            const found = slope((by) => ({ ...batch, crf: { ...batch.crf, [part]: moved(by) } }));
            expect(gradient[part][at]).toBeCloseTo(found, 2);
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is exact where scores are thousands apart, too', () => {
    const far = fc.oneof(fc.constantFrom(0, -1e4, 1e4, 3000), fc.integer({ min: -900, max: 900 }));
    const [tags, time] = [3, 4];
    const numbers = (count: number) =>
      fc.array(far, { minLength: count, maxLength: count }).map((list) => Float32Array.from(list));
    const crfs = fc.record({ start: numbers(tags), end: numbers(tags), transitions: numbers(tags * tags) });
    const targets = [0, 1, 2, 0];
    fc.assert(
      fc.property(crfs, numbers(tags * time), (crf, emissions) => {
        const paths = pathsOf(tags, time);
        const scores = paths.map((path) => scoreOf(crf, emissions, path));
        const most = Math.max(...scores);
        const shares = scores.map((one) => Math.exp(one - most));
        const sum = shares.reduce((a, b) => a + b);
        const batch = { crf, emissions, targets, lengths: [time], time };
        const expected = most + Math.log(sum) - scoreOf(crf, emissions, targets);
        expect(negativeLogLikelihood(batch)).toBeCloseTo(expected, 6);
        const gradient = likelihoodGradient(batch);
        const share = (holds: (path: readonly number[]) => boolean) =>
          paths.reduce((of, path, i) => of + (holds(path) ? shares[i]! : 0), 0) / sum;
        gradient.emissions.forEach((found, at) => {
          const [step, tag] = [Math.floor(at / tags), at % tags];
          const right = targets[step] === tag ? 1 : 0;
          expect(found).toBeCloseTo(share((path) => path[step] === tag) - right, 6);
        });
        gradient.transitions.forEach((found, pair) => {
          const [from, to] = [Math.floor(pair / tags), pair % tags];
          const among = (path: readonly number[]) =>
            path.slice(1).filter((tag, i) => tag === to && path[i] === from).length;
          const all = paths.reduce((of, path, i) => of + among(path) * shares[i]!, 0) / sum;
          expect(found).toBeCloseTo(all - among(targets), 5);
        });
      }),
    );
  });

  it('has the best tags that an enumeration finds', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const tags = batch.crf.start.length;
        const shape = [batch.lengths.length, batch.time, tags];
        const found = viterbi(float32Array(shape, batch.emissions), batch.crf, { lengths: batch.lengths });
        expect(found.map((path) => path.length)).toEqual(batch.lengths);
        const paths = found.filter((path) => path.length > 0);
        sequencesOf(batch).forEach(({ emissions }, i) => {
          const all = pathsOf(tags, paths[i]!.length).map((path) => scoreOf(batch.crf, emissions, path));
          // Sums in another order may differ in the last bits where two sequences are equally good.
          expect(scoreOf(batch.crf, emissions, paths[i]!)).toBeCloseTo(Math.max(...all), 9);
        });
      }),
    );
  });

  it('has gradients where transitions are as good as forbidden', () => {
    const crf = {
      start: Float32Array.of(0, -1e4),
      end: Float32Array.of(0, 0),
      transitions: Float32Array.of(0, -1e4, -1e4, 0),
    };
    const batch = { crf, emissions: new Float32Array(6), targets: [0, 0, 0], lengths: [3], time: 3 };
    expect(negativeLogLikelihood(batch)).toBe(0);
    expect([...likelihoodGradient(batch).emissions]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('viterbi', () => {
  const crf = { start: new Float32Array(2), end: new Float32Array(2), transitions: new Float32Array(4) };
  const emissions = float32Array([1, 2, 2], [1, 0, 0, 1]);

  it('takes the largest emissions where no transition says otherwise, and the first of equal ones', () => {
    expect(viterbi(emissions, crf)).toEqual([[0, 1]]);
    expect(viterbi(float32Array([1, 2, 2], [0, 0, 0, 0]), crf)).toEqual([[0, 0]]);
    expect(viterbi(float32Array([0, 2, 2], []), crf)).toEqual([]);
  });

  it.each([
    [
      'E_SHAPE_MISMATCH',
      () => viterbi(float32Array([1, 2, 3], new Float32Array(6)), crf),
      '[batch, time, 2]',
    ],
    [
      'E_SHAPE_MISMATCH',
      () => viterbi(emissions, { ...crf, transitions: new Float32Array(3) }),
      'tags * tags',
    ],
    ['E_SHAPE_MISMATCH', () => viterbi(emissions, crf, { lengths: [1, 2] }), '2 lengths for 1 sequences'],
    ['E_INVALID_OPTION', () => viterbi(emissions, crf, { lengths: [3] }), 'expected 0 to 2 steps'],
    ['E_NOT_FINITE', () => viterbi(float32Array([1, 1, 2], [0, Number.NaN]), crf), 'an emission is NaN'],
    ['E_NOT_FINITE', () => viterbi(float32Array([1, 1, 2], [0, Infinity]), crf), 'an emission is Infinity'],
    [
      'E_NOT_FINITE',
      () => viterbi(emissions, { ...crf, end: Float32Array.of(0, Number.NaN) }),
      'a score of the crf is NaN',
    ],
    [
      'E_INVALID_OPTION',
      () => viterbi(emissions, { ...crf, end: Float32Array.of(-Infinity, -Infinity) }),
      'every sequence of 2 tags has the score -Infinity',
    ],
  ])('refuses with %s what does not fit', (code, call, words) => {
    expect(failureOf(call)).toMatchObject({ code, message: expect.stringContaining(words) });
  });
});

describe('withBio', () => {
  const labels = ['O', 'B-A', 'I-A', 'B-B', 'I-B'];
  const free = { start: new Float32Array(5), end: new Float32Array(5), transitions: new Float32Array(25) };

  it('allows I after B and I of its own type alone', () => {
    const { start, end, transitions } = withBio(free, labels);
    expect([...start]).toEqual([0, 0, -Infinity, 0, -Infinity]);
    expect(end).toBe(free.end);
    const leadTo = (label: string) =>
      labels.filter((_, from) => transitions[from * 5 + labels.indexOf(label)] === 0);
    expect(leadTo('I-A')).toEqual(['B-A', 'I-A']);
    expect(leadTo('I-B')).toEqual(['B-B', 'I-B']);
    for (const label of ['O', 'B-A', 'B-B']) expect(leadTo(label)).toEqual(labels);
  });

  it('finds the best tags among those that are BIO', () => {
    // Alone the second step is I-B, which cannot follow B-A.
    const emissions = float32Array([1, 2, 5], [0, 3, 0, 2, 0, 0, 0, 0, 0, 2]);
    expect(viterbi(emissions, free)).toEqual([[1, 4]]);
    expect(viterbi(emissions, withBio(free, labels))).toEqual([[3, 4]]);
  });

  it('refuses labels that are not BIO, or not as many as tags', () => {
    expect(failureOf(() => withBio(free, ['O', 'B-A', 'I-A', 'B-B', 'PER']))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining("withBio: a tag is the text 'PER'"),
    });
    expect(failureOf(() => withBio(free, ['O']))).toMatchObject({ code: 'E_INVALID_OPTION' });
  });
});
