/**
 * A stream of runs over one model: the outputs that carry state become inputs of the next run. The caller feeds the rest and
 * never sees state in feeds or results.
 */
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError, textOf } from '../errors.js';
import { SerialQueue } from '../serial-queue.js';
import { type CheckedFeeds, FeedChecker, type Finite, nonFinite } from './feeds.js';
import type { OpenedModel } from './open-model.js';
import { emptyResults } from './results.js';
import type { Runner } from './runner.js';
import { type Feeds, isReturned, type ModelValue, quoteNames, type Results } from './values.js';
import { type FedSizes, firstAxis, hidesBatch, zeroState } from './zero-state.js';

const NOTHING_FED: FedSizes = { named: () => undefined, batch: undefined };

export class Stream {
  readonly #runner: Runner;
  /** What the caller feeds: every input but the states. */
  readonly #fedInputs: readonly ModelValue[];
  readonly #checker: FeedChecker;
  readonly #finite: Finite;
  readonly #stateInputs: readonly ModelValue[];
  readonly #hidesBatch: boolean;
  readonly #carriers: ReadonlyMap<string, ModelValue>;
  /** What `run` returns: the outputs that carry no state. */
  readonly #resultNames: readonly string[];
  /** What onnxruntime computes: everything, unless it cannot return some outputs, such as sequences and maps. */
  readonly #fetches: readonly string[] | undefined;
  readonly #initial: Results;
  readonly #queue = new SerialQueue();
  #state: Results;
  /** The batch that a state of zeros was given because the feeds' first axis has it; see {@link hidesBatch}. */
  #batch: number | undefined;

  /** Made by `model.stream()`. @param carriers The output that carries each state input, by input name. */
  constructor(opened: OpenedModel, carriers: ReadonlyMap<string, ModelValue>, initial: Feeds | undefined) {
    const { runner, inputs, outputs } = opened;
    this.#runner = runner;
    this.#fedInputs = inputs.filter((input) => !carriers.has(input.name));
    this.#finite = opened.finite;
    this.#checker = new FeedChecker(this.#fedInputs, runner.session, this.#finite, opened.tokens);
    this.#stateInputs = inputs.filter((input) => carriers.has(input.name));
    this.#hidesBatch = this.#stateInputs.some(hidesBatch);
    this.#carriers = carriers;
    const carrying = new Set(carriers.values());
    const tensors = outputs.filter(isReturned);
    this.#fetches = tensors.length < outputs.length ? tensors.map((output) => output.name) : undefined;
    this.#resultNames = tensors.filter((output) => !carrying.has(output)).map((output) => output.name);
    this.#initial = this.#checkInitial(initial);
    this.#state = this.#start();
  }

  /**
   * The state that the next run starts from, by input name: the very tensors that will be fed. A state of zeros
   * whose size depends on the feeds is absent until the first run. Its JSON, read again, is what another stream can
   * start from: `stream({ initial: JSON.parse(text) })`.
   */
  get state(): Results {
    return this.#state;
  }

  /**
   * Runs the model on the next piece. Calls run one after another in the order in which they were made; a run that fails
   * leaves the state unchanged, and later runs continue from it. Releasing the model waits for all of them.
   *
   * @param feeds Every input but the states. Typed arrays are not copied: leave them unchanged until the run is over.
   * @returns Every tensor output but those that carry state; see {@link state} for these.
   * @throws What `model.run` throws; E_NOT_FINITE also where a state comes out with NaN or infinities, unless the model was
   *   loaded with `finite: 'allow'`; E_SHAPE_MISMATCH when a dimension has another size than in the state carried so far, or
   *   a state's size cannot be told from the feeds.
   */
  run(feeds: Feeds): Promise<Results> {
    return this.#runner.use(() => this.#queue.add(() => this.#step(feeds)));
  }

  /** Goes back to the initial state. Runs called before it still end first. */
  reset(): void {
    if (this.#queue.idle) {
      this.#state = this.#start();
      return;
    }
    void this.#queue.add(() => {
      this.#state = this.#start();
    });
  }

  /**
   * Picks rows of the batch: sequence i of the next run goes on from the state of sequence `rows[i]`. The batch may become larger or
   * smaller, as in a beam search, which goes on from the best of its sequences. Waits for the runs that were called before it.
   *
   * @param rows places in the batch, from 0; one may be there several times, or not at all
   * @throws E_INVALID_OPTION for a row that there is not; E_UNSUPPORTED where the model does not say which dimension of a state is
   *   the batch. The stream is as it was then.
   */
  reorder(rows: readonly number[]): Promise<void> {
    return this.#runner.use(() => this.#queue.add(() => this.#reorder(rows)));
  }

  async #reorder(rows: readonly number[]): Promise<void> {
    // Few streams are reordered: a page loads this when one is.
    const { reordered } = await import('./batch-rows.js');
    this.#state = reordered(
      this.#state,
      this.#stateInputs,
      this.#fedInputs,
      rows,
      this.#runner.session.Tensor,
    );
    if (this.#batch !== undefined) this.#batch = rows.length;
  }

  async #step(feeds: Feeds): Promise<Results> {
    this.#refuseStates(feeds);
    const checked = this.#checker.check(feeds);
    const { tensors } = checked;
    const fed = this.#fedSizes(checked);
    this.#checkBatch(fed.batch);
    let batch = this.#batch;
    for (const input of this.#stateInputs) {
      const carried = this.#state[input.name];
      if (carried === undefined) {
        tensors[input.name] = zeroState(input, fed, this.#runner.session.Tensor);
        if (hidesBatch(input)) batch = fed.batch;
      } else {
        this.#checkSizes(input, carried, fed);
        tensors[input.name] = carried;
      }
    }
    const outputs = await this.#runner.run(tensors, this.#fetches);
    const next = emptyResults();
    for (const [input, { name }] of this.#carriers) {
      const tensor = outputs[name];
      if (tensor === undefined) continue;
      if (this.#finite === 'check') this.#checkState(input, tensor);
      next[input] = tensor;
    }
    this.#batch = batch;
    this.#state = next;
    const results = emptyResults();
    for (const name of this.#resultNames) {
      const tensor = outputs[name];
      if (tensor !== undefined) results[name] = tensor;
    }
    return results;
  }

  #start(): Results {
    this.#batch = undefined;
    const state = emptyResults();
    for (const input of this.#stateInputs) {
      const initial = this.#initial[input.name];
      if (initial !== undefined) state[input.name] = initial;
      else if (input.shape?.every((dim) => typeof dim === 'number')) {
        state[input.name] = zeroState(input, NOTHING_FED, this.#runner.session.Tensor);
      }
    }
    return state;
  }

  /** Initial states, checked and copied: the caller's arrays may change before `reset` needs them again. */
  #checkInitial(initial: Feeds | undefined): Results {
    if (initial === undefined) return {};
    if (typeof initial !== 'object' || initial === null) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `initial is ${textOf(initial)}; give the states by name, as stream.state has them.`,
      );
    }
    const given = this.#stateInputs.filter((input) => Object.hasOwn(initial, input.name));
    const stranger = Object.keys(initial).find((name) => !this.#carriers.has(name));
    if (stranger !== undefined) {
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `initial has '${stranger}', which is not a state of this stream. Its states are ` +
          `${quoteNames(this.#stateInputs.map((input) => input.name))}.`,
      );
    }
    const { session } = this.#runner;
    const { tensors } = new FeedChecker(given, session, this.#finite, new Map()).check(initial);
    const copies = emptyResults();
    for (const [name, tensor] of Object.entries(tensors)) {
      copies[name] = new session.Tensor(tensor.type, tensor.data.slice(), [...tensor.dims]);
    }
    return copies;
  }

  /** A state on a device is not checked. */
  #checkState(input: string, tensor: Tensor): void {
    const wrong = tensor.location === 'cpu' ? nonFinite(tensor.type, tensor.data, tensor.dims) : undefined;
    if (wrong === undefined) return;
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `The state '${input}' came out with ${wrong}: every later run would be wrong. The stream keeps its ` +
        'previous state. The weights or the feeds are too large, or not numbers; if that is meant, load the model with ' +
        "{ finite: 'allow' }.",
    );
  }

  #refuseStates(feeds: Feeds): void {
    if (typeof feeds !== 'object' || feeds === null) return;
    for (const [input, output] of this.#carriers) {
      if (!Object.hasOwn(feeds, input)) continue;
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Input '${input}' is state, which the stream carries from output '${output.name}': leave it out of the ` +
          `feeds. To start from a state of yours, pass stream({ initial: { '${input}': ... } }).`,
      );
    }
  }

  /** A state's named dimensions must have the sizes that the feeds give to the same names. */
  #checkSizes(input: ModelValue, carried: Tensor, { named }: FedSizes): void {
    input.shape?.forEach((dim, axis) => {
      const fed = typeof dim === 'string' ? named(dim) : undefined;
      if (fed === undefined || fed === carried.dims[axis]) return;
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `The feeds have '${dim}' = ${fed}, but the stream's state '${input.name}' is ` +
          `[${carried.dims.join(', ')}], made for '${dim}' = ${carried.dims[axis]}. Call reset() to start again, or ` +
          `use one stream for each '${dim}'.`,
      );
    });
  }

  #fedSizes({ tensors, sizes }: CheckedFeeds): FedSizes {
    return {
      named: (dim) => sizes[this.#checker.symbols.indexOf(dim)],
      batch: this.#hidesBatch ? firstAxis(this.#fedInputs, tensors) : undefined,
    };
  }

  /** If the batch was taken from the feeds' first axis, that axis must keep its size. */
  #checkBatch(batch: number | undefined): void {
    if (this.#batch === undefined || this.#batch === batch) return;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The feeds' first axis is ${batch ?? 'not the same in all of them'}, but this stream began with ${this.#batch}, ` +
        'which it took for the batch of its state. Call reset() to start again; if that axis is not the batch, pass ' +
        'the state to start from, stream({ initial }).',
    );
  }
}
