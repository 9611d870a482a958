/**
 * The likelihood of tags under a conditional random field, and its gradient, by the forward and the backward recursion
 * (Rabiner 1989) in logarithms of float64.
 */
import type { Crf } from './crf.js';
import { logSumExp, TagWays } from './tag-ways.js';

/** Sequences of one batch. */
export interface TaggedBatch {
  readonly crf: Crf;
  /** `[batch, time, tags]`. */
  readonly emissions: ArrayLike<number>;
  /** The right tags, `[batch, time]`; those beyond the lengths are not read. */
  readonly targets: ArrayLike<number>;
  /** The steps of each sequence, `[batch]`. */
  readonly lengths: ArrayLike<number>;
  readonly time: number;
}

/** The sum over the sequences of `-log p(targets)`, and the steps that it is of. */
export function negativeLogLikelihood(batch: TaggedBatch): number {
  const ways = waysOf(batch.crf);
  let sum = 0;
  for (const sequence of sequencesOf(batch)) {
    const { logPartition } = forwardScores(batch.crf, sequence, ways);
    sum += logPartition - scoreOf(batch.crf, sequence);
  }
  return sum;
}

/** The gradient of {@link negativeLogLikelihood}: how likely each tag and each pair of tags is, less what the targets have. */
export function likelihoodGradient(batch: TaggedBatch): Crf & { readonly emissions: Float32Array } {
  const { crf, time } = batch;
  const tags = crf.start.length;
  const emissions = new Float32Array(batch.lengths.length * time * tags);
  const start = new Float64Array(tags);
  const end = new Float64Array(tags);
  const transitions = new Float64Array(tags * tags);
  const ways = waysOf(crf);
  for (const sequence of sequencesOf(batch)) {
    const { first, steps, targets } = sequence;
    const { alphas, logPartition } = forwardScores(crf, sequence, ways);
    const betas = backwardScores(crf, sequence, ways);
    const expected = alphas.map((alpha, i) => Math.exp(alpha + (betas[i] ?? 0) - logPartition));
    addPairs(transitions, sequence, { alphas, betas, logPartition }, ways);
    for (let step = 0; step < steps; step++) {
      const right = step * tags + (targets[step] ?? 0);
      expected[right] = (expected[right] ?? 0) - 1;
      if (step > 0) add(transitions, (targets[step - 1] ?? 0) * tags + (targets[step] ?? 0), -1);
    }
    emissions.set(expected, first);
    for (let tag = 0; tag < tags; tag++) {
      add(start, tag, expected[tag] ?? 0);
      add(end, tag, expected[(steps - 1) * tags + tag] ?? 0);
    }
  }
  return {
    emissions,
    start: Float32Array.from(start),
    end: Float32Array.from(end),
    transitions: Float32Array.from(transitions),
  };
}

function waysOf({ start, transitions }: Crf): TagWays {
  return new TagWays(transitions, start.length);
}

/** A sequence that has steps. */
interface Sequence {
  /** Where its emissions begin in those of the batch. */
  readonly first: number;
  readonly steps: number;
  /** `[steps, tags]`. */
  readonly emissions: Float64Array;
  /** `[steps]`. */
  readonly targets: Int32Array;
}

function* sequencesOf({ crf, emissions, targets, lengths, time }: TaggedBatch): Generator<Sequence> {
  const tags = crf.start.length;
  for (let sequence = 0; sequence < lengths.length; sequence++) {
    const steps = lengths[sequence] ?? 0;
    if (steps === 0) continue;
    const first = sequence * time * tags;
    yield {
      first,
      steps,
      emissions: copied(emissions, first, steps * tags),
      targets: Int32Array.from({ length: steps }, (_, step) => targets[sequence * time + step] ?? 0),
    };
  }
}

function copied(numbers: ArrayLike<number>, start: number, count: number): Float64Array {
  const copy = new Float64Array(count);
  for (let i = 0; i < count; i++) copy[i] = numbers[start + i] ?? 0;
  return copy;
}

function scoreOf({ start, end, transitions }: Crf, { steps, emissions, targets }: Sequence): number {
  const tags = start.length;
  const tagAt = (step: number) => targets[step] ?? 0;
  let score = (start[tagAt(0)] ?? 0) + (end[tagAt(steps - 1)] ?? 0);
  for (let step = 0; step < steps; step++) {
    score += emissions[step * tags + tagAt(step)] ?? 0;
    if (step > 0) score += transitions[tagAt(step - 1) * tags + tagAt(step)] ?? 0;
  }
  return score;
}

/** Of each tag of each step the logarithm of the sum over all ways that lead there, `[steps, tags]`, and that over all ways. */
function forwardScores({ start, end }: Crf, { steps, emissions }: Sequence, ways: TagWays) {
  const tags = start.length;
  const alphas = emissions.slice();
  const arrived = new Float64Array(tags);
  for (let tag = 0; tag < tags; tag++) add(alphas, tag, start[tag] ?? 0);
  for (let step = 1; step < steps; step++) {
    ways.arriving(rowOf(alphas, step - 1, tags), arrived);
    for (let to = 0; to < tags; to++) add(alphas, step * tags + to, arrived[to] ?? 0);
  }
  const last = rowOf(alphas, steps - 1, tags).map((alpha, tag) => alpha + (end[tag] ?? 0));
  return { alphas, logPartition: logSumExp(last) };
}

/** Of each tag of each step the logarithm of the sum over all ways that go on from there, `[steps, tags]`. */
function backwardScores({ end }: Crf, { steps, emissions }: Sequence, ways: TagWays): Float64Array {
  const tags = end.length;
  const betas = new Float64Array(steps * tags);
  betas.set(end, (steps - 1) * tags);
  for (let step = steps - 2; step >= 0; step--) {
    ways.leaving(afterRow(emissions, betas, step + 1, tags), rowOf(betas, step, tags));
  }
  return betas;
}

/** Adds how likely each tag after each other one is, over all steps. */
function addPairs(
  sums: Float64Array,
  { steps, emissions }: Sequence,
  { alphas, betas, logPartition }: { alphas: Float64Array; betas: Float64Array; logPartition: number },
  ways: TagWays,
): void {
  const tags = alphas.length / steps;
  for (let step = 1; step < steps; step++) {
    const before = rowOf(alphas, step - 1, tags).map((alpha) => alpha - logPartition);
    ways.addPairs(sums, before, afterRow(emissions, betas, step, tags));
  }
}

/** The entries of a step, in place. */
function rowOf(scores: Float64Array, step: number, tags: number): Float64Array {
  return scores.subarray(step * tags, (step + 1) * tags);
}

/** Of each tag of a step its own score and that of all that follows. */
function afterRow(emissions: Float64Array, betas: Float64Array, step: number, tags: number): Float64Array {
  return rowOf(emissions, step, tags).map((emission, tag) => emission + (betas[step * tags + tag] ?? 0));
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}
