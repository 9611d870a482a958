/** What training minimizes and measures: the output, the loss, the metrics. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { inWords, wrongArgument } from '../../arguments.js';
import { LstmOnnxError, messageOf, textOf } from '../../errors.js';
import type { Network } from '../network.js';
import { formatShape } from '../shape.js';
import type { Loss } from './loss.js';
import { isMetric, type Metric } from './metric.js';

export interface Objective {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** The network output that is compared with the targets. */
  readonly output: string;
}

/** The caller's choices, checked. @throws E_UNKNOWN_NAME, E_INVALID_OPTION */
export function objectiveOf(
  network: Network,
  { loss, metrics = [], output }: Partial<Objective> | undefined = {},
): Objective {
  if (typeof loss?.compute !== 'function') {
    if (typeof loss === 'function') {
      throw wrongArgument('The option loss', loss, 'what it gives: such a loss is called, as in huber()');
    }
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The option loss is not a loss; give crossEntropy, mse, l1, bceWithLogits or one of your own, as in { loss: crossEntropy }.',
    );
  }
  checkMetrics(metrics, loss);
  return { loss, metrics, output: outputOf(network, output) };
}

/** Values are reported under the metrics' names, beside the loss. */
function checkMetrics(metrics: readonly Metric[], loss: Loss): void {
  if (!Array.isArray(metrics)) throw wrongArgument('The option metrics', metrics, 'a list, as in [accuracy]');
  const taken = new Set(['loss']);
  metrics.forEach((metric: Metric | undefined, i) => {
    if (!isMetric(metric)) {
      const called =
        typeof metric === 'function' ? '; one with options is called, as in mase({ scale: 2 })' : '';
      throw wrongArgument(`metrics[${i}]`, metric, `a metric, such as accuracy: { name, compute }${called}`);
    }
    if (taken.has(metric.name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `metrics[${i}] is called '${metric.name}', as ${metric.name === 'loss' ? 'the loss is' : 'another metric is'}; ` +
          "give it another name, as in { ...metric, name: 'second' }.",
      );
    }
    taken.add(metric.name);
    const reason = metric.refuses?.(loss);
    if (reason !== undefined) throw new LstmOnnxError('E_INVALID_OPTION', reason);
  });
}

/**
 * The number that a loss or a metric computed.
 *
 * @throws E_INVALID_OPTION, which names the function
 */
export function scalarOf(measure: Loss | Metric, measured: TfTensor): TfTensor {
  if (measured?.rank === 0) return measured;
  const got = Array.isArray(measured?.shape)
    ? `a tensor of shape ${formatShape(measured.shape)}`
    : inWords(measured);
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${measure.name ?? 'The loss'} gave ${got}; expected one number for the batch, a tensor of shape [], as tf.mean gives.`,
  );
}

/** Wraps an error from the caller's own loss or metric, or from tfjs because of it. */
export function failureOf(what: string, error: unknown, measures: readonly (Loss | Metric)[]): unknown {
  if (error instanceof LstmOnnxError) return error;
  const names = measures.map(({ name }) => name).join(', ');
  return new LstmOnnxError('E_RUN_FAILED', `${what} with ${names} failed: ${messageOf(error)}`, {
    cause: error,
  });
}

/** The output asked for, or the network's only one. */
function outputOf(network: Network, asked: string | undefined): string {
  const names = Object.keys(network.outputs);
  if (asked !== undefined && !names.includes(asked)) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `The network has no output '${textOf(asked)}'; its outputs are ${names.join(', ')}.`,
    );
  }
  const [only, ...others] = names;
  if (asked === undefined && others.length > 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The network has the outputs ${names.join(', ')}; say which one the targets belong to, as in { output: '${only}' }.`,
    );
  }
  const name = asked ?? only ?? '';
  const { dtype = 'float32' } = network.outputs[name] ?? {};
  if (dtype === 'float32') return name;
  throw new LstmOnnxError(
    'E_DTYPE_MISMATCH',
    `The output '${name}' is ${dtype}, which has no gradient and no loss; compare the targets with a float32 output, such as the logits ` +
      'that argmax is taken of.',
  );
}
