/** A saved Keras model as a network and its parameters: every layer's calls in an order in which each can be made. */
import { finishNetwork } from '../../builder/network.js';
import { checkParameters, parameterSpecs, type StateDict } from '../../builder/parameters.js';
import type { Dim } from '../../builder/shape.js';
import type { TensorType, Value } from '../../builder/tensor.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import type { ImportedModel } from '../imported-model.js';
import { quoted } from '../quoted.js';
import type { Dialect } from './activations.js';
import { brokenModel } from './fields.js';
import { applyLayer } from './layers.js';
import type { Call, Layer, ModelGraph, TensorRef } from './model-graph.js';
import { NameTable } from './name-table.js';
import { type LayerOutput, NetworkBuilder } from './network-builder.js';
import { recurrentClasses } from './recurrent-classes.js';
import type { WeightSource } from './weights.js';

/** A model that was made of layers, and what differs from them. */
export interface ImportedLayers extends ImportedModel {
  /** In sentences for the user; empty where nothing differs. */
  readonly notes: readonly string[];
}

/** @throws E_UNSUPPORTED for a layer or option that is not read, E_INVALID_FILE, E_SHAPE_MISMATCH, E_MISSING_NAME */
export function convertModel(graph: ModelGraph, weights: WeightSource, dialect: Dialect): ImportedLayers {
  const build = new NetworkBuilder(dialect, weights);
  const made = new Map<string, readonly LayerOutput[]>();
  const inputs = addInputs(graph, build, made);
  const modules = new Map<Layer, string>();
  for (const { layer, call, index } of inOrder(graph, made)) {
    const found = (refs: readonly TensorRef[]) => refs.map((ref) => outputAt(ref, made));
    const [first, ...rest] = found(call.inputs);
    // Keras 2 calls a recurrent layer with its input and initial states as one list.
    const isRecurrent = recurrentClasses.has(layer.className);
    const states = [...(isRecurrent ? rest : []), ...found(call.initialState)].map(tensorOf);
    const [mask] = call.mask ? found([call.mask]) : [];
    const whole = first && mask ? withMask(first, mask, layer) : first;
    const name = build.claim(index === 0 ? layer.name : `${layer.name}_call${index + 1}`);
    const module = modules.get(layer) ?? name;
    modules.set(layer, module);
    const outputs = applyLayer({
      layer,
      call,
      name,
      module,
      inputs: whole ? (isRecurrent ? [whole] : [whole, ...rest]) : [],
      states,
      build,
    });
    made.set(callKey(layer.name, index), outputs);
  }
  const network = finishNetwork(inputs, build.graph, namedOutputs(graph.outputs, made, Object.keys(inputs)));
  // Layers that no output needs have left their parameters behind.
  const parameters: StateDict = new Map(
    parameterSpecs(network).flatMap(({ name }) => {
      const parameter = build.parameters.get(name);
      return parameter ? [[name, parameter] as const] : [];
    }),
  );
  checkParameters(network, parameters);
  return { network, parameters, notes: [...build.notes] };
}

/** The network's inputs, whose first dimension is the batch, whatever size the model was built for. */
function addInputs(
  { inputs, layers }: ModelGraph,
  build: NetworkBuilder,
  made: Map<string, readonly LayerOutput[]>,
) {
  const ids = new Set(
    layers
      .filter(({ className }) => className === 'Embedding')
      .flatMap(({ calls }) => calls.flatMap((call) => call.inputs.map(({ layer }) => layer))),
  );
  let sequences = 0;
  const types = inputs.map(({ layer: name }): [string, TensorType] => {
    const layer = layers.find((candidate) => candidate.name === name);
    if (layer?.className !== 'InputLayer')
      throw brokenModel(`its input ${quoted(name)} is not an input layer`);
    const key = layer.config.get('batch_shape') === undefined ? 'batch_input_shape' : 'batch_shape';
    const sizes = layer.config.list(key);
    const isSequence = sizes.length === 3 || ids.has(name);
    const fit = build.claim(name);
    if (isSequence) sequences++;
    const time = sequences === 1 ? 'time' : `${fit}_time`;
    const shape = sizes.map((size, axis): Dim => {
      if (axis === 0) return 'batch';
      if (axis === 1 && isSequence) return time;
      if (size === null) return `${fit}_size${axis}`;
      if (typeof size === 'number' && Number.isSafeInteger(size) && size > 0) return size;
      throw brokenModel(`${layer.config.where}: ${key} has an entry that is no size`);
    });
    if (shape.length < 2 || shape.length > 8) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `Input ${quoted(name)} has ${counted(shape.length, 'dimension')}; 2 to 8 are read.`,
      );
    }
    const type: TensorType = { dtype: ids.has(name) ? 'int32' : 'float32', shape };
    made.set(callKey(name, 0), [{ kind: 'tensor', value: build.input(fit, type) }]);
    return [fit, type];
  });
  return Object.fromEntries(types);
}

interface LayerCallSite {
  readonly layer: Layer;
  readonly call: Call;
  /** Which of the layer's calls it is. */
  readonly index: number;
}

/** Every call in the order of the layers, but after those whose outputs it takes. */
function inOrder({ layers }: ModelGraph, made: ReadonlyMap<string, unknown>): LayerCallSite[] {
  const sites = layers.flatMap((layer) =>
    layer.calls.map((call, index): [string, LayerCallSite] => [
      callKey(layer.name, index),
      { layer, call, index },
    ]),
  );
  const byKey = new Map(sites);
  const ordered: LayerCallSite[] = [];
  const state = new Map<string, 'begun' | 'done'>();
  const visit = (key: string, reader: string) => {
    if (made.has(key) || state.get(key) === 'done') return;
    const site = byKey.get(key);
    if (!site || state.has(key)) throw brokenModel(`layer ${quoted(reader)} reads what no layer gives`);
    state.set(key, 'begun');
    const { inputs, initialState, mask } = site.call;
    for (const { layer, call } of [...inputs, ...initialState, ...(mask ? [mask] : [])]) {
      visit(callKey(layer, call), site.layer.name);
    }
    state.set(key, 'done');
    ordered.push(site);
  };
  for (const [key, { layer }] of sites) visit(key, layer.name);
  return ordered;
}

function callKey(layer: string, call: number): string {
  return `${call} ${layer}`;
}

function outputAt(
  { layer, call, output }: TensorRef,
  made: ReadonlyMap<string, readonly LayerOutput[]>,
): LayerOutput {
  const found = made.get(callKey(layer, call))?.[output];
  if (!found) throw brokenModel(`layer ${quoted(layer)} has no output ${output} of its call ${call}`);
  return found;
}

/** What is taken as it is: an output or a state. */
function tensorOf(output: LayerOutput): Value {
  if (output.kind === 'tensor' && output.isUnzeroed) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The masked steps of a Masking layer, which it sets to zero in Keras and not here, reach an output or a state of ' +
        'the model. Give them to recurrent layers only, or pad with zeros and set mask_value=0.',
    );
  }
  if (output.kind === 'tensor') return output.value;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    'The model computes with a mask as with other tensors, which is not read.',
  );
}

/** The mask that Keras 3 gives to a layer by name is the one that came with the input; written out, it counts. */
function withMask(input: LayerOutput, mask: LayerOutput, { name }: Layer): LayerOutput {
  if (mask.kind === 'mask' && input.kind === 'tensor') return { ...input, mask: input.mask ?? mask.mask };
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `Layer ${quoted(name)} is given a mask of its own; only those of Masking and of Embedding(mask_zero=True) are read.`,
  );
}

/** The outputs by the model's own names for them, or by their layers'. */
function namedOutputs(
  outputs: ModelGraph['outputs'],
  made: ReadonlyMap<string, readonly LayerOutput[]>,
  taken: readonly string[],
) {
  const names = new NameTable();
  for (const name of taken) names.claim(name);
  return Object.fromEntries(
    outputs.map(({ ref, name }): [string, Value] => {
      const output = outputAt(ref, made);
      const suffix = output.kind === 'tensor' ? (output.suffix ?? '') : '';
      return [names.claim(name ?? `${ref.layer}${suffix}`), tensorOf(output)];
    }),
  );
}
