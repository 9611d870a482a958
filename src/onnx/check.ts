/**
 * The checker that every model passes before it is written. It refuses what ONNX's own checker refuses, rule by
 * rule from the specification (IR.md):
 *
 * 1. The file format version knows the operator sets, and every node's domain has one.
 * 2. Graphs, inputs, outputs and operators have their names; inputs and outputs of the main graph have their types.
 * 3. Every value is assigned once, in this graph and the graphs around it; node names are unique.
 * 4. Nodes stand in an order in which every input is there before it is used.
 * 5. Graph outputs are produced, initializers fill their shapes.
 * 6. Arity, attributes, types and shapes are what the operators say; see `infer.ts`. Operators that this library
 *    has no rule for are taken as they are.
 */
import { LstmOnnxError } from '../errors.js';
import { dtypeFacts } from './dtypes.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './graph.js';
import { typeProblems } from './infer.js';
import { irVersionFor, NEWEST_IR_VERSION, NEWEST_OPSET } from './releases.js';

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
}

/** A message of a hundred lines says all; a hostile file could ask for millions. */
const MAX_LISTED = 100;

/** @throws E_INVALID_GRAPH with every rule that the model breaks, one a line, up to a hundred. */
export function checkModel(model: OnnxModel): void {
  const problems = [...versionProblems(model), ...new GraphChecker(model).check(), ...typeProblems(model)];
  if (problems.length === 0) return;
  const list = problems.slice(0, MAX_LISTED).map((problem) => `\n- ${problem}`);
  if (problems.length > MAX_LISTED) list.push(`\n- and ${problems.length - MAX_LISTED} more`);
  const rules = problems.length === 1 ? 'a rule' : `${problems.length} rules`;
  throw new LstmOnnxError(
    'E_INVALID_GRAPH',
    `The model breaks ${rules} of the ONNX specification:${list.join('')}`,
  );
}

function versionProblems({ irVersion, opsets }: OnnxModel): string[] {
  const problems: string[] = [];
  const opset = opsets.get('');
  if (!Number.isInteger(irVersion) || irVersion < 3 || irVersion > NEWEST_IR_VERSION) {
    problems.push(`ir_version is ${irVersion}, expected 3 to ${NEWEST_IR_VERSION}.`);
  }
  if (opset === undefined) return problems;
  if (!Number.isInteger(opset) || opset < 1 || opset > NEWEST_OPSET) {
    problems.push(`The operator set is ${opset}, expected 1 to ${NEWEST_OPSET}.`);
  } else if (irVersion < irVersionFor(opset)) {
    problems.push(
      `ir_version ${irVersion} is older than operator set ${opset}, which came with ${irVersionFor(opset)}.`,
    );
  }
  return problems;
}

class GraphChecker {
  private readonly problems: string[] = [];
  private readonly missingDomains = new Set<string>();

  constructor(private readonly model: OnnxModel) {}

  check(): readonly string[] {
    this.graph(this.model.graph, undefined);
    return this.problems;
  }

  private graph(graph: OnnxGraph, parent: Scope | undefined): void {
    const scope: Scope = { names: new Set(), parent };
    const where = graph.name ? `graph "${graph.name}"` : 'the graph';
    if (graph.name === '') this.fail('A graph has no name.');
    for (const value of graph.inputs) {
      this.value(value, 'input', where, parent === undefined);
      if (scope.names.has(value.name)) this.fail(`Input "${value.name}" stands twice in ${where}.`);
      scope.names.add(value.name);
    }
    this.initializers(graph, scope, where);
    const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
    const nodeNames = new Set<string>();
    for (const [index, node] of graph.nodes.entries()) this.node(node, index, scope, produced, nodeNames);
    for (const value of graph.outputs) {
      this.value(value, 'output', where, parent === undefined);
      if (value.name !== '' && !isDefined(scope, value.name)) {
        this.fail(`Output "${value.name}" of ${where} is produced by no node, input or initializer.`);
      }
    }
  }

  private value(value: OnnxValueInfo, side: 'input' | 'output', where: string, isMain: boolean): void {
    if (value.name === '') this.fail(`An ${side} of ${where} has no name.`);
    // The inputs and outputs of a body get their types from the node that runs it.
    if (!isMain || (value.kind && value.kind !== 'sparse')) return;
    if (value.dtype === 'undefined')
      this.fail(`The ${side} "${value.name}" of ${where} has no element type.`);
    if (!value.shape) {
      this.fail(`The ${side} "${value.name}" of ${where} has no shape; name the dimensions that vary.`);
    }
  }

  private initializers(graph: OnnxGraph, scope: Scope, where: string): void {
    const inputs = new Set(graph.inputs.map((value) => value.name));
    const seen = new Set<string>();
    for (const tensor of graph.initializers) this.tensor(tensor, where);
    for (const name of [
      ...graph.initializers.map((tensor) => tensor.name),
      ...(graph.sparseInitializers ?? []),
    ]) {
      if (name === '') this.fail(`An initializer of ${where} has no name.`);
      if (seen.has(name)) this.fail(`Initializer "${name}" stands twice in ${where}.`);
      if (this.model.irVersion < 4 && !inputs.has(name)) {
        this.fail(`Initializer "${name}" is not an input of ${where}, which ir_version 3 asks for.`);
      }
      seen.add(name);
      scope.names.add(name);
    }
  }

  private tensor({ name, dtype, shape, data, raw }: OnnxTensor, where: string): void {
    const elements = data ?? raw;
    if (!elements) return;
    const count = shape.reduce((product, dim) => product * dim, 1);
    const expected = data ? count : Math.ceil((count * dtypeFacts[dtype].bits) / 8);
    if (elements.length === expected) return;
    this.fail(
      `Initializer "${name}" of ${where} has length ${elements.length}, but [${shape.join(', ')}] of ${dtype} needs ${expected}.`,
    );
  }

  private node(
    node: OnnxNode,
    index: number,
    scope: Scope,
    produced: ReadonlySet<string>,
    nodeNames: Set<string>,
  ): void {
    const where = `${node.opType || 'Node'} ${node.name ? `"${node.name}"` : `(node ${index})`}`;
    if (node.opType === '') this.fail(`${where} has no op_type.`);
    if (node.inputs.length + node.outputs.length === 0) this.fail(`${where} has no inputs and no outputs.`);
    if (node.name !== '' && nodeNames.has(node.name)) this.fail(`Node name "${node.name}" is used twice.`);
    nodeNames.add(node.name);
    this.domain(node.domain, where);
    for (const name of node.inputs) {
      if (name === '' || isDefined(scope, name)) continue;
      const problem = produced.has(name)
        ? 'is produced only later; put the nodes in topological order'
        : 'is produced by no node, input or initializer';
      this.fail(`The input "${name}" of ${where} ${problem}.`);
    }
    for (const attribute of node.attributes.values()) {
      if (attribute.type === 'graph') this.graph(attribute.value, scope);
    }
    for (const name of node.outputs) {
      if (name === '') continue;
      if (isDefined(scope, name)) this.fail(`${where} assigns "${name}", which has a value already.`);
      scope.names.add(name);
    }
  }

  private domain(domain: string, where: string): void {
    if (this.model.opsets.has(domain) || this.missingDomains.has(domain)) return;
    this.missingDomains.add(domain);
    this.fail(`${where} is of the domain "${domain}", for which the model imports no operator set.`);
  }

  private fail(problem: string): void {
    this.problems.push(problem);
  }
}

function isDefined(scope: Scope, name: string): boolean {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    if (at.names.has(name)) return true;
  }
  return false;
}
