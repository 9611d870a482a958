/** A network under construction: ops add their nodes here, and their types are inferred at once. */

import { inWords } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import type { Sharing } from './ops/op.js';
import { inputEntries, mapInputs, type OpInputs, wrongInputNames } from './ops/op-inputs.js';
import type { ParameterNames } from './parameter-names.js';
import type { PaddedSequences } from './ragged.js';
import { checkValue, SymbolicTensor, type TensorType, type Value } from './tensor.js';

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

/** Module names as in PyTorch: identifiers joined by dots. */
const modulePath = /^[A-Za-z_]\w*(\.\w+)*$/;

/** What {@link valueId} gives. */
const portName = /^[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*$/;

/**
 * Whether a network's input may have this name; ONNX files choose names freely. Excluded are the names of node ports, and
 * whole numbers, which JavaScript would sort before the other inputs.
 */
export function isInputName(name: string): boolean {
  return name !== '' && name !== '__proto__' && !/^\d+$/.test(name) && !portName.test(name);
}

/** @throws E_INVALID_OPTION */
export function checkName(name: unknown): void {
  if (typeof name === 'string' && modulePath.test(name)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${typeof name === 'string' ? JSON.stringify(name) : inWords(name)} is not a name: use letters, digits and _, starting with a letter; dots nest.`,
  );
}

/** The id of what a node computes at a port. */
export function valueId(node: string, port: string): string {
  return `${node}:${port}`;
}

/** Returns the options in their checked form. @throws E_INVALID_OPTION */
export type OptionCheck = <K extends OpName>(op: K, options: OpOptions[K], name: string) => OpOptions[K];

export class GraphBuilder {
  readonly nodes: NetworkNode[] = [];
  readonly #names = new Set<string>();
  /** The next number of names that are numbered. */
  readonly #counts = new Map<string, number>();
  readonly #values = new Map<string, SymbolicTensor>();
  readonly #check: OptionCheck;
  readonly #padded: PaddedSequences | undefined;
  readonly #parameters: ParameterNames | undefined;

  /**
   * @param check `checkOptions`; may be skipped for options from trusted code
   * @param parameters says which nodes share parameters and refuses names that two have; without it, what {@link add} is told of
   *   them is believed
   * @param padded follows sequences of different lengths through the definition; without it, nodes take the inputs that they
   *   are given, as those of a file do
   */
  constructor(check: OptionCheck, parameters?: ParameterNames, padded?: PaddedSequences) {
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
   * @throws E_INVALID_OPTION, E_DUPLICATE_NAME, what the op's shape rule throws, and E_UNSUPPORTED for an op that would
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
    if (name === undefined && ops[op].parameters) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${op} has no name; its parameters are named after it: ${op}('name', x, ...).`,
      );
    }
    const given = name === undefined ? this.#numbered(`${op}_`) : name;
    checkName(given);
    const repeated = ops[op].parameters && this.#parameters?.repeated(given, sharing);
    const nodeName = repeated ? this.#numbered(`${given}__`) : given;
    const isShareable = ops[op].parameters && this.#parameters;
    this.#claim(nodeName, isShareable ? ', or call the layer again in a function made by shared' : '');
    const wrong = wrongInputNames(ops[op].inputs, inputs);
    if (wrong !== undefined) throw new LstmOnnxError('E_MISSING_NAME', `${nodeName} (${op}) ${wrong}.`);
    for (const [, input] of inputEntries<Value>(inputs)) {
      checkValue(nodeName, input);
      if (input.graph !== this) {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `${nodeName}: '${input.id}' belongs to another network; use values of this definition only.`,
        );
      }
    }
    const checked = this.#check(op, options, nodeName);
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
