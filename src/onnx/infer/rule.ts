/** What a rule of the type inference is and what it sees of its node. One rule speaks for one ONNX operator. */
import {
  type AttributeOf,
  attributeOf,
  type OnnxAttribute,
  type OnnxDim,
  type OnnxDType,
  type OnnxNode,
} from '../graph.js';
import { conflict, describeShape, mergeShapes, type Shape } from './dims.js';

/** What is known of a value. */
export interface TensorType {
  readonly dtype: OnnxDType;
  /** Undefined where even the rank is unknown. */
  readonly shape: Shape | undefined;
  /** The elements of a short integer vector or scalar, so that shapes computed in the graph stay known. */
  readonly contents: readonly OnnxDim[] | undefined;
}

/**
 * The highest rank that is followed, and so the longest vector that could be a shape. NumPy's limit; without one a
 * hostile chain of Gather or Concat nodes would double it at every node.
 */
export const MAX_RANK = 64;

/** A shape or contents past {@link MAX_RANK} count as unknown. */
export function tensorType(
  dtype: OnnxDType,
  shape?: Shape | undefined,
  contents?: readonly OnnxDim[] | undefined,
): TensorType {
  return {
    dtype,
    shape: shape && shape.length <= MAX_RANK ? shape : undefined,
    contents: contents && contents.length <= MAX_RANK ? contents : undefined,
  };
}

export interface AttributeRule {
  readonly type: OnnxAttribute['type'];
  readonly required?: true;
  /** First operator set that knows the attribute, where that is later than the rule's own. */
  readonly since?: number;
}

export interface OpRule {
  /** First operator set version whose definition of the operator the rule follows; older ones are not judged. */
  readonly since: number;
  /** Fewest and most inputs; the fewest cannot be left out by an empty name. */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly attributes?: Readonly<Record<string, AttributeRule>>;
  /** The types of the outputs, in order; undefined for one that is not known. */
  readonly infer: (node: NodeView) => readonly (TensorType | undefined)[];
}

export const floats: readonly OnnxDType[] = ['float16', 'bfloat16', 'float32', 'float64'];
export const signedNumbers: readonly OnnxDType[] = [...floats, 'int8', 'int16', 'int32', 'int64'];
export const numbers: readonly OnnxDType[] = [...signedNumbers, 'uint8', 'uint16', 'uint32', 'uint64'];
export const indices: readonly OnnxDType[] = ['int32', 'int64'];

/** A node as its rule sees it: inputs by type, attributes by name, and a place for what is wrong. */
export class NodeView {
  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    private readonly types: readonly (TensorType | undefined)[],
    private readonly report: (problem: string) => void,
  ) {}

  /** How many outputs the node lists. */
  get outputCount(): number {
    return this.node.outputs.length;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  /** The type of an input; undefined where it is left out or unknown. */
  input(index: number): TensorType | undefined {
    return this.types[index];
  }

  shape(index: number): Shape | undefined {
    return this.types[index]?.shape;
  }

  dtype(index: number): OnnxDType {
    return this.types[index]?.dtype ?? 'undefined';
  }

  /** The elements of an integer input; undefined where it is not a known constant. */
  contents(index: number): readonly OnnxDim[] | undefined {
    return this.types[index]?.contents;
  }

  /** {@link contents} where all of them are numbers. */
  constants(index: number): readonly number[] | undefined {
    const contents = this.contents(index);
    return contents?.every((value) => typeof value === 'number') ? contents : undefined;
  }

  /** A shape of as many unknown dimensions as the vector at this input has elements. */
  unknownOfRank(index: number): Shape | undefined {
    const rank = this.shape(index)?.[0];
    return typeof rank === 'number' && rank <= MAX_RANK ? Array(rank).fill(null) : undefined;
  }

  /** False where the input is left out. */
  has(index: number): boolean {
    return Boolean(this.node.inputs[index]);
  }

  attribute<T extends OnnxAttribute['type']>(name: string, type: T): AttributeOf<T> | undefined {
    return attributeOf(this.node, name, type);
  }

  int<D extends number | undefined>(name: string, fallback: D): number | D {
    return this.attribute(name, 'int')?.value ?? fallback;
  }

  fail(problem: string): void {
    const { opType, name } = this.node;
    this.report(`${opType}${name && ` "${name}"`}: ${problem}.`);
  }

  /** Reports an input whose element type the operator does not take. */
  allow(index: number, dtypes: readonly OnnxDType[]): void {
    const dtype = this.dtype(index);
    if (dtype === 'undefined' || dtypes.includes(dtype)) return;
    this.fail(`${this.quote(index)} is ${dtype}, expected ${dtypes.join(', ')}`);
  }

  /** Reports inputs that must be of one type and are not; gives that type. */
  sameDType(...indexes: readonly number[]): OnnxDType {
    let first: number | undefined;
    for (const index of indexes) {
      if (this.dtype(index) === 'undefined') continue;
      first ??= index;
      if (this.dtype(index) !== this.dtype(first)) {
        const both = `${this.dtype(index)} and ${this.quote(first)} is ${this.dtype(first)}`;
        this.fail(`${this.quote(index)} is ${both}, expected one type`);
      }
    }
    return first === undefined ? 'undefined' : this.dtype(first);
  }

  /** Reports an input of another shape; gives what is known of the shape from both sides. */
  expectShape(index: number, label: string, expected: Shape): Shape {
    const merged = mergeShapes(this.shape(index), expected);
    if (merged !== conflict) return merged ?? expected;
    this.fail(
      `${label} (${this.quote(index)}) is ${describeShape(this.shape(index))}, expected ${describeShape(expected)}`,
    );
    return expected;
  }

  /** Reports an input of another rank; true where the rank is known to be right. */
  expectRank(index: number, rank: number): boolean {
    const shape = this.shape(index);
    if (!shape) return false;
    if (shape.length === rank) return true;
    this.fail(`${this.quote(index)} is ${describeShape(shape)}, expected rank ${rank}`);
    return false;
  }

  /** An axis counted from the end where negative; undefined and reported where the rank has no such axis. */
  axis(value: number, rank: number): number | undefined {
    if (value >= -rank && value < rank) return value < 0 ? value + rank : value;
    this.fail(`axis ${value} does not exist in rank ${rank}`);
    return undefined;
  }

  quote(index: number): string {
    return `input ${index} "${this.node.inputs[index] ?? ''}"`;
  }
}
