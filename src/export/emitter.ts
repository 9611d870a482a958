/** Collects the nodes and initializers of an ONNX graph and gives each a unique name. */
import { LstmOnnxError } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../onnx/graph.js';

export interface EmitOptions {
  /** What the names of the node and its outputs start with. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly docString?: string;
}

/** An `ints` attribute. */
export function ints(...value: number[]): OnnxAttribute {
  return { type: 'ints', value };
}

/** An `int` attribute. */
export function int(value: number): OnnxAttribute {
  return { type: 'int', value };
}

/** A `float` attribute. */
export function float(value: number): OnnxAttribute {
  return { type: 'float', value };
}

/** A `floats` attribute. */
export function floats(...value: number[]): OnnxAttribute {
  return { type: 'floats', value };
}

/** A `strings` attribute. */
export function strings(...value: string[]): OnnxAttribute {
  return { type: 'strings', value };
}

/** A `string` attribute. */
export function string(value: string): OnnxAttribute {
  return { type: 'string', value };
}

export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #names: Set<string>;
  readonly #made = new Map<string, string>();

  /** @param reserved names that are taken: the graph's inputs and outputs */
  constructor(reserved: Iterable<string>) {
    this.#names = new Set(reserved);
  }

  /** Adds a node with one output and returns the output's name. */
  emit(opType: string, inputs: readonly string[], options: EmitOptions): string {
    const [output] = this.emitAll(opType, inputs, [''], options);
    if (output === undefined) throw new LstmOnnxError('E_INVALID_GRAPH', `${opType} was given no output.`);
    return output;
  }

  /** Adds a node whose outputs are named after it, each with its suffix; `''` inputs at the end are left out. */
  emitAll(
    opType: string,
    inputs: readonly string[],
    suffixes: readonly string[],
    { name, attributes = {}, docString }: EmitOptions,
  ): string[] {
    const outputs = suffixes.map((suffix) => this.#fresh(`${name}${suffix}`));
    this.nodes.push({
      name: `${opType}_${this.nodes.length}`,
      opType,
      domain: '',
      inputs: inputs.slice(0, inputs.findLastIndex((input) => input !== '') + 1),
      outputs,
      attributes: new Map(Object.entries(attributes)),
      ...(docString === undefined ? {} : { docString }),
    });
    return outputs;
  }

  /** Adds an initializer and returns its name. */
  initializer(name: string, { dtype, shape, data }: NdArray): string {
    const unique = this.#fresh(name);
    this.initializers.push({ name: unique, dtype, shape, data });
    return unique;
  }

  /** The name that `make` gave for this key. */
  once(key: string, make: () => string): string {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#made.set(key, name);
    return name;
  }

  /** An int64 constant: a vector, or a scalar for a single number. The same numbers are stored once. */
  int64(value: number | readonly number[]): string {
    const numbers = typeof value === 'number' ? [value] : value;
    const shape = typeof value === 'number' ? [] : [value.length];
    const label = numbers.map((n) => (n < 0 ? `m${-n}` : n)).join('_');
    const data = BigInt64Array.from(numbers, BigInt);
    return this.once(`int64 ${shape.length}:${numbers.join(',')}`, () =>
      this.initializer(`const_${label}`, { dtype: 'int64', shape, data }),
    );
  }

  #fresh(base: string): string {
    let name = base;
    for (let number = 1; this.#names.has(name); number++) name = `${base}_${number}`;
    this.#names.add(name);
    return name;
  }
}
