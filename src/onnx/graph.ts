/**
 * An ONNX model as plain data: what the lowering writes, the checker reads, `encode-model.ts` turns into
 * bytes and `decode-model.ts` makes of them. Field for field the messages of the ONNX specification (onnx.proto), under their usual names.
 */
import type { NdArray } from '../nd-array.js';

/** Element types of the ONNX specification (TensorProto.DataType), under their NumPy names. */
export type OnnxDType =
  | NdArray['dtype']
  | 'string'
  | 'float16'
  | 'bfloat16'
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float6e2m3'
  | 'float6e3m2'
  | 'float4e2m1'
  | 'uint4'
  | 'int4'
  | 'uint2'
  | 'int2'
  | 'undefined';

/** A fixed size, a named (symbolic) dimension, or `null` where the model says nothing. */
export type OnnxDim = number | string | null;

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
  /** The elements; absent where no typed array holds their type, and where they are not in this file. */
  readonly data?: NdArray['data'];
  /** The elements as bits, little-endian and packed, of a type without a typed array (16-bit floats, int4, ...). */
  readonly raw?: Uint8Array;
  /** Where the elements are when they are in another file: `location`, `offset`, `length`, as the file says it. */
  readonly externalData?: ReadonlyMap<string, string>;
}

export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  /** An integer past `Number.MAX_SAFE_INTEGER`, such as the end of an open slice; never rounded to an `int`. */
  | { readonly type: 'bigint'; readonly value: bigint }
  /** A list with at least one such integer. */
  | { readonly type: 'bigints'; readonly value: readonly bigint[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  /** What this library reads past: sparse tensors, type protos, lists of graphs, strings that are not UTF-8. */
  | { readonly type: 'other' };

/** The attribute of one type. */
export type AttributeOf<T extends OnnxAttribute['type']> = Extract<OnnxAttribute, { readonly type: T }>;

/** A node's attribute, if it has one of this name and type. */
export function attributeOf<T extends OnnxAttribute['type']>(
  { attributes }: OnnxNode,
  name: string,
  type: T,
): AttributeOf<T> | undefined {
  const attribute = attributes.get(name);
  // The comparison is what makes the narrower type true; TypeScript does not follow it into a generic.
  return attribute?.type === type ? (attribute as AttributeOf<T>) : undefined;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** `''` is the ONNX operator set itself. */
  readonly domain: string;
  /** `''` stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly docString?: string;
}

/** A graph input, output or intermediate with its type; `shape` is absent where even the rank is unknown. */
export interface OnnxValueInfo {
  readonly name: string;
  /** The element type; `'undefined'` where the file does not say, or the value is not a tensor. */
  readonly dtype: OnnxDType;
  readonly shape?: readonly OnnxDim[];
  /** What the value is when it is not a dense tensor. */
  readonly kind?: 'sequence' | 'map' | 'optional' | 'sparse' | 'opaque';
  readonly docString?: string;
}

export interface OnnxGraph {
  readonly name: string;
  readonly docString?: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxTensor[];
  /** Names of the sparse initializers, whose values this library reads past. */
  readonly sparseInitializers?: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Types of intermediate values, where the file states them. */
  readonly valueInfo: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Operator set versions by domain; `''` is the ONNX operator set. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Who owns the model, as a reverse domain name. */
  readonly domain?: string;
  readonly modelVersion?: number;
  readonly docString?: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
  /** Operators that the file defines itself, as `domain:name`; their bodies are read past. */
  readonly localFunctions?: readonly string[];
}
