import type { Hint } from './hints.js';

/** Every failure the library reports on purpose is an {@link LstmOnnxError} with one of these codes. */
export type ErrorCode =
  /** A shape, rank or size differs from what the operation, network or file says. */
  | 'E_SHAPE_MISMATCH'
  /** A tensor has another element type than the one expected. */
  | 'E_DTYPE_MISMATCH'
  /** An option or argument has a value that makes no sense. */
  | 'E_INVALID_OPTION'
  /** Two things in one network or graph carry the same name. */
  | 'E_DUPLICATE_NAME'
  /** A named thing (input, output, parameter) is asked for and is not there. */
  | 'E_MISSING_NAME'
  /** A name is given that the network or model does not know. */
  | 'E_UNKNOWN_NAME'
  /** An operation, format version or feature that this library does not handle. */
  | 'E_UNSUPPORTED'
  /** Bytes that do not parse as the format they claim to be. */
  | 'E_INVALID_FILE'
  /** A file that cannot be read. */
  | 'E_FILE_READ'
  /** A file that cannot be written. */
  | 'E_FILE_WRITE'
  /** A data set, or a file of weights that a model names, that is not where it was looked for. */
  | 'E_MISSING_DATA'
  /** NaN or an infinity in data to learn from, in what a model is fed, or in the state that a stream carries. */
  | 'E_NOT_FINITE'
  /** Training produced a loss that is not a finite number. */
  | 'E_LOSS_NOT_FINITE'
  /** An ONNX graph that breaks a rule of the specification. */
  | 'E_INVALID_GRAPH'
  /** An execution provider or tfjs backend that is not available here. */
  | 'E_PROVIDER_UNAVAILABLE'
  /** onnxruntime or tfjs failed while running a model. */
  | 'E_RUN_FAILED'
  /** A stream's state input has no output that carries it. */
  | 'E_STATE_NOT_CARRIED'
  /** Two executions of the same network differ by more than the tolerance. */
  | 'E_VERIFY_FAILED'
  /** A fault in this library, or memory that was not to be had; not what was given to it. */
  | 'E_INTERNAL';

/**
 * The one error class of this package. Its message says what was got, what was expected and what to do;
 * its `code` is stable and meant for programs, and so are its `hints`.
 */
export class LstmOnnxError extends Error {
  override readonly name = 'LstmOnnxError';
  readonly code: ErrorCode;
  /**
   * What to give or to call instead, under the names of this library, such as `{ option: 'head', found: ['fc1', 'fc2'] }`:
   * for a program that asks a person in words of its own. Absent where there is no such option.
   */
  declare readonly hints?: readonly Hint[];

  constructor(code: ErrorCode, message: string, options: ErrorDetails = {}) {
    super(message, options);
    this.code = code;
    if (options.hints) this.hints = options.hints;
  }
}

interface ErrorDetails extends ErrorOptions {
  readonly hints?: readonly Hint[];
}

/** The error with another message, mostly one that says where it happened; what programs read of it stays. */
export function reworded(error: LstmOnnxError, message: string): LstmOnnxError {
  const { code, hints } = error;
  return new LstmOnnxError(code, message, { cause: error, ...(hints ? { hints } : {}) });
}

/**
 * What was thrown, where that is an error on purpose; else a fault of this library, told as one: a reader that stumbles over
 * a file must not say that the file is to blame.
 *
 * @param doing what was under way, such as `Reading the model`
 */
export function asLstmOnnxError(error: unknown, doing: string): LstmOnnxError {
  if (error instanceof LstmOnnxError) return error;
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LstmOnnxError(
    'E_INTERNAL',
    `${doing} failed by a fault in lstm-onnx or for lack of memory (${what}). Please report it, with the file if you can.`,
    { cause: error },
  );
}

/**
 * What the reader gives. Whatever it throws without meaning to comes out as {@link asLstmOnnxError} tells it, so that whoever
 * calls a reader has one kind of error to catch.
 *
 * @param what is read, such as `the safetensors file`
 */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asLstmOnnxError(error, `Reading ${what}`);
  }
}

/** Any value as text for a message: what it is where it is an object, not its contents. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : `an object (${value.constructor?.name ?? 'without a class'})`;
}

/** The message of whatever was thrown, for chaining into a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
