/**
 * The layers of a saved Keras model and which feeds which: Sequential and Functional, in the words of Keras 3
 * (`__keras_tensor__` objects) and in those of Keras 2 and TensorFlow.js (nested lists).
 * https://keras.io/guides/serialization_and_saving
 */
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import { brokenModel, Fields } from './fields.js';

/** One output of one call of a layer. */
export interface TensorRef {
  readonly layer: string;
  /** Which call of the layer, from 0. */
  readonly call: number;
  /** Which of its outputs. */
  readonly output: number;
}

export interface Call {
  readonly inputs: readonly TensorRef[];
  readonly initialState: readonly TensorRef[];
  readonly mask: TensorRef | undefined;
  /** The numbers among the arguments, which Keras' comparisons have. */
  readonly numbers: readonly number[];
}

export interface Layer {
  readonly name: string;
  readonly className: string;
  readonly config: Fields;
  readonly calls: readonly Call[];
}

export interface ModelGraph {
  readonly layers: readonly Layer[];
  readonly inputs: readonly TensorRef[];
  /** With the names that the model gives them, where it does. */
  readonly outputs: readonly { readonly ref: TensorRef; readonly name?: string }[];
}

/** Named limits: recurrent models have some tens of layers. */
const MAX_LAYERS = 1_000;
/** Of all layers together. */
const MAX_CALLS = 2_000;
const MAX_REFS = 1_000;
const MAX_DEPTH = 6;

const FUNCTIONAL_CLASSES: ReadonlySet<string> = new Set(['Functional', 'Model']);

/**
 * @param model `{ class_name, config }`
 * @throws E_INVALID_FILE, E_UNSUPPORTED for a subclassed model, whose layers only its code connects
 */
export function readModelGraph(model: Fields): ModelGraph {
  const className = model.text('class_name');
  if (className === 'Sequential') return sequential(model);
  if (FUNCTIONAL_CLASSES.has(className)) return functional(model.fields('config'));
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The model is of the class ${quoted(className)}; only Sequential and Functional models say how their layers are ` +
      'connected. Rebuild it as keras.Model(inputs, outputs), set its weights and save that.',
  );
}

function sequential(model: Fields): ModelGraph {
  const content = model.get('config');
  // The first versions of Keras 2 saved the bare list of layers.
  const config = Array.isArray(content)
    ? new Fields({ layers: content }, 'the model')
    : model.fields('config');
  const layers = layersOf(config);
  const [first] = layers;
  if (!first) throw brokenModel('the model has no layers');
  const input: Layer[] = first.className === 'InputLayer' ? [] : [impliedInput(first, config)];
  const chain = [...input, ...layers].map((layer, index, all): Layer => {
    const previous = all[index - 1];
    return { ...layer, calls: previous ? [callOn([ref(previous.name)])] : [] };
  });
  const ends = [chain.at(0), chain.at(-1)].map((layer) => ref(layer?.name ?? ''));
  return { layers: chain, inputs: ends.slice(0, 1), outputs: ends.slice(1).map((last) => ({ ref: last })) };
}

/** Models without an input layer say the input's shape with their first layer, or when they were built. */
function impliedInput(first: Layer, model: Fields): Layer {
  const shape =
    first.config.get('batch_input_shape') ??
    first.config.get('batch_shape') ??
    model.get('build_input_shape');
  if (shape === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The model does not say the shape of its input. Start it with keras.Input(shape) or build it before it is saved.',
    );
  }
  const name = `${first.name}_input`;
  return {
    name,
    className: 'InputLayer',
    config: new Fields({ batch_shape: shape }, `layer ${quoted(name)}`),
    calls: [],
  };
}

function functional(config: Fields): ModelGraph {
  let calls = 0;
  const layers = layersOf(config).map((layer, index): Layer => {
    const entry = new Fields(config.list('layers')[index], layer.config.where);
    const nodes = entry.get('inbound_nodes');
    if (!Array.isArray(nodes)) return layer;
    calls += nodes.length;
    if (calls > MAX_CALLS) throw brokenModel(`its layers are called more than ${MAX_CALLS} times`);
    return { ...layer, calls: nodes.map((node: unknown) => readCall(node, layer.config.where)) };
  });
  const inputs = refsIn(config.get('input_layers'));
  const outputs = namedRefs(config.get('output_layers'));
  if (outputs.length > MAX_REFS) throw brokenModel(`it has more than ${MAX_REFS} outputs`);
  return { layers, inputs, outputs };
}

/** The outputs: one, a list, or by names of the model's own. */
function namedRefs(outputs: unknown): ModelGraph['outputs'] {
  if (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs)) {
    return refsIn(outputs).map((ref) => ({ ref }));
  }
  const entries = new Fields(outputs, 'the outputs').entries();
  return entries.flatMap(([name, value]) => refsIn(value).map((ref) => ({ ref, name })));
}

function layersOf(config: Fields): Layer[] {
  const list = config.list('layers');
  if (list.length > MAX_LAYERS) {
    throw brokenModel(`the model has ${list.length} layers; at most ${MAX_LAYERS} are read`);
  }
  const names = new Set<string>();
  return list.map((value, index) => {
    const layer = readLayer(value, `layer ${index}`);
    if (names.has(layer.name)) throw brokenModel(`two layers are called ${quoted(layer.name)}`);
    names.add(layer.name);
    return layer;
  });
}

/** A layer of a model, or the one inside a wrapper. @throws E_UNSUPPORTED for a class that is not Keras' own */
export function readLayer(value: unknown, where: string): Layer {
  const entry = new Fields(value, where);
  const className = entry.text('class_name');
  const own = entry.get('name') ?? entry.fields('config').get('name');
  if (typeof own !== 'string') throw brokenModel(`${where} (${quoted(className)}) has no name`);
  const registered = entry.get('registered_name');
  const module = entry.get('module');
  const isForeign =
    (typeof registered === 'string' && registered.includes('>')) ||
    (typeof module === 'string' && !/^(keras|tf_keras|tensorflow)\b/.test(module));
  if (isForeign) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Layer ${quoted(own)} is of a class of the model's author, ${quoted(className)}; only Keras' own layers are read.`,
    );
  }
  return { name: own, className, config: new Fields(entry.get('config'), `layer ${quoted(own)}`), calls: [] };
}

function readCall(node: unknown, where: string): Call {
  if (Array.isArray(node)) return readListCall(node, where);
  const fields = new Fields(node, `${where}: inbound_nodes`);
  const kwargs = fields.fields('kwargs');
  const args = fields.list('args');
  return {
    ...callOn(refsIn(args)),
    initialState: refsIn(kwargs.get('initial_state')),
    mask: refsIn(kwargs.get('mask'))[0],
    numbers: args.filter((argument) => typeof argument === 'number'),
  };
}

/** Keras 2: `[layer, call, output, kwargs]` for each input; one input may stand alone. */
function readListCall(node: readonly unknown[], where: string): Call {
  const call = callOn(refsIn(node));
  if (call.inputs.length === 0) throw brokenModel(`${where} is called on nothing`);
  const first: unknown = isListRef(node) ? node : node[0];
  const kwargs: unknown = Array.isArray(first) ? first[3] : undefined;
  const states =
    typeof kwargs === 'object' && kwargs !== null
      ? new Fields(kwargs, where).get('initial_state')
      : undefined;
  return { ...call, initialState: refsIn(states) };
}

/** The tensors that a value names, however they are nested, in order. */
function refsIn(value: unknown): TensorRef[] {
  const found: TensorRef[] = [];
  const collect = (part: unknown, depth: number) => {
    if (depth > MAX_DEPTH || found.length > MAX_REFS) throw brokenModel('its tensors are nested without end');
    if (isListRef(part)) {
      found.push(listRef(part));
    } else if (Array.isArray(part)) {
      for (const entry of part) collect(entry, depth + 1);
    } else if (typeof part === 'object' && part !== null) {
      const fields = new Fields(part, 'a tensor');
      if (fields.get('class_name') !== '__keras_tensor__') return;
      const history = fields.fields('config').list('keras_history');
      if (!isListRef(history)) throw brokenModel('a tensor does not say which layer it comes from');
      found.push(listRef(history));
    }
  };
  collect(value, 0);
  return found;
}

type ListRef = readonly [layer: string, call: number, output: number];

function isListRef(value: unknown): value is ListRef {
  if (!Array.isArray(value)) return false;
  const [layer, call, output]: readonly unknown[] = value;
  return typeof layer === 'string' && Number.isSafeInteger(call) && Number.isSafeInteger(output);
}

function listRef([layer, call, output]: ListRef): TensorRef {
  return { layer, call, output };
}

function ref(layer: string): TensorRef {
  return { layer, call: 0, output: 0 };
}

function callOn(inputs: readonly TensorRef[]): Call {
  return { inputs, initialState: [], mask: undefined, numbers: [] };
}
