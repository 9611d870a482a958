/** A network under construction: ops add their nodes here, and their types are inferred at once. */

import { LstmOnnxError } from '../errors.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import type { Sharing } from './ops/op.js';
import { mapInputs, type OpInputs } from './ops/op-inputs.js';
import type { ParameterNames } from './parameter-names.js';
import type { PaddedSequences } from './ragged.js';
import { SymbolicTensor, type TensorType, type Value } from './tensor.js';

/**
 * One application of an op, as plain data. `inputs` maps the op's input names to ids of values: an input of the network, or
 * `node:port`.
 */
export type NetworkNode<K extends OpName = OpName> = {
  readonly [P in K]: Sharing & {
    readonly name: string;
    readonly op: P;
    readonly inputs: OpInputs<string>[P];
    readonly options: OpOptions[P];
    /** The type of each output port, from the op's shape rule. */
    readonly outputs: Readonly<Record<string, TensorType>>;
  };
}[K];

/** What {@link valueId} gives. */
const portName = /^[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*$/;

/**
 * Whether a network's input may have this name; ONNX files choose names freely. Excluded are the names of node ports, and
 * whole numbers, which JavaScript would sort before the other inputs.
 */
export function isInputName(name: string): boolean {
  return name !== '' && name !== '__proto__' && !/^\d+$/.test(name) && !portName.test(name);
}

/** The id of what a node computes at a port. */
export function valueId(node: string, port: string): string {
  return `${node}:${port}`;
}

/** How an op is applied. */
export interface OpCall<K extends OpName> {
  readonly op: K;
  /** As it was given, or numbered: of a shared layer that is called again, the layer's. */
  readonly name: string;
  /** Whether the name is a number after the op, since none was given. */
  readonly isNumbered: boolean;
  readonly inputs: OpInputs<Value>[K];
  readonly options: OpOptions[K];
}

/** Returns the options in their checked form. */
export type CallCheck = <K extends OpName>(call: OpCall<K>, graph: GraphBuilder) => OpOptions[K];

export class GraphBuilder {
  readonly nodes: NetworkNode[] = [];
  readonly #names = new Set<string>();
  /** The next number of names that are numbered. */
  readonly #counts = new Map<string, number>();
  readonly #values = new Map<string, SymbolicTensor>();
  readonly #check: CallCheck;
  readonly #padded: PaddedSequences | undefined;
  readonly #parameters: ParameterNames | undefined;

  /**
   * @param check `checkCall`; may be skipped for calls by trusted code
   * @param parameters says which nodes share parameters and refuses names that two have; without it, what {@link add} is told of
   *   them is believed
   * @param padded follows sequences of different lengths through the definition; without it, nodes take the inputs that they
   *   are given, as those of a file do
   */
  constructor(check: CallCheck, parameters?: ParameterNames, padded?: PaddedSequences) {
    this.#check = check;
    this.#parameters = parameters;
    this.#padded = padded;
  }

  /** The names of the parameters. @throws E_UNSUPPORTED where the builder was given none */
  get parameters(): ParameterNames {
    if (this.#parameters) return this.#parameters;
    throw new LstmOnnxError('E_UNSUPPORTED', 'Only a definition shares parameters.');
  }

  /** A network input. @throws E_INVALID_OPTION, E_DUPLICATE_NAME */
  addInput(name: string, type: TensorType): SymbolicTensor {
    if (!isInputName(name)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${JSON.stringify(name)} is not a name for an input: it may be anything but a whole number, a node's output ` +
          `(NODE:PORT) and '__proto__'.`,
      );
    }
    this.#claim(name);
    return this.#keep(new SymbolicTensor(type, name, this));
  }

  /** The value of this id. */
  find(id: string): SymbolicTensor | undefined {
    return this.#values.get(id);
  }

  /** The first value that has a dimension of this name, and which axis that is. */
  holderOf(dim: string): { readonly value: SymbolicTensor; readonly axis: number } | undefined {
    for (const value of this.#values.values()) {
      const axis = value.shape.indexOf(dim);
      if (axis !== -1) return { value, axis };
    }
    return undefined;
  }

  /**
   * Adds a node and gives its outputs by port.
   *
   * @param name unique in the network, but for further calls of a shared layer; undefined numbers the node after its op
   *   (`relu_1`)
   * @param sharing whose parameters the node has, where it is no call in a function of `shared`
   * @throws E_DUPLICATE_NAME, what the check and the op's shape rule throws, and E_UNSUPPORTED for an op that would
   *   read the padding of sequences as steps
   */
  add<K extends OpName>(
    op: K,
    name: string | undefined,
    inputs: OpInputs<Value>[K],
    options: OpOptions[K],
    sharing: Sharing = {},
  ): Record<string, SymbolicTensor> {
    // Of a page's first program; another has them all.
    if (!Object.hasOwn(ops, op)) throw new LstmOnnxError('E_UNSUPPORTED', `This program has no op ${op}.`);
    const isNumbered = name === undefined;
    const given = isNumbered ? this.#numbered(`${op}_`) : name;
    const checked = this.#check({ op, name: given, isNumbered, inputs, options }, this);
    const repeated = ops[op].parameters && this.#parameters?.repeated(given, sharing);
    const nodeName = repeated ? this.#numbered(`${given}__`) : given;
    const isShareable = ops[op].parameters && this.#parameters;
    this.#claim(nodeName, isShareable ? ', or call the layer again in a function made by shared' : '');
    const plain = ops[op].infer(inputs, checked, nodeName);
    const taken = this.#padded?.follow(op, nodeName, inputs, checked) ?? inputs;
    const outputs = taken === inputs ? plain : ops[op].infer(taken, checked, nodeName);
    const { module, tied } = repeated ?? sharing;
    const whose = { ...(module === undefined ? {} : { module }), ...(tied ? { tied } : {}) };
    this.#parameters?.claim({ name: nodeName, op, ...whose }, ops[op].parameters?.(taken, checked));
    const node: NetworkNode<K> = {
      name: nodeName,
      op,
      ...whose,
      inputs: mapInputs<K, Value, string>(taken, ({ id }) => id),
      options: checked,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([port, { dtype, shape }]) => [port, { dtype, shape }]),
      ),
    };
    this.nodes.push(node as NetworkNode); // K is one of the op names, so this is one of the union's members
    return Object.fromEntries(
      Object.entries(outputs).map(([port, type]) => [
        port,
        this.#keep(new SymbolicTensor(type, valueId(nodeName, port), this)),
      ]),
    );
  }

  /** {@link add} for an op with the single port `output`. */
  addOne<K extends OpName>(
    op: K,
    name: string | undefined,
    inputs: OpInputs<Value>[K],
    options: OpOptions[K],
  ): SymbolicTensor {
    const { output } = this.add(op, name, inputs, options);
    if (!output) throw new LstmOnnxError('E_UNSUPPORTED', `${op} has no port called 'output'.`);
    return output;
  }

  #keep(value: SymbolicTensor): SymbolicTensor {
    this.#values.set(value.id, value);
    return value;
  }

  /** The first free one of `relu_1`, `relu_2`, ... */
  #numbered(base: string): string {
    let number = this.#counts.get(base) ?? 1;
    while (this.#names.has(`${base}${number}`)) number++;
    this.#counts.set(base, number + 1);
    return `${base}${number}`;
  }

  #claim(name: string, hint = ''): void {
    if (this.#names.has(name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `The network has two things called '${name}'; give each input and op a name of its own${hint}.`,
      );
    }
    this.#names.add(name);
  }
}
