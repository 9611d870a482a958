/** A node of the graph as its handler sees it: inputs by what they are, attributes by name, refusals in one form. */
import { LstmOnnxError } from '../../errors.js';
import { sizeOf } from '../../nd-array.js';
import { type AttributeOf, attributeOf, type OnnxAttribute, type OnnxNode } from '../../onnx/graph.js';
import { isSolid } from './constants.js';
import type { GraphReader } from './graph-reader.js';
import { numberOf } from './size.js';
import { describeValue, type Sizes, type Value, type View, type Weights } from './value.js';

export class NodeReader {
  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    /** Where ops and parameters go. */
    readonly to: GraphReader,
    private readonly values: readonly (Value | undefined)[],
  ) {}

  /** The same node with other values in place of its inputs. */
  withInputs(change: (value: Value) => Value): NodeReader {
    const { node, opset, to, values } = this;
    return new NodeReader(
      node,
      opset,
      to,
      values.map((value) => value && change(value)),
    );
  }

  get inputCount(): number {
    return this.values.length;
  }

  /** Undefined where it is left out. */
  optional(index: number): Value | undefined {
    return this.values[index];
  }

  /** @throws E_INVALID_FILE where it is left out */
  input(index: number): Value {
    const value = this.values[index];
    if (value) return value;
    throw new LstmOnnxError('E_INVALID_FILE', `input ${index} is missing.`);
  }

  view(index: number): View {
    const value = this.input(index);
    if (value.kind === 'view') return value;
    throw this.refusal(
      `input ${index} is ${describeValue(value)}, and only tensors that depend on the inputs are read`,
    );
  }

  /** A view of floats; of constants as a frozen parameter. */
  floats(index: number): View {
    const value = this.input(index);
    if (value.kind === 'weights' && isSolid(value) && sizeOf(value.shape) > 0) return this.to.frozen(value);
    const view = this.view(index);
    if (view.source.type.dtype === 'float32') return view;
    throw this.refusal(`input ${index} has integers, expected floats`);
  }

  /** A constant whose numbers are all there. */
  weights(index: number): Weights {
    const value = this.input(index);
    if (value.kind === 'weights' && isSolid(value)) return value;
    throw this.refusal(
      `input ${index} is ${describeValue(value)}; expected constants (initializers): freeze the weights into the file`,
    );
  }

  sizes(index: number): Sizes {
    const value = this.input(index);
    if (value.kind === 'sizes') return value;
    throw this.refusal(`input ${index} is ${describeValue(value)}; expected integers that are known`);
  }

  /** Integers without sizes of dimensions among them. */
  integers(index: number): number[] {
    return this.sizes(index).items.map((item) => {
      const number = numberOf(item);
      if (number === undefined)
        throw this.refusal(`input ${index} depends on a size; expected constant integers`);
      return number;
    });
  }

  attribute<T extends OnnxAttribute['type']>(name: string, type: T): AttributeOf<T> | undefined {
    const stated = this.node.attributes.get(name)?.type;
    if (stated && stated !== type) {
      throw new LstmOnnxError('E_INVALID_FILE', `the attribute ${name} is ${stated}, expected ${type}.`);
    }
    return attributeOf(this.node, name, type);
  }

  int(name: string, fallback: number): number {
    return this.attribute(name, 'int')?.value ?? fallback;
  }

  float(name: string, fallback: number): number {
    return this.attribute(name, 'float')?.value ?? fallback;
  }

  /** Integers that older operator sets have as an attribute and newer ones as an input. */
  axesFrom(attribute: string, index: number): readonly number[] | undefined {
    const ints = this.node.attributes.get(attribute);
    if (ints?.type === 'ints') return ints.value;
    // Open ends of slices: rounded they still are.
    if (ints?.type === 'bigints') return ints.value.map(Number);
    return this.optional(index) ? this.integers(index) : undefined;
  }

  /** An axis counted from the front. @throws E_INVALID_FILE where the rank has no such axis */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (Number.isInteger(axis) && axis >= 0 && axis < rank) return axis;
    throw new LstmOnnxError('E_INVALID_FILE', `axis ${value} does not exist in rank ${rank}.`);
  }

  /** What to throw for a graph that is right and not read. */
  refusal(why: string): LstmOnnxError {
    return new LstmOnnxError('E_UNSUPPORTED', `${why}.`);
  }
}

/** What a handler gives: a value for each output of the node; undefined for one that nothing can read. */
export type Handler = (node: NodeReader) => readonly (Value | undefined)[];
