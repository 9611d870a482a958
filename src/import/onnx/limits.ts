/** Limits for graphs from outside; nobody trains a network past them. */
import { type Dim, formatShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { runOnnx } from '../onnx-route.js';

export const MAX_NODES = 10_000;
/** Of a network: a node may stand for a hundred, such as a slice of some entries along each of seven axes. */
export const MAX_OPS = 40_000;
/** Of inputs, and of outputs. */
export const MAX_INPUTS = 1_000;
export const MAX_RANK = 8;
/** Joined dimensions are named after their parts, so that a chain of joins doubles the name at every step. */
const MAX_DIM_LENGTH = 1_000;

/** @throws E_UNSUPPORTED for a shape that is too large to work with, or holds nothing */
export function checkShape(shape: readonly Dim[]): void {
  if (shape.length > MAX_RANK) throw tooMany(`${shape.length} dimensions`, MAX_RANK);
  for (const dim of shape) {
    const bad = typeof dim === 'number' ? !Number.isSafeInteger(dim) || dim < 1 : dim.length > MAX_DIM_LENGTH;
    if (bad) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `a tensor of shape ${formatShape(shape).slice(0, MAX_DIM_LENGTH)} is not read.`,
      );
    }
  }
}

/** Of all readings of a graph together: the largest graph may be read a few times, one of some hundred nodes 64 times. */
const MAX_STEPS = 300_000;
/** Numbers that are moved in all readings together, besides those that grow with the file. */
const SPARE_NUMBERS = 2 ** 25;
const NUMBERS_PER_FILE_BYTE = 32;

/**
 * The work that a graph may ask for. It is read again for every two dimensions that turn out to be one (`dims.ts`), and one
 * node may stand for many ops and many sizes, so that the number of nodes alone bounds little.
 */
export class Work {
  readonly #maxNumbers: number;
  #steps = 0;
  #numbers = 0;

  constructor(fileBytes: number) {
    this.#maxNumbers = NUMBERS_PER_FILE_BYTE * fileBytes + SPARE_NUMBERS;
  }

  /** @param count nodes with their inputs, ops, sizes and factors of axes @throws E_UNSUPPORTED past the limit */
  takeSteps(count: number): void {
    this.#steps += count;
    this.#check(this.#steps, MAX_STEPS, 'steps');
  }

  /** @param count entries of constants that are put in another order @throws E_UNSUPPORTED past the limit */
  takeNumbers(count: number): void {
    this.#numbers += count;
    this.#check(this.#numbers, this.#maxNumbers, 'numbers moved');
  }

  #check(taken: number, limit: number, what: string): void {
    if (taken <= limit) return;
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Reading the graph as a network takes more than ${limit} ${what}; name dimensions of one size alike (dynamic_axes or ` +
        'dynamic_shapes of torch.onnx.export), or run the file on onnxruntime.',
      { hints: [runOnnx] },
    );
  }
}

export function tooMany(what: string, limit: number): LstmOnnxError {
  return new LstmOnnxError('E_UNSUPPORTED', `The graph has ${what}; at most ${limit} are read.`);
}
