/**
 * The likelihood of tags under a conditional random field, and its gradient, by the forward and the backward recursion
 * (Rabiner 1989) in logarithms of float64.
 */
import type { Crf } from './crf.js';

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
  let sum = 0;
  for (const sequence of sequencesOf(batch)) {
    const { logPartition } = forwardScores(batch.crf, sequence);
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
  for (const sequence of sequencesOf(batch)) {
    const { first, steps, targets } = sequence;
    const { alphas, logPartition } = forwardScores(crf, sequence);
    const betas = backwardScores(crf, sequence);
    const expected = alphas.map((alpha, i) => Math.exp(alpha + (betas[i] ?? 0) - logPartition));
    addPairs(transitions, crf, sequence, alphas, betas, logPartition);
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
      emissions: Float64Array.from({ length: steps * tags }, (_, i) => emissions[first + i] ?? 0),
      targets: Int32Array.from({ length: steps }, (_, step) => targets[sequence * time + step] ?? 0),
    };
  }
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
function forwardScores({ start, end, transitions }: Crf, { steps, emissions }: Sequence) {
  const tags = start.length;
  const alphas = emissions.slice();
  const terms = new Float64Array(tags);
  for (let tag = 0; tag < tags; tag++) add(alphas, tag, start[tag] ?? 0);
  for (let step = 1; step < steps; step++) {
    for (let to = 0; to < tags; to++) {
      for (let from = 0; from < tags; from++) {
        terms[from] = (alphas[(step - 1) * tags + from] ?? 0) + (transitions[from * tags + to] ?? 0);
      }
      add(alphas, step * tags + to, logSumExp(terms));
    }
  }
  for (let tag = 0; tag < tags; tag++) terms[tag] = (alphas[(steps - 1) * tags + tag] ?? 0) + (end[tag] ?? 0);
  return { alphas, logPartition: logSumExp(terms) };
}

/** Of each tag of each step the logarithm of the sum over all ways that go on from there, `[steps, tags]`. */
function backwardScores({ end, transitions }: Crf, { steps, emissions }: Sequence): Float64Array {
  const tags = end.length;
  const betas = new Float64Array(steps * tags);
  const terms = new Float64Array(tags);
  betas.set(end, (steps - 1) * tags);
  for (let step = steps - 2; step >= 0; step--) {
    for (let from = 0; from < tags; from++) {
      for (let to = 0; to < tags; to++) {
        const next = (step + 1) * tags + to;
        terms[to] = (transitions[from * tags + to] ?? 0) + (emissions[next] ?? 0) + (betas[next] ?? 0);
      }
      betas[step * tags + from] = logSumExp(terms);
    }
  }
  return betas;
}

/** Adds how likely each tag after each other one is, over all steps. */
function addPairs(
  sums: Float64Array,
  { start, transitions }: Crf,
  { steps, emissions }: Sequence,
  alphas: Float64Array,
  betas: Float64Array,
  logPartition: number,
): void {
  const tags = start.length;
  for (let step = 1; step < steps; step++) {
    for (let from = 0; from < tags; from++) {
      const before = (alphas[(step - 1) * tags + from] ?? 0) - logPartition;
      for (let to = 0; to < tags; to++) {
        const here = step * tags + to;
        const pair = from * tags + to;
        const after = (emissions[here] ?? 0) + (betas[here] ?? 0);
        add(sums, pair, Math.exp(before + (transitions[pair] ?? 0) + after));
      }
    }
  }
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value;
}

/** `log(sum(exp(terms)))` without overflow. */
function logSumExp(terms: Float64Array): number {
  let most = -Infinity;
  for (const term of terms) if (term > most) most = term;
  if (most === -Infinity) return most;
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - most);
  return most + Math.log(sum);
}
