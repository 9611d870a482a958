/** The loss of a conditional random field. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Crf } from '../../tagging/crf.js';
import {
  likelihoodGradient,
  negativeLogLikelihood,
  type TaggedBatch,
} from '../../tagging/forward-backward.js';
import { viterbi } from '../../tagging/viterbi.js';
import type { Loss, LossContext } from './loss.js';
import { expectShape } from './losses.js';

/**
 * The negative log likelihood of the targets under a conditional random field, the mean over the steps: of pytorch-crf
 * `-crf(emissions, tags, mask, reduction='token_mean')`. The output is that of `crf`, `[batch, time, tags]`; targets are the
 * numbers of the tags, `[batch, time]`. Sequences with lengths need `masked(crfNll, { lengths: 'lengths' })`, which stops at them.
 *
 * Metrics compare the targets with the tags that `viterbi` finds, not with the largest emissions.
 *
 * @throws E_INVALID_OPTION in training for an output that is not of a `crf`, targets that are no tags, sequences with lengths where
 *   the loss does not stop at them, and for targets that are missing before the end of their sequence
 */
export const crfNll: Loss = {
  name: 'crfNll',

  compute(tf, prediction, target, context) {
    const tensors = crfTensors(context);
    const [batch = 0, time = 0, tags = 0] = prediction.shape;
    expectShape('crfNll', target, [batch, time]);
    const targets = target.dataSync();
    const lengths = lengthsOf(target.shape, context);
    expectTags(targets, lengths, time, tags);
    const steps = lengths.reduce((sum, length) => sum + length, 0);
    const mean = tf.customGrad((...args) => {
      const [emissions, start, end, transitions] = args as [TfTensor, TfTensor, TfTensor, TfTensor]; // as it is called below
      const crf = numbersOf({ start, end, transitions });
      const taken: TaggedBatch = { crf, emissions: emissions.dataSync(), targets, lengths, time };
      return {
        value: tf.scalar(negativeLogLikelihood(taken) / steps),
        gradFunc(dy: TfTensor) {
          const gradient = likelihoodGradient(taken);
          const scaled = (numbers: Float32Array, { shape }: TfTensor) =>
            tf.mul(tf.tensor(numbers, shape), tf.div(dy, steps));
          return [
            scaled(gradient.emissions, emissions),
            scaled(gradient.start, start),
            scaled(gradient.end, end),
            scaled(gradient.transitions, transitions),
          ];
        },
      };
    });
    return mean(prediction, tensors.start, tensors.end, tensors.transitions) as Scalar; // of the value above
  },

  decode(tf, prediction, context) {
    const [batch = 0, time = 0, tags = 0] = prediction.shape;
    const lengths = lengthsOf([batch, time], context);
    const data = Float32Array.from(prediction.dataSync());
    const emissions = { dtype: 'float32', shape: prediction.shape, data } as const;
    const found = viterbi(emissions, numbersOf(crfTensors(context)), { lengths });
    const chosen = new Float32Array(data.length);
    found.forEach((path, sequence) => {
      path.forEach((tag, step) => {
        chosen[(sequence * time + step) * tags + tag] = 1;
      });
    });
    return tf.tensor(chosen, prediction.shape);
  },
};

interface CrfTensors {
  readonly start: TfTensor;
  readonly end: TfTensor;
  readonly transitions: TfTensor;
}

/** @throws E_INVALID_OPTION unless the predictions are of a crf */
function crfTensors(context: LossContext | undefined): CrfTensors {
  if (context?.node?.op !== 'crf') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `crfNll: the output is ${context?.node ? `of ${context.node.op}` : 'not of an op'}, which has no transitions; give what crf gives as ` +
        "the output, as in { emissions: crf('crf', linear('fc', output, 9)) }.",
    );
  }
  return {
    start: context.parameter('start_transitions'),
    end: context.parameter('end_transitions'),
    transitions: context.parameter('transitions'),
  };
}

/** Copied, since a backend may use the memory again. */
function numbersOf({ start, end, transitions }: CrfTensors): Crf {
  const read = (tensor: TfTensor) => Float32Array.from(tensor.dataSync());
  return { start: read(start), end: read(end), transitions: read(transitions) };
}

/** The steps of each sequence that count. @throws E_INVALID_OPTION where they are not the first ones */
function lengthsOf([batch = 0, time = 0]: readonly number[], context: LossContext | undefined): Int32Array {
  const { places, node } = context ?? {};
  if (!places) {
    if (node?.op === 'crf' && node.inputs.lengths !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `crfNll: the sequences have lengths of their own ('${node.inputs.lengths}'), and the loss reads all steps; give the input of the ` +
          "lengths, as in masked(crfNll, { lengths: 'lengths' }).",
      );
    }
    return new Int32Array(batch).fill(time);
  }
  const lengths = new Int32Array(batch);
  for (const place of places) {
    const sequence = Math.floor(place / time);
    const steps = lengths[sequence] ?? 0;
    if (place % time !== steps) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `crfNll: sequence ${sequence} of the batch has no target at step ${steps} and one at step ${place % time}; a crf needs a tag for ` +
          'each step up to the end of the sequence.',
      );
    }
    lengths[sequence] = steps + 1;
  }
  return lengths;
}

function expectTags(targets: ArrayLike<number>, lengths: Int32Array, time: number, tags: number): void {
  lengths.forEach((steps, sequence) => {
    for (let step = 0; step < steps; step++) {
      const tag = targets[sequence * time + step] ?? Number.NaN;
      if (Number.isInteger(tag) && tag >= 0 && tag < tags) continue;
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `crfNll: a target is ${tag}; expected the number of a tag, 0 to ${tags - 1}.` +
          (tag < 0
            ? " Where it is padding, give the lengths, as in masked(crfNll, { lengths: 'lengths' })."
            : ''),
      );
    }
  });
}
