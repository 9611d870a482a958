/**
 * Checks feeds against what a graph declares, before onnxruntime sees them: names, element types, ranks, fixed
 * sizes, and that a symbolic dimension has one size in all of them. Runs on every `run`, so whatever the graph
 * alone decides is worked out once.
 */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { counted } from '../counted.js';
import { LstmOnnxError, textOf } from '../errors.js';
import { sizeOf } from '../nd-array.js';
import { indexOfNonFinite, toElements } from './elements.js';
import { float16Number } from './float16.js';
import type { Session } from './session.js';
import { describeShape, describeValue, type Feed, type ModelValue, quoteNames } from './values.js';

/** Whether NaN and infinities are refused. */
export type Finite = 'check' | 'allow';

/** Feeds that onnxruntime may see, and the sizes they give to the symbolic dimensions. */
export interface CheckedFeeds {
  readonly tensors: Record<string, Tensor>;
  /** By the index of the dimension's name in {@link FeedChecker.symbols}; `undefined` where no feed has it. */
  readonly sizes: readonly (number | undefined)[];
}

/** One declared dimension: its fixed size, else the index of its name, else (unnamed) neither. */
interface DimRule {
  readonly fixed: number | undefined;
  readonly symbol: number | undefined;
}

interface InputRule {
  readonly value: ModelValue;
  readonly dtype: Tensor.Type;
  /** Absent where the model does not state the rank. */
  readonly dims: readonly DimRule[] | undefined;
}

/** What a feed may really have; at run time callers can give anything. */
interface LooseFeed {
  readonly type?: unknown;
  readonly dtype?: unknown;
  readonly data?: unknown;
  readonly dims?: unknown;
  readonly shape?: unknown;
  readonly location?: unknown;
}

export class FeedChecker {
  /** The names of the symbolic dimensions, in order of appearance. */
  readonly symbols: readonly string[];
  readonly #inputs: readonly ModelValue[];
  readonly #rules: readonly InputRule[];
  readonly #Tensor: TensorConstructor;
  readonly #sequences: ReadonlySet<string>;
  readonly #finite: Finite;
  readonly #tokens: ReadonlyMap<string, number>;

  /**
   * @param tokens how many tokens there are, of inputs that are tokens
   * @throws E_UNSUPPORTED for an input that is not a tensor (sequence, map, optional).
   */
  constructor(
    inputs: readonly ModelValue[],
    { Tensor, sequences }: Pick<Session, 'Tensor' | 'sequences'>,
    finite: Finite,
    tokens: ReadonlyMap<string, number>,
  ) {
    const symbols = new Map<string, number>();
    const symbolOf = (name: string): number => {
      const known = symbols.get(name) ?? symbols.size;
      symbols.set(name, known);
      return known;
    };
    this.#rules = inputs.map((value) => {
      if (value.dtype === 'non-tensor') {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          `Input '${value.name}' is not a tensor but a sequence, map or optional, which onnxruntime does not take ` +
            'from JavaScript.',
        );
      }
      const dims = value.shape?.map((dim) => ({
        fixed: typeof dim === 'number' ? dim : undefined,
        symbol: typeof dim === 'string' ? symbolOf(dim) : undefined,
      }));
      return { value, dtype: value.dtype, dims };
    });
    this.symbols = [...symbols.keys()];
    this.#inputs = inputs;
    this.#Tensor = Tensor;
    this.#sequences = sequences;
    this.#finite = finite;
    this.#tokens = tokens;
  }

  /** @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH, E_NOT_FINITE, E_INVALID_OPTION */
  check(feeds: Readonly<Record<string, Feed>>): CheckedFeeds {
    if (typeof feeds !== 'object' || feeds === null) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The feeds must be an object of tensors by input name, not ${feeds === null ? 'null' : typeof feeds}.`,
      );
    }
    // Without a prototype, an input may have any name, `__proto__` included.
    const tensors: Record<string, Tensor> = Object.create(null);
    const sizes: (number | undefined)[] = [];
    for (const rule of this.#rules) {
      const { name } = rule.value;
      const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
      if (feed === undefined) throw this.#missing(rule.value, feeds);
      tensors[name] = this.#checkFeed(rule, feed, sizes);
    }
    for (const name of Object.keys(feeds)) {
      if (!(name in tensors)) {
        throw new LstmOnnxError(
          'E_UNKNOWN_NAME',
          `There is no input '${name}'. The inputs are ${this.#describeInputs()}.`,
        );
      }
    }
    return { tensors, sizes };
  }

  #checkFeed(rule: InputRule, feed: Feed, sizes: (number | undefined)[]): Tensor {
    const { name } = rule.value;
    if (typeof feed !== 'object' || feed === null) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Input '${name}' must be an onnxruntime Tensor, { data, dims } or { dtype, shape, data }, not ${feed === null ? 'null' : typeof feed}.`,
      );
    }
    const loose: LooseFeed = feed;
    const dtype = loose.type ?? loose.dtype ?? rule.dtype;
    if (dtype !== rule.dtype) {
      throw new LstmOnnxError(
        'E_DTYPE_MISMATCH',
        `Input '${name}' got a ${textOf(dtype)} tensor; the model takes ${describeValue(rule.value)}.`,
      );
    }
    const dims = this.#checkDims(rule, loose.dims ?? loose.shape, sizes);
    const count = sizeOf(dims);
    if (count === 0 && this.#sequences.has(name)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `Input '${name}' got ${describeShape(dims)}: it is empty, so the recurrent layer has nothing to read.`,
      );
    }
    // The runtime's own tensor can be fed as it is.
    const own = feed instanceof this.#Tensor ? feed : undefined;
    if (loose.location !== undefined && loose.location !== 'cpu') {
      // Tensors that are already on the device are left to the runtime.
      if (own && loose.location !== 'none') return own;
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        loose.location === 'none'
          ? `Input '${name}' got a tensor that was disposed of.`
          : `Input '${name}' got a tensor on '${textOf(loose.location)}' of another onnxruntime; download it first.`,
      );
    }
    // onnxruntime checked the packed elements when it made the tensor, and nothing else makes one.
    if (own && (rule.dtype === 'int4' || rule.dtype === 'uint4')) return own;
    const data = toElements(rule.dtype, loose.data, name);
    if (data.length !== count) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `Input '${name}' has ${counted(data.length, 'element')}, but its dims [${dims.join(', ')}] make ${count}.`,
      );
    }
    if (this.#finite === 'check') this.#checkFinite(rule, data, dims);
    const size = this.#tokens.get(name);
    if (size !== undefined) checkTokens(name, size, data, dims);
    return own ?? new this.#Tensor(rule.dtype, data, dims);
  }

  #checkFinite({ value, dtype }: InputRule, data: Tensor.DataType, dims: readonly number[]): void {
    const wrong = nonFinite(dtype, data, dims);
    if (wrong === undefined) return;
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `Input '${value.name}' has ${wrong}, which each provider treats differently, some with plausible results. ` +
        "Feed finite numbers; if they are meant, as in a mask, load the model with { finite: 'allow' }.",
      { hints: [{ option: 'finite', value: 'allow' }] },
    );
  }

  /** Checks rank and sizes, and notes the sizes of symbolic dimensions. */
  #checkDims(rule: InputRule, dims: unknown, sizes: (number | undefined)[]): readonly number[] {
    if (!Array.isArray(dims)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `Input ${describeValue(rule.value)} needs dims (or shape), an array of its sizes; got ${textOf(dims)}.`,
      );
    }
    if (rule.dims !== undefined && dims.length !== rule.dims.length)
      throw wrongShape(rule, dims, 'another rank');
    for (let axis = 0; axis < dims.length; axis += 1) {
      const size: unknown = dims[axis];
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
        throw wrongShape(rule, dims, `${textOf(size)} is no size`);
      }
      const dim = rule.dims?.[axis];
      if (dim === undefined) continue;
      if (dim.fixed !== undefined && dim.fixed !== size)
        throw wrongShape(rule, dims, `axis ${axis} is fixed`);
      if (dim.symbol === undefined) continue;
      const known = sizes[dim.symbol];
      if (known !== undefined && known !== size) {
        const symbol = this.symbols[dim.symbol];
        throw wrongShape(rule, dims, `'${symbol}' is ${known} in the feeds before it and ${size} here`);
      }
      sizes[dim.symbol] = size;
    }
    return dims;
  }

  #missing(value: ModelValue, feeds: object): LstmOnnxError {
    return new LstmOnnxError(
      'E_MISSING_NAME',
      `Input ${describeValue(value)} is missing: the feeds have ${quoteNames(Object.keys(feeds))}. ` +
        `The inputs are ${this.#describeInputs()}.`,
    );
  }

  #describeInputs(): string {
    return this.#inputs.map(describeValue).join(', ') || 'none';
  }
}

/** The first float that is NaN or infinite, in words: `NaN at [0, 3, 1]`; `undefined` where all are finite. */
export function nonFinite(
  dtype: Tensor.Type,
  data: Tensor.DataType,
  dims: readonly number[],
): string | undefined {
  const index = indexOfNonFinite(dtype, data);
  if (index === -1) return undefined;
  const value = data[index];
  const number = typeof value === 'number' && data instanceof Uint16Array ? float16Number(value) : value;
  return `${number} at ${placeOf(index, dims)}`;
}

/** @throws E_INVALID_OPTION for a token that there is not */
function checkTokens(name: string, size: number, data: Tensor.DataType, dims: readonly number[]): void {
  for (let index = 0; index < data.length; index += 1) {
    const token = Number(data[index]); // int64 comes as bigint
    if (token >= 0 && token < size) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Input '${name}' has the token ${token} at ${placeOf(index, dims)}; the model knows ${size} tokens, 0 to ${size - 1}.`,
    );
  }
}

/** The place of an element, such as `[0, 3, 1]`. */
function placeOf(index: number, dims: readonly number[]): string {
  let rest = index;
  const place = dims.toReversed().map((size) => {
    const at = rest % size;
    rest = (rest - at) / size;
    return at;
  });
  return `[${place.reverse().join(', ')}]`;
}

function wrongShape(rule: InputRule, dims: readonly unknown[], why: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `Input '${rule.value.name}' got [${dims.map(textOf).join(', ')}]; the model takes ` +
      `${describeShape(rule.value.shape)} (${why}).`,
  );
}
