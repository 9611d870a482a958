/**
 * Reads the nodes of an ONNX graph into a network, in their order:
 *
 * 1. Only nodes that the outputs need are read.
 * 2. Initializers and `Constant` nodes are numbers; what is computed from numbers and shapes alone is computed here.
 * 3. Every other node becomes ops of the network, or another view of a value (`view.ts`).
 */
import { type CallCheck, GraphBuilder } from '../../builder/graph-builder.js';
import { finishNetwork, type Network } from '../../builder/network.js';
import type { OpName, OpOptions } from '../../builder/ops/index.js';
import { parameterName, type Sharing } from '../../builder/ops/op.js';
import type { OpInputs } from '../../builder/ops/op-inputs.js';
import { type Parameter, type StateDict, specsOfNetwork } from '../../builder/parameters.js';
import type { Dim, Shape } from '../../builder/shape.js';
import type { Value as NetworkValue, SymbolicTensor, TensorType } from '../../builder/tensor.js';
import { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { mustHave } from '../../must-get.js';
import type { OnnxDType, OnnxGraph, OnnxModel, OnnxNode } from '../../onnx/graph.js';
import { quoted } from '../quoted.js';
import { constantOf, widenedBytes } from './constants.js';
import type { Dims } from './dims.js';
import { inputType } from './inputs.js';
import type { LayerWeight } from './layer-weight.js';
import { checkShape, MAX_INPUTS, MAX_OPS, MAX_RANK, tooMany, type Work } from './limits.js';
import { identifier, inputName, Names } from './names.js';
import { neededNodes } from './needed-nodes.js';
import { handlerOf, refuseUnread, within } from './node-handlers.js';
import { NodeReader } from './node-reader.js';
import type { SharedWeights } from './shared-weights.js';
import { describeValue, rankOf, type Value, type View, type Weights } from './value.js';
import { type Rearranger, tensorOf, viewOf } from './view.js';

export class GraphReader implements Rearranger {
  readonly #graph: GraphBuilder;
  readonly #names = new Names();
  readonly #values = new Map<string, Value>();
  readonly #stated: ReadonlyMap<string, OnnxDType>;
  readonly #parameters = new Map<string, Parameter>();
  readonly #frozen = new Map<Weights, View>();
  readonly #inputs: Record<string, TensorType> = {};
  /** Of the numbers: bound so that a small file cannot ask for all there is, by using its weights again and again. */
  readonly budget: MemoryBudget;

  constructor(
    private readonly model: OnnxModel,
    /** What is known of dimensions that the file calls by different names. */
    readonly dims: Dims,
    /** What is left for this reading and later ones. */
    private readonly work: Work,
    fileBytes: number,
    check: CallCheck,
    /** Finds layers of the same parameters; without it each has its own. */
    private readonly shared?: SharedWeights,
  ) {
    this.#graph = new GraphBuilder(check);
    const { inputs, initializers } = model.graph;
    const stated = [...inputs, ...initializers].filter(({ dtype }) => dtype !== 'undefined');
    this.#stated = new Map(stated.map(({ name, dtype }) => [name, dtype]));
    // As for a file of floats: of halves, the widened copy and two of it while a parameter is made.
    this.budget = new MemoryBudget(fileBytes + widenedBytes(model.graph));
  }

  read(): { network: Network; parameters: StateDict } {
    const { graph } = this.model;
    const nodes = neededNodes(graph);
    refuseUnread(nodes);
    this.#readInputs(graph);
    this.#readNodes(graph, nodes);
    const network = finishNetwork(this.#inputs, this.#graph, this.#outputs(graph));
    const parameters = specsOfNetwork(network).flatMap(({ name }) => {
      const parameter = this.#parameters.get(name);
      return parameter ? [[name, parameter] as const] : [];
    });
    return { network, parameters: new Map(parameters) };
  }

  /** The outputs of a node's branch, which reads values around it. */
  readBranch(branch: OnnxGraph): Value[] {
    const nodes = neededNodes(branch);
    refuseUnread(nodes);
    this.#readNodes(branch, nodes);
    return branch.outputs.map(({ name }) => this.#find(name));
  }

  #readNodes(graph: OnnxGraph, nodes: readonly OnnxNode[]): void {
    this.#readInitializers(graph, nodes);
    for (const node of nodes) {
      const values = within(node, () => this.#readNode(node));
      for (const [i, name] of node.outputs.entries()) {
        const value = values[i];
        if (name !== '' && value) this.#values.set(name, value);
      }
    }
  }

  /** The element type that the file states of one of the graph's inputs or constants. */
  statedType(name: string): OnnxDType | undefined {
    return this.#stated.get(name);
  }

  /** A name for an op, once: the name itself or with a number. */
  claim(name: string): string {
    return this.#names.claim(name);
  }

  /** A name for a layer, once: that of the module whose weights these initializers are. */
  claimModule(origins: readonly string[], node: OnnxNode, fallback: string): string {
    return this.#names.claimModule(origins, node, fallback);
  }

  /** Adds an op and gives its ports. */
  addAll<K extends OpName>(
    op: K,
    name: string,
    inputs: OpInputs<NetworkValue>[K],
    options: OpOptions[K],
    sharing: Sharing = {},
  ): Record<string, SymbolicTensor> {
    this.work.takeSteps(1);
    const count = this.#graph.nodes.length + 1;
    if (count > MAX_OPS) throw tooMany(`${count} ops`, MAX_OPS);
    const ports = this.#graph.add(op, name, inputs, options, sharing);
    for (const { shape } of Object.values(ports)) checkShape(shape);
    return ports;
  }

  /** Adds an op without parameters, of one output. */
  add<K extends OpName>(op: K, inputs: OpInputs<NetworkValue>[K], options: OpOptions[K]): SymbolicTensor {
    return this.addNamed(op, this.#names.numbered(op), inputs, options);
  }

  /** Adds a layer, whose name was claimed, and its parameters, and gives its ports. */
  addLayer<K extends OpName>(
    op: K,
    name: string,
    inputs: OpInputs<NetworkValue>[K],
    options: OpOptions[K],
    weights: readonly LayerWeight[],
  ): Record<string, SymbolicTensor> {
    const sharing = this.shared?.sharing(op, name, weights) ?? {};
    for (const weight of weights) {
      const isShared = sharing.module !== undefined || sharing.tied?.[weight.name] !== undefined;
      if (!isShared) this.addParameter(parameterName({ name }, weight.name), weight.shape, weight.data);
      else if (weight.isMade) this.budget.release(weight.data.byteLength);
    }
    return this.addAll(op, name, inputs, options, sharing);
  }

  /** {@link addLayer} of one output. */
  addOneLayer<K extends OpName>(...given: Parameters<typeof this.addLayer<K>>): SymbolicTensor {
    const { output } = this.addLayer(...given);
    return mustHave(output, 'The output of a layer');
  }

  /** Adds an op of one output, whose name was claimed. */
  addNamed<K extends OpName>(
    op: K,
    name: string,
    inputs: OpInputs<NetworkValue>[K],
    options: OpOptions[K],
  ): SymbolicTensor {
    const { output } = this.addAll(op, name, inputs, options);
    if (!output) throw new LstmOnnxError('E_UNSUPPORTED', `${op} has no port called 'output'.`);
    return output;
  }

  /** A value of the network that has this dimension, and where. */
  holderOf(dim: Dim): { readonly value: SymbolicTensor; readonly axis: number } | undefined {
    return typeof dim === 'string' ? this.#graph.holderOf(dim) : undefined;
  }

  private addParameter(name: string, shape: readonly number[], data: Float32Array): void {
    if (this.#parameters.has(name)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `The network would have two parameters called ${quoted(name)}.`,
      );
    }
    this.#parameters.set(name, { shape, data });
  }

  /** Numbers of the file as a value of the network: a parameter that training leaves as it is, once for all who read it. */
  frozen(weights: Weights): View {
    const known = this.#frozen.get(weights);
    if (known) return known;
    const name = this.claim(identifier(weights.origin === '' ? 'constant' : weights.origin));
    const { shape } = weights;
    this.addParameter(name, shape, weights.read());
    const init = { kind: 'zeros' } as const;
    const view = this.view(this.addNamed('parameter', name, {}, { shape: [...shape], init, frozen: true }));
    this.#frozen.set(weights, view);
    return view;
  }

  transpose(x: SymbolicTensor, axes: readonly number[]): SymbolicTensor {
    return this.add('transpose', { x }, { axes: [...axes] });
  }

  reshape(x: SymbolicTensor, shape: Shape): SymbolicTensor {
    return this.add('reshape', { x }, { shape: [...shape] });
  }

  /** The value of the network with the view's axes. */
  tensor(view: View): SymbolicTensor {
    return tensorOf(view, this);
  }

  /** A view of a new value of the network. */
  view(tensor: SymbolicTensor): View {
    return viewOf({ type: tensor, tensor: () => tensor });
  }

  /** Memory for numbers, out of the budget. @throws E_INVALID_FILE */
  readonly allocate = (count: number): Float32Array => {
    this.budget.take(4 * count, 'the weights');
    this.work.takeNumbers(count);
    return new Float32Array(count);
  };

  #readInputs({ inputs, initializers }: OnnxGraph): void {
    // Files of ir_version 3 list their constants as inputs, too.
    const constants = new Set(initializers.map(({ name }) => name));
    const fed = inputs.filter(({ name }) => !constants.has(name));
    if (fed.length > MAX_INPUTS) throw tooMany(`${fed.length} inputs`, MAX_INPUTS);
    for (const input of fed) {
      const name = this.claim(inputName(input.name));
      const type = inputType(input, name, this.dims);
      checkShape(type.shape);
      this.#inputs[name] = type;
      this.#values.set(input.name, this.view(this.#graph.addInput(name, type)));
    }
  }

  #readInitializers({ initializers }: OnnxGraph, nodes: readonly OnnxNode[]): void {
    const read = new Set(nodes.flatMap((node) => node.inputs));
    for (const tensor of initializers) {
      if (read.has(tensor.name)) this.#values.set(tensor.name, constantOf(tensor, this.budget));
    }
  }

  #readNode(node: OnnxNode): readonly (Value | undefined)[] {
    const handler = handlerOf(node);
    if (!handler) throw new LstmOnnxError('E_UNSUPPORTED', 'the operator has no counterpart in a network.');
    this.work.takeSteps(1 + node.inputs.length);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#find(name)));
    const opset = this.model.opsets.get('') ?? 0;
    const values = handler(new NodeReader(node, opset, this, inputs));
    for (const value of values) {
      if (!value) continue;
      const rank = rankOf(value);
      if (rank > MAX_RANK) throw tooMany(`a value of ${rank} dimensions`, MAX_RANK);
      if (value.kind === 'sizes') this.work.takeSteps(value.items.length);
      if (value.kind === 'view') this.work.takeSteps(value.layout.flat().length);
    }
    return values;
  }

  #find(name: string): Value {
    const value = this.#values.get(name);
    if (value) return value;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${quoted(name)} is read, which is no input, no initializer and no output that was read before.`,
    );
  }

  #outputs({ outputs }: OnnxGraph): Record<string, NetworkValue> {
    if (outputs.length > MAX_INPUTS) throw tooMany(`${outputs.length} outputs`, MAX_INPUTS);
    const names = this.#outputNames(outputs.map(({ name }) => name));
    const entries = outputs.map(({ name }, i) => {
      const value = this.#find(name);
      if (value.kind !== 'view') {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          `The output ${quoted(name)} is ${describeValue(value)}; expected a tensor that depends on the inputs.`,
        );
      }
      return [names[i] ?? name, this.tensor(value)] as const;
    });
    return Object.fromEntries(entries);
  }

  /** The file's own names, but for those that a key of an object cannot be or that an input has. */
  #outputNames(names: readonly string[]): string[] {
    const all = new Set(names);
    if (all.size < names.length) {
      throw new LstmOnnxError('E_INVALID_FILE', 'The graph has two outputs of one name.');
    }
    return names.map((name) => {
      // JavaScript would sort keys like '72', which exporters number outputs by, before all others.
      const isNumbered = /^\d+$/.test(name);
      if (!isNumbered && name !== '__proto__' && !Object.hasOwn(this.#inputs, name)) return name;
      const base = isNumbered ? identifier(name) : `${identifier(name)}_output`;
      let free = this.claim(base);
      while (all.has(free)) free = this.claim(base);
      return free;
    });
  }
}
