/**
 * The parameters of a network under construction by their names in the state dict, each with one owner. A node may be a
 * further call of a module, and a parameter may be tied to another module's: only where that is said.
 */
import { wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { nearNames } from '../near-names.js';
import { checkName } from './check-call.js';
import type { NetworkNode } from './graph-builder.js';
import { moduleOf, moduleParameter, type ParameterSpec, type Sharing } from './ops/op.js';
import { formatShape, sameShape } from './shape.js';
import { SharedCalls } from './shared-calls.js';

/** What a node says of its parameters. */
type NodeParameters = Sharing & { readonly name: string; readonly op: string };

interface Module {
  readonly op: string;
  readonly specs: readonly ParameterSpec[];
}

export class ParameterNames {
  readonly #calls = new SharedCalls();
  readonly #modules = new Map<string, Module>();
  readonly #owned = new Set<string>();
  readonly #tensors = new Map<string, ParameterSpec>();
  /** Other names of tensors. */
  readonly #tied = new Map<string, string>();

  /** Calls a function that is called several times: its layers are those of its calls before, by their names. */
  share<T>(shared: object, call: () => T): T {
    return this.#calls.run(shared, call);
  }

  /** Whose parameters a layer has that a shared function called before; undefined for one that is new, or says it itself. */
  repeated(name: string, { module }: Sharing): Sharing | undefined {
    const isRepeated = module === undefined && this.#calls.isRepeated(name);
    this.#calls.note(name);
    return isRepeated ? { module: name, tied: this.#tiedOf(name) } : undefined;
  }

  /**
   * Takes the names of a node's parameters.
   *
   * @param specs none of an op that has no parameters
   * @throws E_DUPLICATE_NAME for a name that another module owns, E_SHAPE_MISMATCH for a shared parameter of another size,
   *   E_INVALID_OPTION for ties that do not fit
   */
  claim(node: NodeParameters, specs: readonly ParameterSpec[] | undefined): void {
    const { name, op, module = name, tied = {} } = node;
    for (const other of [module, ...Object.values(tied)]) checkName(other);
    if (!specs) {
      if (node.module === undefined && node.tied === undefined) return;
      throw new LstmOnnxError('E_INVALID_OPTION', `${name} (${op}) has no parameters to share.`);
    }
    this.#expectSame(node, module, { op, specs });
    const unknown = Object.keys(tied).find((own) => !specs.some((spec) => spec.name === own));
    if (unknown !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name} (${op}) ties '${unknown}', which it does not have.`,
      );
    }
    for (const spec of specs) {
      const own = moduleParameter(module, spec.name);
      if (node.module === undefined) this.#own(own);
      this.#take(own, tied[spec.name], spec);
    }
  }

  /** Which parameters of a module are tied. */
  #tiedOf(module: string): Readonly<Record<string, string>> | undefined {
    const { specs = [] } = this.#modules.get(module) ?? {};
    const tied = specs.flatMap(({ name }) => {
      const to = this.#tied.get(moduleParameter(module, name));
      return to === undefined ? [] : [[name, to] as const];
    });
    return tied.length > 0 ? Object.fromEntries(tied) : undefined;
  }

  /**
   * Makes a name another name for a tensor, in all nodes that there are.
   *
   * @throws E_UNKNOWN_NAME, E_SHAPE_MISMATCH
   */
  tie(name: string, to: string, nodes: NetworkNode[]): void {
    const [tensor, target] = [this.#find(name), this.#find(to)];
    if (tensor === target) return;
    const spec = this.#tensors.get(tensor);
    if (spec) this.#expectFit(tensor, target, spec);
    this.#tensors.delete(tensor);
    for (const [other, tied] of this.#tied) if (tied === tensor) this.#tied.set(other, target);
    this.#tied.set(tensor, target);
    for (const [i, node] of nodes.entries()) {
      const tied = this.#tiedOf(moduleOf(node));
      if (tied) nodes[i] = { ...node, tied };
    }
  }

  #find(name: string): string {
    if (typeof name !== 'string')
      throw wrongArgument('tie', name, "names of parameters, such as 'encoder.weight'");
    const tensor = this.#tied.get(name) ?? name;
    if (this.#tensors.has(tensor)) return tensor;
    const near = nearNames(name, [...this.#tensors.keys(), ...this.#tied.keys()]).slice(0, 3);
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `tie: no layer before it has a parameter '${name}'${near.length > 0 ? `; near it ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}` : ''}. ` +
        "Give names of the state dict, after the layers: tie('decoder.weight', 'encoder.weight').",
    );
  }

  /** A tensor in no layer may be called as one that a layer has: `fc.weight`. */
  #own(name: string): void {
    if (this.#owned.has(name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `The network has two parameters called '${name}'; give each tensor and layer a name of its own.`,
      );
    }
    this.#owned.add(name);
  }

  #take(own: string, tied: string | undefined, spec: ParameterSpec): void {
    const isBoth = tied === undefined ? this.#tied.has(own) : this.#tensors.has(own) || this.#tied.has(tied);
    const before = this.#tied.get(own);
    if (isBoth || (before !== undefined && before !== tied)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `'${own}' is a tensor in one place and tied to another one elsewhere; tie it everywhere, to a tensor that is not tied.`,
      );
    }
    const name = tied ?? own;
    if (tied !== undefined) this.#tied.set(own, tied);
    if (this.#tensors.has(name)) this.#expectFit(own, name, spec);
    else this.#tensors.set(name, spec);
  }

  #expectFit(name: string, to: string, spec: ParameterSpec): void {
    const other = this.#tensors.get(to);
    if (!other || (sameShape(other.shape, spec.shape) && other.trained === spec.trained)) return;
    const text = ({ shape, trained }: ParameterSpec) =>
      `${formatShape(shape)}${trained === false ? ', which is not trained,' : ''}`;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `'${name}' ${text(spec)} cannot be '${to}' ${text(other)}: one tensor has one shape and is trained or not.`,
    );
  }

  #expectSame({ name }: NodeParameters, module: string, own: Module): void {
    const first = this.#modules.get(module);
    if (!first) {
      this.#modules.set(module, own);
      return;
    }
    const { op, specs } = own;
    const fits = first.specs.every((spec, i) => {
      const other = specs[i];
      return other?.name === spec.name && sameShape(other.shape, spec.shape);
    });
    if (fits && first.op === op && first.specs.length === specs.length) return;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name} is another call of the layer '${module}', with ${describe(own)}; its first call has ${describe(first)}. ` +
        'Layers that share their parameters have the same sizes.',
    );
  }
}

function describe({ op, specs }: Module): string {
  return `${op}: ${specs.map(({ name, shape }) => `${name} ${formatShape(shape)}`.trim()).join(', ')}`;
}
