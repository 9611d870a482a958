/**
 * The types of all values of an ONNX graph, from its inputs on. One pass in the order of the nodes:
 *
 * 1. Inputs and initializers have the types that the file states.
 * 2. A node whose operator has a rule in `infer/` gives its outputs the types that the rule derives.
 * 3. What the file states of an output (value_info, graph outputs) is compared with that and fills what is unknown.
 * 4. Outputs of an operator without a rule have only what the file states, or no type.
 *
 * Bodies of control flow see the values of the graphs around them.
 */
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from './graph.js';
import { typeOfTensor } from './infer/constants.js';
import { conflict, describeShape, mergeShapes } from './infer/dims.js';
import { NodeView, type TensorType, tensorType } from './infer/rule.js';
import { ruleFor } from './infer/rules.js';
import { checkSignature } from './infer/signature.js';

interface Scope {
  readonly types: Map<string, TensorType>;
  readonly parent: Scope | undefined;
}

type Report = (problem: string) => void;

/**
 * The type of every value of the main graph that is known, by name; an unknown one is absent. Contradictions are
 * not judged here: see `checkModel`.
 */
export function inferTypes(model: OnnxModel): Map<string, OnnxValueInfo> {
  const types = inferGraph(model.graph, opsetOf(model), undefined, () => {});
  return new Map(
    [...types].map(([name, { dtype, shape }]) => [name, { name, dtype, ...(shape && { shape }) }]),
  );
}

/** Every contradiction of types, shapes and signatures in the model and the bodies in it. */
export function typeProblems(model: OnnxModel): string[] {
  const problems: string[] = [];
  inferGraph(model.graph, opsetOf(model), undefined, (problem) => problems.push(problem));
  return problems;
}

function opsetOf(model: OnnxModel): number {
  return model.opsets.get('') ?? 0;
}

function inferGraph(graph: OnnxGraph, opset: number, parent: Scope | undefined, report: Report) {
  const scope: Scope = { types: new Map(), parent };
  for (const value of graph.inputs) declare(scope, value);
  for (const tensor of graph.initializers) {
    const type = typeOfTensor(tensor);
    const input = scope.types.get(tensor.name);
    // The initializer of an input is its default: the caller may give other elements.
    scope.types.set(tensor.name, input ? agree(tensor.name, type, input, report, false) : type);
  }
  const stated = new Map([...graph.valueInfo, ...graph.outputs].map((value) => [value.name, typeOf(value)]));
  for (const node of graph.nodes) inferNode(node, opset, scope, stated, report);

  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const { name } of graph.outputs) {
    const type = scope.types.get(name);
    const output = stated.get(name);
    if (type && output && !produced.has(name)) agree(name, type, output, report);
  }
  return scope.types;
}

function inferNode(
  node: OnnxNode,
  opset: number,
  scope: Scope,
  stated: ReadonlyMap<string, TensorType | undefined>,
  report: Report,
): void {
  const inputs = node.inputs.map((name) => lookUp(scope, name));
  const rule = ruleFor(node.opType, node.domain, opset);
  const view = new NodeView(node, opset, inputs, report);
  const outputs = rule && checkSignature(view, rule) ? rule.infer(view) : [];
  for (const [i, name] of node.outputs.entries()) {
    if (name === '') continue;
    const inferred = outputs[i];
    const said = stated.get(name);
    const type = inferred && said ? agree(name, inferred, said, report) : (inferred ?? said);
    if (type) scope.types.set(name, type);
  }
  for (const attribute of node.attributes.values()) {
    if (attribute.type === 'graph') inferGraph(attribute.value, opset, scope, report);
  }
}

function lookUp(scope: Scope, name: string): TensorType | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const type = at.types.get(name);
    if (type) return type;
  }
  return undefined;
}

function declare(scope: Scope, value: OnnxValueInfo): void {
  const type = typeOf(value);
  if (type) scope.types.set(value.name, type);
}

/** Undefined for sequences, maps and the like, and where the file does not name the element type. */
function typeOf({ dtype, shape, kind }: OnnxValueInfo): TensorType | undefined {
  return kind || dtype === 'undefined' ? undefined : tensorType(dtype, shape);
}

/** What is known from both sides; reports where they cannot both be right and then believes the first. */
function agree(
  name: string,
  found: TensorType,
  said: TensorType,
  report: Report,
  keepContents = true,
): TensorType {
  const shape = mergeShapes(found.shape, said.shape);
  if (shape === conflict || found.dtype !== said.dtype) {
    const both = [found, said].map((type) => `${type.dtype} ${describeShape(type.shape)}`);
    report(`Value "${name}" is ${both[0]}, but the file declares ${both[1]}.`);
  }
  return tensorType(
    found.dtype,
    shape === conflict ? found.shape : shape,
    keepContents ? found.contents : undefined,
  );
}
