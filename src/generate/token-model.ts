/** A model that takes tokens and gives the logits of the next one; its states are carried from token to token by a stream. */
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import type { BaseModel } from '../runtime/model.js';
import { pairStates, type StatePairs } from '../runtime/state-pairs.js';
import type { Stream } from '../runtime/stream.js';
import {
  describeShape,
  describeValue,
  type Feed,
  type Feeds,
  type ModelValue,
  quoteNames,
  type Results,
} from '../runtime/values.js';
import { feedRows } from './feed-rows.js';

export interface TokenModelOptions {
  /** The input that takes the tokens. @default the only one that is neither a state nor among the feeds */
  readonly input?: string;
  /** The output that has the logits. @default 'logits', or the only one that carries no state */
  readonly output?: string;
  /** What the model is fed at every step besides, a row for each sequence. */
  readonly feeds?: Feeds;
  /** The states to start from. @default zeros */
  readonly initial?: Feeds;
  /** Which output carries each state, where that is not found, as `model.stream` takes it: `{ state: 'next' }`. */
  readonly states?: StatePairs;
}

export class TokenModel {
  readonly #stream: Stream;
  readonly #input: ModelValue;
  readonly #output: string;
  /** The name of the input that takes the tokens. */
  readonly input: string;
  /** The number of tokens, where the model says it. */
  readonly vocabulary: number | undefined;
  /** Whether a run takes several tokens of each sequence. */
  readonly takesSeveral: boolean;
  readonly #feeds: Feeds;
  /** The feeds with a row for each running sequence. */
  #fed: Feeds;
  /** The sequence, among those of the feeds, of each running one; undefined while they are the same. */
  #sequences: readonly number[] | undefined;
  readonly #perRow: ReadonlySet<string>;

  constructor(model: BaseModel, { input, output, feeds = {}, initial, states }: TokenModelOptions) {
    const carriers = pairStates(model.inputs, model.outputs, model.metadata, states);
    const open = model.inputs.filter(({ name }) => !carriers.has(name) && !Object.hasOwn(feeds, name));
    this.#input = theOne(open, input, 'input', 'takes the tokens', 'give the others as feeds');
    this.input = this.#input.name;
    const carrying = new Set(carriers.values());
    const shown = model.outputs.filter((value) => !carrying.has(value));
    const logits = output ?? (shown.some(({ name }) => name === 'logits') ? 'logits' : undefined);
    const found = theOne(shown, logits, 'output', 'has the logits', 'name it');
    this.#output = found.name;
    const { dtype, shape } = this.#input;
    const isList = shape === undefined || (shape.length <= 2 && shape.length > 0 && shape[0] !== 'time');
    if (!isList || (dtype !== 'int32' && dtype !== 'int64')) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `generate: the input ${describeValue(this.#input)} takes no tokens; expected int32 or int64 [batch] or [batch, time].`,
      );
    }
    this.takesSeveral = shape?.length === 2 && typeof shape[1] !== 'number';
    const last = found.shape?.at(-1);
    this.vocabulary = typeof last === 'number' ? last : undefined;
    const batch = shape?.[0];
    this.#perRow = new Set(
      model.inputs.flatMap((value) => (value.shape?.[0] === batch && batch !== null ? [value.name] : [])),
    );
    this.#feeds = feeds;
    this.#fed = feeds;
    this.#stream = model.stream({
      ...(initial === undefined ? {} : { initial }),
      ...(states === undefined ? {} : { states }),
    });
  }

  /**
   * Runs the model on the next tokens.
   *
   * @param tokens `[rows, count]`
   * @returns the logits behind the last token of each row
   * @throws what `stream.run` throws; E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for an output that is no logits
   */
  async step(tokens: readonly number[], count: number): Promise<Float64Array[]> {
    const rows = tokens.length / count;
    const dims = this.#input.shape?.length === 1 ? [rows] : [rows, count];
    const results = await this.#stream.run({ ...this.#fed, [this.#input.name]: { data: tokens, dims } });
    return this.#logitsOf(results, rows);
  }

  /** Goes on with some of the rows: each is followed by those at whose place it is named. */
  async keep(rows: readonly number[], before: number): Promise<void> {
    if (rows.length === 0 || (rows.length === before && rows.every((row, i) => row === i))) return;
    await this.#stream.reorder(rows);
    const { length } = rows;
    const sequences = rows.map((row) => this.#sequences?.[row] ?? row);
    const same = this.#sequences?.length === length && sequences.every((s, i) => s === this.#sequences?.[i]);
    this.#sequences = sequences;
    if (same) return;
    this.#fed = Object.fromEntries(
      Object.entries(this.#feeds).map(([name, feed]): [string, Feed] => [
        name,
        this.#perRow.has(name) ? feedRows(feed, sequences) : feed,
      ]),
    );
  }

  #logitsOf(results: Results, rows: number): Float64Array[] {
    const name = this.#output;
    const { type, dims, data } = mustHave(results[name], `The output ${name}`);
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new LstmOnnxError(
        'E_DTYPE_MISMATCH',
        `generate: the output '${name}' is ${type}; expected logits, float32 or float64.`,
      );
    }
    const vocabulary = dims.at(-1) ?? 0;
    const isLogits = (dims.length === 2 || dims.length === 3) && dims[0] === rows && data.length > 0;
    if (!isLogits) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `generate: the output '${name}' came as ${describeShape(dims)} for ${rows} sequences; expected [batch, vocabulary] or ` +
          '[batch, time, vocabulary].',
      );
    }
    const size = data.length / rows;
    // Not by from, which is slow for large vocabularies.
    return Array.from(
      { length: rows },
      (_, row) => new Float64Array(data.subarray((row + 1) * size - vocabulary, (row + 1) * size)),
    );
  }
}

/** The value of a name, or the only one. @throws E_MISSING_NAME, E_UNKNOWN_NAME */
function theOne(
  values: readonly ModelValue[],
  name: string | undefined,
  option: 'input' | 'output',
  does: string,
  remedy: string,
): ModelValue {
  const [only] = values;
  const found = name === undefined && values.length === 1 ? only : values.find((v) => v.name === name);
  if (found) return found;
  const names = quoteNames(values.map((value) => value.name));
  if (name !== undefined) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `generate: no ${option} '${name}' ${does}; those that could are ${names}.`,
    );
  }
  throw new LstmOnnxError(
    'E_MISSING_NAME',
    `generate: which ${option} ${does} cannot be told: ${names}. Name it as the option ${option}, ${remedy}.`,
  );
}
