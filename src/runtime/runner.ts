/**
 * Manages a session: runs it, any number at a time, turns its failures into errors that say what was run, and releases it
 * when no run is left. A model and its streams share one.
 */
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import type { RecurrentTrace } from './recurrent-trace.js';
import { emptyResults } from './results.js';
import type { Session } from './session.js';
import { describeShape, isReturned, quoteNames, type Results } from './values.js';

export class Runner {
  readonly session: Session;
  /** The model's file, for messages. */
  readonly name: string;
  readonly #outputNames: readonly string[];
  /**
   * Outputs named like a member of every object (`toString`). onnxruntime-node looks requested outputs up in a plain object
   * and would find the inherited member, so these are always computed.
   */
  readonly #inheritedNames: readonly string[];
  /** Outputs that cannot be returned to JavaScript, each with the reason. */
  readonly #unreturned: ReadonlyMap<string, string>;
  #running = 0;
  #whenIdle: (() => void) | undefined;
  #released: Promise<void> | undefined;

  /** @throws E_UNSUPPORTED for an output whose name keeps onnxruntime's JavaScript from giving it back: `__proto__`. */
  constructor(session: Session, name: string) {
    this.session = session;
    this.name = name;
    this.#outputNames = session.outputs.map((output) => output.name);
    this.#inheritedNames = this.#outputNames.filter((output) => output in Object.prototype);
    this.#unreturned = new Map(
      session.outputs.filter((output) => !isReturned(output)).map((output) => [output.name, output.dtype]),
    );
    const broken = this.#inheritedNames.find((output) => this.#unreturned.has(output));
    const unnameable = this.#outputNames.includes('__proto__') ? '__proto__' : broken;
    if (unnameable !== undefined) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `${name} has an output called '${unnameable}', which onnxruntime's JavaScript interface cannot return; rename it.`,
      );
    }
  }

  /** @throws E_INVALID_OPTION, E_UNKNOWN_NAME, E_UNSUPPORTED for a bad list of outputs. */
  checkFetches(fetches: readonly string[] | undefined): void {
    if (fetches !== undefined) {
      if (!Array.isArray(fetches) || fetches.length === 0) {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `fetches must be an array of output names, at least one; leave it out for all of them.`,
        );
      }
      const unknown = fetches.find((output) => !this.#outputNames.includes(output));
      if (unknown !== undefined) {
        throw new LstmOnnxError(
          'E_UNKNOWN_NAME',
          `There is no output '${textOf(unknown)}'. The outputs are ${quoteNames(this.#outputNames)}.`,
        );
      }
    }
    if (this.#unreturned.size === 0) return;
    const wanted = fetches ?? this.#outputNames;
    const [refused] = wanted.filter((output) => this.#unreturned.has(output));
    if (refused === undefined) return;
    const dtype = this.#unreturned.get(refused);
    const others = this.#outputNames.filter((output) => !this.#unreturned.has(output));
    const what =
      dtype === 'non-tensor'
        ? 'not a tensor but a sequence, map or optional'
        : `${dtype}, which onnxruntime does not give to JavaScript`;
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Output '${refused}' is ${what}. ${
        others.length > 0
          ? `Name the outputs to compute in run's second argument, out of ${quoteNames(others)}.`
          : 'The model has no other output: change it so that it gives a tensor of another type.'
      }`,
    );
  }

  /** Within {@link use}. @throws E_RUN_FAILED when onnxruntime fails, with its error as the cause */
  run(feeds: Record<string, Tensor>, fetches?: readonly string[]): Promise<Results> {
    return this.#said(feeds, async () => {
      const computed = await this.session.run(feeds, this.#withInherited(fetches));
      const results = emptyResults();
      for (const output of fetches ?? this.#outputNames) {
        const tensor = computed[output];
        if (tensor !== undefined) results[output] = tensor;
      }
      return results;
    });
  }

  /** Within {@link use}. @throws E_RUN_FAILED as {@link run} does */
  trace(
    feeds: Record<string, Tensor>,
    trace: NonNullable<Session['trace']>,
  ): Promise<readonly RecurrentTrace[]> {
    return this.#said(feeds, () => trace(feeds));
  }

  /**
   * Keeps the session open until a task with runs is done, even if the task waits for its turn.
   *
   * @throws E_RUN_FAILED after `release`
   */
  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.#released !== undefined) {
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        `${this.name} was released and can no longer run; load it again.`,
      );
    }
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  /** A failure of the provider as an error that says what was run. */
  async #said<T>(feeds: Record<string, Tensor>, compute: () => Promise<T>): Promise<T> {
    try {
      return await compute();
    } catch (cause) {
      const given = Object.entries(feeds).map(
        ([input, tensor]) => `'${input}' ${tensor.type} ${describeShape(tensor.dims)}`,
      );
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        `Running ${this.name} on ${given.join(', ') || 'no inputs'} failed: ${messageOf(cause).trim()}`,
        { cause },
      );
    }
  }

  /**
   * Refuses new runs, waits for running ones unless the session ends them, then frees it. Later calls get the first call's
   * promise.
   */
  release(): Promise<void> {
    this.#released ??= this.#releaseWhenIdle();
    return this.#released;
  }

  async #releaseWhenIdle(): Promise<void> {
    if (this.#running > 0 && this.session.endsRuns !== true) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await this.session.release();
  }

  #withInherited(fetches: readonly string[] | undefined): readonly string[] | undefined {
    return fetches === undefined || this.#inheritedNames.length === 0
      ? fetches
      : [...new Set([...fetches, ...this.#inheritedNames])];
  }
}
