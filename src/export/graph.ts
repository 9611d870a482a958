/**
 * An ONNX model as plain data: what the lowering writes, the checker reads and `onnx.ts` turns into bytes and
 * back. Field for field the messages of the ONNX specification (onnx.proto), under their usual names.
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
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'undefined';

/** A fixed size, a named (symbolic) dimension, or `null` where the model says nothing. */
export type OnnxDim = number | string | null;

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly shape: readonly number[];
  /** The elements; absent where they are not plain numbers in this file (external data, strings, 4- and 8-bit floats). */
  readonly data?: NdArray['data'];
}

export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  /** An attribute kind that this library reads past (sparse tensors, type protos, lists of graphs). */
  | { readonly type: 'other' };

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
  readonly dtype: OnnxDType;
  readonly shape?: readonly OnnxDim[];
  readonly docString?: string;
}

export interface OnnxGraph {
  readonly name: string;
  readonly docString?: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxTensor[];
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
  readonly docString?: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
}
