/** A network under construction: ops add their nodes here, and their types are inferred at once. */

import { inWords } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import type { OpName, OpOptions } from './ops/index.js';
import { ops } from './ops/index.js';
import { type ParameterSpec, parameterName } from './ops/op.js';
import { inputEntries, mapInputs, type OpInputs, wrongInputNames } from './ops/op-inputs.js';
import type { PaddedSequences } from './ragged.js';
import { checkValue, SymbolicTensor, type TensorType, type Value } from './tensor.js';

/**
 * One application of an op, as plain data. `inputs` maps the op's input names to ids of values: an input of the network, or
 * `node:port`.
 */
export type NetworkNode<K extends OpName = OpName> = {
  readonly [P in K]: {
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

/** The id of what a node computes at a port. */
export function valueId(node: string, port: string): string {
  return `${node}:${port}`;
}

/** Returns the options in their checked form. @throws E_INVALID_OPTION */
export type OptionCheck = <K extends OpName>(op: K, options: OpOptions[K], name: string) => OpOptions[K];

export class GraphBuilder {
  readonly nodes: NetworkNode[] = [];
  readonly #names = new Set<string>();
  /** The names of parameters in the state dict. */
  readonly #parameters = new Set<string>();
  readonly #values = new Map<string, SymbolicTensor>();
  readonly #check: OptionCheck;
  readonly #padded: PaddedSequences | undefined;

  /**
   * @param check `checkOptions`; may be skipped for options from trusted code
   * @param padded follows sequences of different lengths through the definition; without it, nodes take the inputs that they
   *   are given, as those of a file do
   */
  constructor(check: OptionCheck, padded?: PaddedSequences) {
    this.#check = check;
    this.#padded = padded;
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
   * @param name unique in the network; undefined numbers the node after its op (`relu_1`)
   * @throws E_INVALID_OPTION, E_DUPLICATE_NAME, what the op's shape rule throws, and E_UNSUPPORTED for an op that would
   *   read the padding of sequences as steps
   */
  add<K extends OpName>(
    op: K,
    name: string | undefined,
    inputs: OpInputs<Value>[K],
    options: OpOptions[K],
  ): Record<string, SymbolicTensor> {
    // Of a page's first program; another has them all.
    if (!Object.hasOwn(ops, op)) throw new LstmOnnxError('E_UNSUPPORTED', `This program has no op ${op}.`);
    if (name === undefined && ops[op].parameters) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${op} has no name; its parameters are named after it: ${op}('name', x, ...).`,
      );
    }
    const nodeName: unknown = name === undefined ? this.#numbered(op) : name;
    if (typeof nodeName !== 'string' || !modulePath.test(nodeName)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${typeof nodeName === 'string' ? JSON.stringify(nodeName) : inWords(nodeName)} is not a name: use letters, digits and _, starting with a letter; dots nest.`,
      );
    }
    this.#claim(nodeName);
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
    const given = ops[op].infer(inputs, checked, nodeName);
    const taken = this.#padded?.follow(op, nodeName, inputs, checked) ?? inputs;
    const outputs = taken === inputs ? given : ops[op].infer(taken, checked, nodeName);
    this.#claimParameters(nodeName, ops[op].parameters?.(taken, checked) ?? []);
    const node: NetworkNode<K> = {
      name: nodeName,
      op,
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

  #numbered(op: OpName): string {
    let number = 1;
    while (this.#names.has(`${op}_${number}`)) number++;
    return `${op}_${number}`;
  }

  /** A tensor in no layer may be called as one that a layer has: `fc.weight`. */
  #claimParameters(node: string, specs: readonly ParameterSpec[]): void {
    for (const { name: own } of specs) {
      const name = parameterName(node, own);
      if (this.#parameters.has(name)) {
        throw new LstmOnnxError(
          'E_DUPLICATE_NAME',
          `The network has two parameters called '${name}'; give each tensor and layer a name of its own.`,
        );
      }
      this.#parameters.add(name);
    }
  }

  #claim(name: string): void {
    if (this.#names.has(name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `The network has two things called '${name}'; give each input and op a name of its own.`,
      );
    }
    this.#names.add(name);
  }
}
