/** Metrics of classes and of sequences of classes. Targets that the loss leaves out, such as padding, they leave out, too. */
import { LstmOnnxError } from '../../errors.js';
import { type Average, averageF1, f1Of, MatchCounts } from '../../scores/f1.js';
import { crossEntropy } from './cross-entropy.js';
import type { MeanMetric, WholeMetric } from './metric.js';
import { rightShare } from './metrics.js';
import { checkedOptions, rules } from './number-options.js';
import { predictedClasses, refusesNumbers } from './predicted-classes.js';

/**
 * The perplexity: `exp` of the mean cross-entropy of the tokens that count, without weights and smoothing, whatever the loss
 * has of them. 1 is certain and right; guessing among C classes evenly is C. Predictions are logits `[..., classes]`, targets
 * class numbers `[...]`. As `Perplexity` of torchmetrics.
 */
export const perplexity: MeanMetric = {
  name: 'perplexity',
  mode: 'min',
  compute: (tf, prediction, target) => crossEntropy.compute(tf, prediction, target),
  finish: Math.exp,
  refuses(loss) {
    if (loss.name === 'bceWithLogits')
      return 'perplexity is of a logit for each class, but bceWithLogits takes one logit for each target; give the loss crossEntropy.';
    if (loss.decode)
      return `perplexity is of a logit for each class, but ${loss.name} finds the classes of a sequence together; leave perplexity out.`;
    return refusesNumbers('perplexity')(loss);
  },
};

/** The share of tokens that are right: the number that `accuracy` gives, under the name that stands beside {@link sequenceAccuracy}. */
export const tokenAccuracy: MeanMetric = /* @__PURE__ */ rightShare('tokenAccuracy');

/**
 * The share of sequences of which every token that counts is right. Predictions `[batch, time, classes]`, targets
 * `[batch, time]`; sequences in which no token counts are left out.
 */
export const sequenceAccuracy: WholeMetric = {
  name: 'sequenceAccuracy',
  refuses: (loss) => refusesNumbers('sequenceAccuracy')(loss),
  start() {
    let [right, sequences] = [0, 0];
    return {
      add(prediction, target, sampleOf) {
        const classes = predictedClasses('sequenceAccuracy', prediction, target);
        const wrong = new Set(sampleOf.filter((_, i) => classes[i] !== target.data[i]));
        const size = new Set(sampleOf).size;
        sequences += size;
        right += size - wrong.size;
      },
      value: () => right / sequences,
    };
  },
};

export interface F1Options {
  /**
   * How the scores of the classes become one: `'macro'`, their mean; `'weighted'`, their mean by how often each class is a
   * target; `'micro'`, the score of all together, which for classes is the accuracy. @default 'macro'
   */
  readonly average?: Average;
  /** The score of this class alone, in place of an average: 1 for whether something is there. */
  readonly class?: number;
}

/**
 * The F1 score of classes, the harmonic mean of precision and recall: `2 * right / (predicted + actual)`, as scikit-learn's
 * `f1_score`. Predictions `[..., classes]` with class numbers `[...]`, or one logit for each target. Classes that are neither
 * predicted nor targets are left out; the score of such a class alone is NaN, for which scikit-learn warns and gives 0.
 *
 * @throws E_INVALID_OPTION
 */
export function f1(options: F1Options = {}): WholeMetric {
  const known = { average: rules.oneOf('macro', 'micro', 'weighted'), class: rules.whole };
  const optional = ['average', 'class'] as const;
  const given = checkedOptions(
    'f1',
    options,
    known,
    {},
    { averaging: 'average', pos_label: 'class' },
    optional,
  );
  const { average, class: only } = given;
  if (average !== undefined && only !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'f1 takes either an average over the classes or one class; give one of them.',
    );
  }
  return {
    name: 'f1',
    refuses: refusesNumbers('f1'),
    start() {
      const counts = new MatchCounts<number>();
      return {
        add(prediction, target) {
          const classes = predictedClasses('f1', prediction, target);
          target.data.forEach((actual, i) => {
            const predicted = classes[i] ?? Number.NaN;
            counts.of(predicted).predicted++;
            counts.of(actual).actual++;
            if (predicted === actual) counts.of(actual).right++;
          });
        },
        value: () => (only === undefined ? averageF1(counts, average ?? 'macro') : f1Of(counts.of(only))),
      };
    },
  };
}
