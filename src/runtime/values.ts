/**
 * What goes into a model and what comes out: the names, element types and shapes that the graph declares, and the tensors
 * that callers feed. The rest of this folder uses these types.
 */
import type { Tensor } from 'onnxruntime-common';
import type { OnnxDim } from '../onnx/graph.js';

/** A graph input or output as the model declares it. */
export interface ModelValue {
  readonly name: string;
  /** The element type, under onnxruntime's name; `'non-tensor'` for a sequence, map or optional. */
  readonly dtype: Tensor.Type | 'non-tensor';
  /** Fixed sizes, symbolic names, or `null` for an unnamed dimension; absent where even the rank is unknown. */
  readonly shape?: readonly OnnxDim[];
}

/** The engine's Float16Array, where it and the compiler's library have one. */
export interface Float16Elements extends ArrayBufferView, ArrayLike<number> {
  readonly [Symbol.toStringTag]: 'Float16Array';
}

/**
 * Whether onnxruntime gives such an output to JavaScript. Asked for elements of 4 bits, onnxruntime-node ends the process.
 */
export function isReturned({ dtype }: ModelValue): boolean {
  return dtype !== 'non-tensor' && dtype !== 'int4' && dtype !== 'uint4';
}

/** Elements as callers may give them: the element type's own typed array, or plain numbers to be converted. */
export type FeedData =
  | Tensor.DataType
  | Float16Elements
  | Uint8ClampedArray
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | readonly string[];

/** A tensor without onnxruntime's class: row-major elements and the shape. */
export interface PlainTensor {
  readonly data: FeedData;
  readonly dims: readonly number[];
}

/** This library's own arrays, and what the JSON of results and of a stream's state says. */
export interface ArrayFeed {
  /** The input's element type, under onnxruntime's name. */
  readonly dtype?: string;
  readonly shape: readonly number[];
  readonly data: FeedData;
}

/** What `run` takes for one input: an onnxruntime `Tensor` (of any of its packages), `{ data, dims }` or an array. */
export type Feed = Tensor | PlainTensor | ArrayFeed;

/** Tensors to feed, by input name. */
export type Feeds = Readonly<Record<string, Feed>>;

/**
 * Tensors that came out, by output name. The object inherits nothing but a `toJSON`: its JSON has
 * `{ dtype, shape, data: numbers }` for each, as feeds and a stream's `initial` take them.
 */
export type Results = Readonly<Record<string, Tensor>>;

/** `[batch, ?, 3]`: a shape for messages, `?` for an unnamed dimension. */
export function describeShape(shape: readonly OnnxDim[] | undefined): string {
  return shape === undefined ? 'of any rank' : `[${shape.map((dim) => dim ?? '?').join(', ')}]`;
}

/** `'x' float32 [batch, 3]`: a declared value for messages. */
export function describeValue(value: ModelValue): string {
  return `'${value.name}' ${value.dtype} ${describeShape(value.shape)}`;
}

/** `'x', 'h0'`: names for messages. */
export function quoteNames(names: Iterable<string>): string {
  return Array.from(names, (name) => `'${name}'`).join(', ') || 'none';
}
