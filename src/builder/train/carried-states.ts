/**
 * States of recurrent layers that a batch hands on to the next one. They are numbers there, without a gradient: training with
 * them is truncated backpropagation through time.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { isLoader, type SampleLoader } from '../../data/sample-loader.js';
import { LstmOnnxError } from '../../errors.js';
import { mustGet } from '../../must-get.js';
import type { Backend } from '../backends/backend.js';
import type { Tf } from '../backends/tf.js';
import { type ForwardOptions, forward } from '../forward.js';
import type { Network } from '../network.js';
import { statePairs, withStates } from '../recurrent/states.js';
import { batchAt } from './batches.js';
import type { BatchPlace } from './measures.js';
import type { TrainingData } from './training-data.js';

/** A network with its states as inputs and outputs, and which output each of these inputs goes on from. */
export interface StreamingNetwork {
  readonly network: Network;
  readonly pairs: ReadonlyMap<string, string>;
}

/**
 * @throws E_INVALID_OPTION for a network that a sequence cannot go through piece by piece: one without recurrent layers, in two
 *   directions, with a mean over time; and what `withStates` throws
 */
export function streamingNetwork(network: Network): StreamingNetwork {
  const streaming = withStates(network);
  const pairs = new Map<string, string>();
  for (const [input, output] of statePairs(streaming)) {
    if (Object.hasOwn(network.inputs, input)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The network takes its state '${input}' as an input, and training on streams carries the states itself. Define the network ` +
          'without states; exportOnnx adds them to the model file with states: true.',
      );
    }
    if (output === null) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The state '${input}' cannot be carried from a piece of a sequence to the next one: the network reads from the end ` +
          '(bidirectional, reverse), takes several steps at once (such as a mean over time), or has a layer that begins each piece ' +
          'anew. Use layers in one direction that start from zeros, or train on whole sequences, without streams.',
      );
    }
    pairs.set(input, output);
  }
  return { network: streaming, pairs };
}

/** What goes on from batch to batch where the data is streams. Dispose of it. */
export function carriedStates(
  backend: Backend,
  network: Network,
  data: TrainingData,
): CarriedStates | undefined {
  if (!isLoader<SampleLoader>(data) || data.streams === undefined) return undefined;
  backend.select();
  return new CarriedStates(backend.tf, network, data.streams);
}

export class CarriedStates {
  readonly #tf: Tf;
  readonly #streaming: StreamingNetwork;
  #states: ReadonlyMap<string, TfTensor>;
  #next: ReadonlyMap<string, TfTensor> | undefined;

  /**
   * Zeros, on the current backend.
   *
   * @param streams how many sequences are read side by side
   */
  constructor(
    tf: Tf,
    network: Network,
    readonly streams: number,
  ) {
    this.#tf = tf;
    this.#streaming = streamingNetwork(network);
    const { inputs } = this.#streaming.network;
    this.#states = new Map(
      [...this.#streaming.pairs.keys()].map((name) => {
        const { shape } = mustGet(new Map(Object.entries(inputs)), name, 'input');
        return [name, tf.zeros(shape.map((dim) => (typeof dim === 'number' ? dim : streams)))];
      }),
    );
  }

  /** The outputs of the network from the states so far. {@link advance} then goes on from the states that came out. */
  forward(
    parameters: ReadonlyMap<string, TfTensor>,
    inputs: Readonly<Record<string, TfTensor>>,
    options: ForwardOptions,
  ): Record<string, TfTensor> {
    const { network, pairs } = this.#streaming;
    const feeds = Object.fromEntries([...Object.entries(inputs), ...this.#states]);
    const outputs = forward(this.#tf, network, parameters, feeds, options);
    const tensors = new Map(Object.entries(outputs));
    this.#next = new Map(
      [...pairs].map(([input, output]) => [
        input,
        this.#tf.keep(this.#tf.clone(mustGet(tensors, output, 'output'))),
      ]),
    );
    return outputs;
  }

  /** Goes past a batch in which no target counts. */
  pass(
    backend: Backend,
    parameters: ReadonlyMap<string, TfTensor>,
    { data, order, start, end }: BatchPlace,
    options: ForwardOptions,
  ): void {
    backend.select();
    this.#tf.tidy(() => {
      const { inputs } = batchAt(backend, data, order, start, end);
      this.forward(parameters, inputs, { ...options, gradients: false });
    });
    this.advance();
  }

  /** Call it when the gradients are computed, which need the states before. */
  advance(): void {
    if (!this.#next) return;
    disposeAll(this.#states);
    this.#states = this.#next;
    this.#next = undefined;
  }

  dispose(): void {
    disposeAll(this.#states);
    if (this.#next) disposeAll(this.#next);
  }
}

function disposeAll(tensors: ReadonlyMap<string, TfTensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
