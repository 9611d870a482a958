/**
 * A model that runs: named inputs in, named outputs out, on any provider. Loading depends on the platform and is added by
 * its entry point (node.ts, web.ts).
 */
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { OpenedModel } from './open-model.js';
import type { ProviderReport } from './providers.js';
import type { RecurrentTrace } from './recurrent-trace.js';
import { checkGivenStates, pairStates, type StatePairs } from './state-pairs.js';
import { Stream } from './stream.js';
import type { Feeds, ModelValue, Results } from './values.js';

/** How a stream carries its state. */
export interface StreamOptions {
  /**
   * Which output carries each state input to the next run, as `{ inputName: 'outputName' }`; `null` for an input
   * that the caller feeds although its name looks like state. Default: what the model's metadata says
   * (`lstm_onnx.states`); inputs that neither names are paired by conventional names (`h0` with `hn`, ...).
   */
  readonly states?: StatePairs;
  /**
   * What states start from, by input name, such as what the JSON of another stream's `state` says. Default: zeros,
   * unless the model's metadata (`lstm_onnx.given_states`) says that they are to be given. Copied.
   */
  readonly initial?: Feeds;
}

const streamNames = { states: true, initial: true } satisfies OptionNames<StreamOptions>;
const meantStreamOptions = {
  state: 'initial for the state to start from, states for which output carries which input',
};

/** The part of a model that is the same on every platform. */
export class BaseModel {
  /** The model's inputs, in the graph's order. */
  readonly inputs: readonly ModelValue[];
  /** The model's outputs, in the graph's order. */
  readonly outputs: readonly ModelValue[];
  /** The file's `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The execution provider that runs this model, and why the ones preferred to it do not. */
  readonly providers: ProviderReport;
  readonly #opened: OpenedModel;

  constructor(opened: OpenedModel) {
    this.inputs = opened.inputs;
    this.outputs = opened.outputs;
    this.metadata = opened.metadata;
    this.providers = opened.providers;
    this.#opened = opened;
  }

  /**
   * Runs the model once. Any number of runs may happen at the same time; one that fails does not affect the others or the
   * model. Typed arrays are not copied: leave them unchanged until the run is over.
   *
   * @param feeds Every input by name: an onnxruntime `Tensor`, or `{ data, dims }` with the input's own typed array, or with
   *   plain numbers, which are converted, or this library's own `{ dtype, shape, data }`.
   * @param fetches The outputs to compute; all of them by default.
   * @returns The outputs by name, as onnxruntime `Tensor`s.
   * @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH, E_INVALID_OPTION for feeds or fetches that
   *   do not fit the graph; E_NOT_FINITE for NaN and infinities in a float feed, unless the model was loaded with
   *   `finite: 'allow'`; E_UNSUPPORTED for an output that is not a tensor; E_RUN_FAILED when onnxruntime fails, and after
   *   `release`.
   */
  async run(feeds: Feeds, fetches?: readonly string[]): Promise<Results> {
    const { runner, checker } = this.#opened;
    runner.checkFetches(fetches);
    return runner.use(() => runner.run(checker.check(feeds).tensors, fetches));
  }

  /**
   * Runs the model once and returns what every recurrent layer computed on the way: its gates and states, step by step.
   * Only for the provider `simd`.
   *
   * @param feeds as {@link run} takes them
   * @returns One entry for each direction of each recurrent layer, in the order in which the model runs them.
   * @throws E_UNSUPPORTED for another provider; what {@link run} throws for feeds, and E_RUN_FAILED
   */
  async trace(feeds: Feeds): Promise<readonly RecurrentTrace[]> {
    const { runner, checker } = this.#opened;
    const { trace } = runner.session;
    if (trace === undefined) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The provider ${this.providers.running} does not report what a recurrent layer computes inside; load the model with ` +
          "{ providers: ['simd'] }.",
      );
    }
    return runner.use(() => runner.trace(checker.check(feeds).tensors, trace));
  }

  /**
   * A stream: runs of this model in sequence, each starting from the state in which the previous one ended. Any number of
   * streams may share a model; each has its own state.
   *
   * @throws E_STATE_NOT_CARRIED when an input looks like state and no output is known to carry it, or no input is state at
   *   all; E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for pairs or initial states that do not fit; E_MISSING_NAME
   *   for an initial state that the model does not start from zeros; E_INVALID_FILE for metadata that names states wrongly.
   */
  stream(options: StreamOptions = {}): Stream {
    checkOptionNames('stream', options, streamNames, meantStreamOptions);
    const pairs = pairStates(this.inputs, this.outputs, this.metadata, options.states);
    checkGivenStates(pairs, this.metadata, options.initial);
    return new Stream(this.#opened, pairs, options.initial);
  }

  /** Frees the session once the runs under way have ended. Calling it again does nothing more. */
  release(): Promise<void> {
    return this.#opened.runner.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
