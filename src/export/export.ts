/** A trained network as an ONNX model: lowered op by op, checked, then written. */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { checkNetwork } from '../builder/check-network.js';
import { checkInfo, type ModelInfo } from '../builder/checkpoint.js';
import { type NetworkNode, valueId } from '../builder/graph-builder.js';
import type { Network } from '../builder/network.js';
import type { OpName } from '../builder/ops/index.js';
import { parameterName } from '../builder/ops/op.js';
import { mapInputs } from '../builder/ops/op-inputs.js';
import { checkParameters, parameterUses, type StateDict } from '../builder/parameters.js';
import { statePairs } from '../builder/recurrent/states.js';
import { summary } from '../builder/summary.js';
import type { TensorType } from '../builder/tensor.js';
import { tokenInputs } from '../builder/token-inputs.js';
import { counted } from '../counted.js';
import { vocabulariesKey } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { mustGet } from '../must-get.js';
import { checkModel } from '../onnx/check.js';
import { encodeModel } from '../onnx/encode-model.js';
import type { OnnxModel, OnnxNode, OnnxValueInfo } from '../onnx/graph.js';
import { inferTypes } from '../onnx/infer.js';
import { irVersionFor } from '../onnx/releases.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { TOKENS_KEY } from '../runtime/token-sizes.js';
import { crfMetadata } from '../tagging/crf-metadata.js';
import { version } from '../version.js';
import { Emitter } from './emitter.js';
import type { Lowered, LoweredPort } from './lowering.js';
import { lowerings } from './ops/index.js';
import { storesTransposed } from './ops/linear.js';
import { prune } from './prune.js';
import { type VariantOptions, variantOf } from './variants.js';

export interface ExportOptions extends ModelInfo, VariantOptions {
  /** Version of the ONNX operator set, 14 to 22. @default 17 */
  readonly opset?: number;
  /** More entries for the model's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const names = {
  opset: true,
  metadata: true,
  states: true,
  lengths: true,
  softmax: true,
  labels: true,
  preprocessing: true,
  vocabularies: true,
} satisfies OptionNames<ExportOptions>;
const meant = {
  state: 'states',
  stateful: 'states',
  opsetVersion: 'opset',
  opset_version: 'opset',
  probabilities: 'softmax',
};

/** The oldest ONNX operator set that {@link exportOnnx} writes. */
export const OLDEST_EXPORTED_OPSET = 14;
/** The newest one. */
export const NEWEST_EXPORTED_OPSET = 22;

/**
 * The network as the bytes of an `.onnx` file. Dimensions with names, such as batch and time, stay dynamic.
 *
 * @throws E_SHAPE_MISMATCH for parameters of another network, E_UNSUPPORTED for an opset out of range, E_DUPLICATE_NAME for
 *   an output called like an input and for metadata that the library writes itself; with `states`, `lengths` and `softmax` also E_INVALID_OPTION for a network that has no
 *   use for them, and E_DUPLICATE_NAME when a name is taken
 */
export function exportOnnx(network: Network, parameters: StateDict, options: ExportOptions = {}): Uint8Array {
  return exportWith({}, network, parameters, options);
}

/**
 * {@link exportOnnx} with metadata of the library's own.
 *
 * @param own what {@link exportOnnx} would write under the same names is left out
 */
export function exportWith(
  own: Readonly<Record<string, string>>,
  network: Network,
  parameters: StateDict,
  options: ExportOptions,
): Uint8Array {
  const model = toOnnxModel(network, parameters, options, own);
  checkModel(model);
  return encodeModel(model);
}

/** {@link exportOnnx} before encoding. */
export function toOnnxModel(
  network: Network,
  parameters: StateDict,
  options: ExportOptions = {},
  own: Readonly<Record<string, string>> = {},
): OnnxModel {
  checkNetwork('exportOnnx', network);
  checkOptionNames('exportOnnx', options, names, meant);
  const { opset = 17 } = options;
  if (!Number.isInteger(opset) || opset < OLDEST_EXPORTED_OPSET || opset > NEWEST_EXPORTED_OPSET) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Opset ${typeof opset === 'number' ? opset : inWords(opset)} is not supported; give one from ${OLDEST_EXPORTED_OPSET} to ${NEWEST_EXPORTED_OPSET}.`,
    );
  }
  checkParameters(network, parameters);
  checkOutputNames(network);
  checkInfo('exportOnnx', options, network);
  for (const flag of ['states', 'lengths', 'softmax'] as const) {
    const given: unknown = options[flag];
    if (given !== undefined && typeof given !== 'boolean') {
      throw wrongArgument(`exportOnnx: the option ${flag}`, given, 'true or false');
    }
  }
  if (options.metadata !== undefined && !isTexts(options.metadata)) {
    throw wrongArgument('exportOnnx: the option metadata', options.metadata, 'texts by name');
  }
  checkLabels(network, options.labels);
  const shown = variantOf(network, options);
  const { emitter, values } = lower(shown, parameters, opset);
  const nodes = nameOutputs(shown, emitter, values);
  const model: OnnxModel = {
    irVersion: irVersionFor(opset),
    opsets: new Map([['', opset]]),
    producerName: 'lstm-onnx',
    producerVersion: version,
    docString: summary(shown),
    metadata: metadataOf(shown, parameters, options, own),
    graph: {
      name: 'network',
      inputs: valueInfos(shown.inputs),
      outputs: valueInfos(shown.outputs),
      valueInfo: [],
      ...prune(nodes, emitter.initializers, Object.keys(shown.outputs)),
    },
  };
  return { ...model, graph: { ...model.graph, valueInfo: intermediateTypes(model) } };
}

/** In an ONNX graph a name stands for one value, so an output cannot have the name of an input. */
function checkOutputNames({ inputs, outputs }: Network): void {
  const taken = Object.keys(outputs).find((name) => Object.hasOwn(inputs, name));
  if (taken === undefined) return;
  throw new LstmOnnxError(
    'E_DUPLICATE_NAME',
    `The network has an input and an output called '${taken}', which ONNX does not allow; rename one of them.`,
  );
}

/** @throws E_INVALID_OPTION when no output has as many classes as there are labels */
function checkLabels(network: Network, labels: readonly string[] | undefined): void {
  const classes = Object.values(network.outputs).map(({ shape }) => shape.at(-1));
  if (labels === undefined || classes.includes(labels.length)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `Got ${counted(labels.length, 'label')}, and the last dimension of the outputs is ${classes.join(', ')}; give one label for each class.`,
  );
}

function lower(
  network: Network,
  parameters: StateDict,
  opset: number,
): { emitter: Emitter; values: Map<string, Lowered> } {
  const emitter = new Emitter([...Object.keys(network.inputs), ...Object.keys(network.outputs)]);
  const values = new Map<string, Lowered>(
    Object.entries(network.inputs).map(([name, type]) => [name, { name, type }]),
  );
  const uses = parameterUses(network);
  const plain = new Set(
    uses.flatMap(({ node, spec, name }) => (storesTransposed(node, spec.name) ? [] : [name])),
  );
  for (const node of network.nodes) {
    const ports = lowerNode(node, values, emitter, opset, parameters, plain);
    for (const [port, type] of Object.entries(node.outputs)) {
      const lowered = ports[port];
      if (lowered) values.set(valueId(node.name, port), { ...lowered, type });
    }
  }
  return { emitter, values };
}

function lowerNode<K extends OpName>(
  node: NetworkNode<K>,
  values: ReadonlyMap<string, Lowered>,
  emitter: Emitter,
  opset: number,
  parameters: StateDict,
  plain: ReadonlySet<string>,
): Readonly<Record<string, LoweredPort>> {
  const parameter = (name: string) => mustGet(parameters, parameterName(node, name), 'parameter');
  const once = (form: string, names: readonly string[], make: () => string) =>
    emitter.once([form, ...names.map((name) => parameterName(node, name))].join(' '), make);
  const stored = (name: string) =>
    once('', [name], () =>
      emitter.initializer(parameterName(node, name), { dtype: 'float32', ...parameter(name) }),
    );
  const isStored = (name: string) => plain.has(parameterName(node, name));
  const inputs = mapInputs<K, string, Lowered>(node.inputs, (id) => mustGet(values, id, 'value'));
  const holderOf = (dim: string) => {
    for (const { name, type } of values.values()) {
      const axis = type.shape.indexOf(dim);
      if (axis !== -1) return { name, axis };
    }
    return undefined;
  };
  const context = { emitter, inputs, opset, parameter, stored, isStored, once, holderOf };
  return lowerings[node.op](node, context);
}

/** Names the network's outputs: renames the value if possible, else copies it with an Identity. */
function nameOutputs(network: Network, emitter: Emitter, values: ReadonlyMap<string, Lowered>): OnnxNode[] {
  const produced = new Set(emitter.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [output, { from }] of Object.entries(network.outputs)) {
    const { name } = mustGet(values, from, 'value');
    if (produced.has(name) && !renamed.has(name)) {
      renamed.set(name, output);
    } else {
      const source = renamed.get(name) ?? name;
      copies.push({
        name: `Identity_${output}`,
        opType: 'Identity',
        domain: '',
        inputs: [source],
        outputs: [output],
        attributes: new Map(),
      });
    }
  }
  const rename = (name: string) => renamed.get(name) ?? name;
  const nodes = emitter.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  return [...nodes, ...copies];
}

function valueInfos(types: Readonly<Record<string, TensorType>>): OnnxValueInfo[] {
  return Object.entries(types).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}

/** The types of everything between inputs and outputs, which viewers show beside the edges. */
function intermediateTypes(model: OnnxModel): OnnxValueInfo[] {
  const { graph } = model;
  const stated = new Set([...graph.inputs, ...graph.outputs, ...graph.initializers].map(({ name }) => name));
  return [...inferTypes(model).values()].filter(({ name }) => !stated.has(name));
}

/** @throws E_DUPLICATE_NAME for metadata of a caller that the library writes itself */
function metadataOf(
  network: Network,
  parameters: StateDict,
  options: ExportOptions,
  own: Readonly<Record<string, string>>,
): Map<string, string> {
  const { labels, preprocessing, vocabularies, metadata = {} } = options;
  const pairs = statePairs(network);
  const tokens = tokenInputs(network);
  const written = new Map([
    ['producer', `lstm-onnx ${version}`],
    ...(labels ? [['labels', JSON.stringify(labels)] as const] : []),
    ...(preprocessing ? [['preprocessing', preprocessing] as const] : []),
    ...(vocabularies ? [[vocabulariesKey, JSON.stringify(vocabularies)] as const] : []),
    ...(pairs.size > 0 ? [['lstm_onnx.states', JSON.stringify(Object.fromEntries(pairs))] as const] : []),
    ...(tokens.size > 0 ? [[TOKENS_KEY, JSON.stringify(Object.fromEntries(tokens))] as const] : []),
    ...Object.entries(crfMetadata(network, parameters)),
    ...Object.entries(own),
  ]);
  for (const [key, text] of Object.entries(metadata)) {
    if (written.has(key)) {
      throw new LstmOnnxError(
        'E_DUPLICATE_NAME',
        `exportOnnx: metadata has '${key}', which the library writes itself; leave it out or name it otherwise.`,
      );
    }
    written.set(key, text);
  }
  return written;
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
