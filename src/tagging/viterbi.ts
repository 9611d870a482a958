/** The best tags of each sequence (Viterbi 1967). */
import { inWords, isList, wrongArgument } from '../arguments.js';
import { formatShape } from '../builder/shape.js';
import { LstmOnnxError } from '../errors.js';
import { checkArray, type NdArray } from '../nd-array.js';
import { checkOptionNames } from '../option-names.js';
import { type Crf, checkCrf } from './crf.js';

/** What {@link viterbi} takes besides emissions and transitions. */
export interface ViterbiOptions {
  /** The steps of each sequence. @default all of them */
  readonly lengths?: ArrayLike<number>;
}

/**
 * The tags of each sequence whose score is highest: the sum of the emissions, the transitions, and the scores of the first and
 * the last tag. As `decode` of pytorch-crf. Of tags that are equally good the first is taken.
 *
 * @param emissions a score for each tag of each step, `[batch, time, tags]`, such as `predict` gives
 * @param crf what {@link crfOf} gives
 * @returns the numbers of the tags, a list for each sequence, as long as the sequence
 * @throws E_SHAPE_MISMATCH for emissions or lengths that do not fit; E_NOT_FINITE for emissions that are NaN or Infinity; E_INVALID_OPTION
 *   for what is none of these, and for a sequence all of whose tags are forbidden
 */
export function viterbi(
  emissions: NdArray<'float32'>,
  crf: Crf,
  options: ViterbiOptions = {},
): readonly number[][] {
  const tags = checkCrf('viterbi', crf);
  checkOptionNames('viterbi', options, { lengths: true }, { mask: 'lengths' });
  checkArray('viterbi: emissions', emissions);
  const { shape, dtype, data } = emissions;
  const [batch = 0, time = 0, last] = shape;
  if (dtype !== 'float32') {
    throw new LstmOnnxError('E_DTYPE_MISMATCH', `viterbi: the emissions are ${dtype}; expected float32.`);
  }
  if (shape.length !== 3 || last !== tags) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `viterbi: the emissions have shape ${formatShape(shape)}; expected [batch, time, ${tags}], as the crf has ${tags} tags.`,
    );
  }
  const wrong = data.find((score) => Number.isNaN(score) || score === Infinity);
  if (wrong !== undefined) {
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `viterbi: an emission is ${wrong}; expected numbers, or -Infinity.`,
    );
  }
  const lengths = checkedLengths('viterbi', options.lengths, batch, time);
  return Array.from({ length: batch }, (_, sequence) => {
    const start = sequence * time * tags;
    const steps = lengths[sequence] ?? 0;
    return bestTags(data.subarray(start, start + steps * tags), crf, tags, sequence);
  });
}

/** @throws E_SHAPE_MISMATCH, E_INVALID_OPTION for lengths that are no numbers of steps */
function checkedLengths(where: string, lengths: unknown, batch: number, time: number): ArrayLike<number> {
  if (lengths === undefined) return new Int32Array(batch).fill(time);
  if (!isList(lengths))
    throw wrongArgument(`${where}: lengths`, lengths, 'the steps of each sequence, as in [3, 5]');
  const given = Array.from(lengths);
  if (given.length !== batch) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: there are ${given.length} lengths for ${batch} sequences; give one for each.`,
    );
  }
  const fits = (length: unknown): length is number =>
    typeof length === 'number' && Number.isInteger(length) && length >= 0 && length <= time;
  if (given.every(fits)) return given;
  const wrong = given.findIndex((length) => !fits(length));
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: the length of sequence ${wrong} is ${inWords(given[wrong])}; expected 0 to ${time} steps.`,
  );
}

/** @param emissions of one sequence, `[steps, tags]` */
function bestTags(emissions: Float32Array, { start, end, transitions }: Crf, tags: number, sequence: number) {
  const steps = emissions.length / tags;
  if (steps === 0) return [];
  /** The tag before each tag of each step on the best way there. */
  const before = new Int32Array(steps * tags);
  let scores = Float64Array.from(start, (score, tag) => score + (emissions[tag] ?? 0));
  for (let step = 1; step < steps; step++) {
    const next = new Float64Array(tags).fill(-Infinity);
    for (let from = 0; from < tags; from++) {
      const score = scores[from] ?? 0;
      for (let to = 0; to < tags; to++) {
        const way = score + (transitions[from * tags + to] ?? 0);
        // Of equal ones the first stays.
        if (way <= (next[to] ?? 0)) continue;
        next[to] = way;
        before[step * tags + to] = from;
      }
    }
    for (let to = 0; to < tags; to++) next[to] = (next[to] ?? 0) + (emissions[step * tags + to] ?? 0);
    scores = next;
  }
  const ends = scores.map((score, tag) => score + (end[tag] ?? 0));
  let tag = largest(ends);
  if (ends[tag] === -Infinity) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `viterbi: every sequence of ${steps} tags has the score -Infinity (sequence ${sequence}); allow one that can begin, go on and end.`,
    );
  }
  const path = [tag];
  for (let step = steps - 1; step > 0; step--) {
    tag = before[step * tags + tag] ?? 0;
    path.push(tag);
  }
  return path.reverse();
}

/** The place of the largest number, the first of equal ones. */
function largest(numbers: Float64Array): number {
  let best = 0;
  for (let at = 1; at < numbers.length; at++) {
    if ((numbers[at] ?? 0) > (numbers[best] ?? 0)) best = at;
  }
  return best;
}
