/** Tensor types, and the symbolic tensors that stand for values while a network is being defined. */

import { inWords, isObject } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import type { GraphBuilder } from './graph-builder.js';
import { formatShape, type RemoveAt, type RemoveNamed, type Shape } from './shape.js';
import type { IfTime } from './type-messages.js';

/** Element types a network computes with. `int32` is for indices (embedding). */
export type DType = 'float32' | 'int32';

/** Element type and shape: everything known about a tensor before data arrives. */
export interface TensorType<D extends DType = DType, S extends Shape = Shape> {
  readonly dtype: D;
  readonly shape: S;
}

const dimensionName = /^[A-Za-z_]\w*$/;

/** @throws E_INVALID_OPTION for a dimension that is neither a positive integer nor a name. */
export function checkDims(shape: Shape, what: string): void {
  for (const dim of shape) {
    // null and undefined from JavaScript are not names, though as text they would match.
    const isName = typeof dim === 'string' && dimensionName.test(dim);
    const valid = typeof dim === 'number' ? Number.isSafeInteger(dim) && dim > 0 : isName;
    if (!valid) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${what}: dimension ${typeof dim === 'number' || typeof dim === 'string' ? JSON.stringify(dim) : inWords(dim)} is neither a positive integer nor a name such as 'batch'.`,
      );
    }
  }
}

/** @throws E_INVALID_OPTION unless it is the type of an input */
export function checkTensorType(what: string, type: unknown): asserts type is TensorType {
  if (!isObject(type) || (type.dtype !== 'float32' && type.dtype !== 'int32') || !Array.isArray(type.shape)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${what} is ${inWords(type)}; give a type such as float32('batch', 'time', 28) or int32('batch').`,
    );
  }
  checkDims(type.shape, what);
}

/** A float32 input, its dimensions numbers (fixed) or names (dynamic): `float32('batch', 'time', 28)`. */
export function float32<const S extends Shape>(...shape: S): TensorType<'float32', S> {
  checkDims(shape, 'float32');
  return { dtype: 'float32', shape };
}

/** An int32 input, such as token ids: `int32('batch', 'time')`. */
export function int32<const S extends Shape>(...shape: S): TensorType<'int32', S> {
  checkDims(shape, 'int32');
  return { dtype: 'int32', shape };
}

/** What an op takes: a value of the network being defined. Every {@link SymbolicTensor} is one. */
export interface Value<D extends DType = DType, S extends Shape = Shape> extends TensorType<D, S> {
  /** An input's name, or `node:port` for what a node computes. */
  readonly id: string;
  /** The definition this value belongs to; ops add their nodes to it. */
  readonly graph: GraphBuilder;
}

/** A value of the network being defined: it has a type and an origin, but no data. */
export class SymbolicTensor<D extends DType = DType, S extends Shape = Shape> implements Value<D, S> {
  readonly dtype: D;
  readonly shape: S;
  readonly id: string;
  readonly graph: GraphBuilder;

  constructor(type: TensorType<D, S>, id: string, graph: GraphBuilder) {
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.id = id;
    this.graph = graph;
  }

  /**
   * One entry along a dimension, which disappears: `output.at(-1)` is the last time step.
   *
   * @param index counted from the front, or from the end when negative
   * @param axis the dimension to pick from; by default the one called `time`
   * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
   */
  at<const A extends number>(index: number, axis: A): SymbolicTensor<D, RemoveAt<S, A>>;
  // Generic, so that a tensor without time stays a SymbolicTensor: the compiler compares generic methods erased.
  at<I extends number>(index: IfTime<S, I, 'at(-1, 1)'>): SymbolicTensor<D, RemoveNamed<S, 'time'>>;
  at(index: unknown, axis?: number): SymbolicTensor {
    const options = { index: index as number, axis: axis ?? timeAxis(this.shape) }; // what the overloads take
    return this.graph.addOne('at', undefined, { x: this }, options);
  }
}

/**
 * Checks that a caller gave a value of a definition.
 *
 * @param what the function that takes it, for the message
 * @throws E_INVALID_OPTION
 */
export function checkValue(what: string, x: unknown): asserts x is Value {
  if (x instanceof SymbolicTensor) return;
  const isLstm = isObject(x) && x.output instanceof SymbolicTensor;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${what} takes a value of the network, an input or what an op gave; got ${inWords(x)}` +
      `${isLstm ? ': take its output, or its h' : ''}.`,
  );
}

/** The definition that a caller's value belongs to. @throws E_INVALID_OPTION unless it is a value */
export function graphOf(what: string, x: Value): GraphBuilder {
  checkValue(what, x);
  return x.graph;
}

/** The index of the dimension called `time`. @throws E_INVALID_OPTION where there is none */
export function timeAxis(shape: Shape): number {
  const axis = shape.indexOf('time');
  if (axis === -1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `no dimension of ${formatShape(shape)} is called 'time'; say which axis is meant, as in at(-1, 1).`,
    );
  }
  return axis;
}
