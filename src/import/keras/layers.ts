/** Keras' layers as ops, by class. What is not here is refused by name. https://keras.io/api/layers */

import { transposed } from '../../array-layout.js';
import { severalInputs } from '../../builder/ops/op-inputs.js';
import { quoted } from '../quoted.js';
import { outputActivation } from './activations.js';
import {
  expectTensor,
  type LayerCall,
  type MaskedTensor,
  sharingOf,
  unsupportedLayer,
} from './layer-call.js';
import { type Layer, readLayer } from './model-graph.js';
import type { LayerOutput } from './network-builder.js';
import { cellsByClass, recurrentClasses } from './recurrent-classes.js';
import { bidirectionalLayer, recurrentLayer } from './recurrent-layers.js';
import { takeWeight } from './weights.js';

type Handler = (call: LayerCall) => readonly LayerOutput[];

/** What a step of a sequence is sent through on its own, so that TimeDistributed changes nothing. */
const stepwise: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['Dense', (call) => dense(call, [])],
  ['Dropout', dropout],
  ['Activation', activation],
  ['ReLU', reluLayer],
  ['LeakyReLU', (call) => leak(call, 'leakyRelu', ['negative_slope', 'alpha'], 0.3)],
  ['ELU', (call) => leak(call, 'elu', ['alpha'], 1)],
  ['Softmax', softmaxLayer],
]);

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...stepwise,
  ...Array.from(cellsByClass, ([className, kind]): [string, Handler] => [
    className,
    (call) => recurrentLayer(kind, call),
  ]),
  ['Bidirectional', bidirectionalLayer],
  ['TimeDistributed', timeDistributed],
  ['Embedding', embedding],
  ['Masking', masking],
  ['Concatenate', concatenate],
  // Keras 3 writes the computation of a mask into the model: not_equal(x, padding), then any(..., axis=-1).
  ['NotEqual', notEqual],
  ['Any', anyFeature],
]);

/** In messages. */
const SHOWN_WEIGHTS = 4;

/** Of joined tensors: a chain of joins doubles them at every step, without a weight in the file that bounds them. */
const MAX_FEATURES = 2 ** 24;

/** What a tensor with unzeroed steps may go through: each step on its own, to a recurrent layer that skips them. */
const leavesStepsAlone: ReadonlySet<string> = new Set([...stepwise.keys(), 'TimeDistributed', 'Concatenate']);

/** @throws E_UNSUPPORTED, E_INVALID_FILE, E_SHAPE_MISMATCH, E_MISSING_NAME */
export function applyLayer(call: LayerCall): readonly LayerOutput[] {
  const { layer } = call;
  const handler = handlers.get(layer.className);
  if (!handler)
    throw unsupportedLayer(layer, `is not one of ${[...handlers.keys()].slice(0, -2).join(', ')}`);
  const isUnzeroed = call.inputs.some((input) => input.kind === 'tensor' && input.isUnzeroed);
  const isStepwise = leavesStepsAlone.has(layer.className);
  if (isUnzeroed && !isStepwise && !recurrentClasses.has(layer.className)) {
    throw unsupportedLayer(
      layer,
      'gets masked steps, which Masking sets to zero in Keras and not here; pad with zeros, and set mask_value=0',
    );
  }
  const outputs = handler(call);
  const unread = call.build.weights.unread(layer);
  if (unread.length > 0) {
    throw unsupportedLayer(
      layer,
      `has weights that are not read, ${unread.slice(0, SHOWN_WEIGHTS).map(quoted).join(', ')} (those of LoRA are merged into the others where the model is saved as .keras)`,
    );
  }
  return isUnzeroed && isStepwise ? outputs.map((output) => ({ ...output, isUnzeroed })) : outputs;
}

function dense(call: LayerCall, path: readonly string[], { config }: Layer = call.layer): LayerOutput[] {
  const { build, name, module, layer } = call;
  const { value: x, mask } = expectTensor(call, 0);
  const features = x.shape.at(-1);
  if (typeof features !== 'number') {
    throw unsupportedLayer(layer, `gets [${x.shape.join(', ')}], whose last dimension is not fixed`);
  }
  const units = config.count('units');
  const bias = config.flag('use_bias', true);
  if (name === module) addDenseParameters(call, path, { features, units, bias });
  const sums = build.add('linear', name, { x }, { outFeatures: units, bias }, sharingOf(call));
  const activationOf = outputActivation(config, build.dialect);
  return [masked(build.activate(sums, activationOf, `${name}.activation`), mask)];
}

function addDenseParameters(
  { build, module, layer }: LayerCall,
  path: readonly string[],
  { features, units, bias }: { features: number; units: number; bias: boolean },
): void {
  const kernel = takeWeight(build.weights, layer, { name: 'kernel', path, index: 0 }, [features, units]);
  build.parameters.set(`${module}.weight`, {
    shape: [units, features],
    data: transposed(kernel, features, units),
  });
  if (!bias) return;
  const data = takeWeight(build.weights, layer, { name: 'bias', path, index: 1 }, [units]);
  build.parameters.set(`${module}.bias`, { shape: [units], data });
}

/** The layer inside, since those that are read work on the last dimension anyway. */
function timeDistributed(call: LayerCall): readonly LayerOutput[] {
  const inner = readLayer(call.layer.config.get('layer'), `${call.layer.config.where}: layer`);
  if (inner.className === 'Dense') return dense(call, ['layer'], inner);
  const handler = stepwise.get(inner.className);
  if (!handler)
    throw unsupportedLayer(call.layer, `has a layer of the class ${quoted(inner.className)} inside`);
  return handler({ ...call, layer: { ...inner, name: call.layer.name } });
}

function dropout(call: LayerCall): LayerOutput[] {
  const { value, mask } = expectTensor(call, 0);
  const p = call.layer.config.number('rate');
  return [masked(call.build.add('dropout', call.name, { x: value }, { p }), mask)];
}

function activation(call: LayerCall): LayerOutput[] {
  const { value, mask } = expectTensor(call, 0);
  const { build, layer, name } = call;
  return [masked(build.activate(value, outputActivation(layer.config, build.dialect), name), mask)];
}

function reluLayer(call: LayerCall): LayerOutput[] {
  const { value, mask } = expectTensor(call, 0);
  const { config } = call.layer;
  const isPlain =
    config.get('max_value') === undefined &&
    config.number('negative_slope', 0) === 0 &&
    config.number('threshold', 0) === 0;
  if (!isPlain) throw unsupportedLayer(call.layer, 'has a max_value, negative_slope or threshold');
  return [masked(call.build.activate(value, { name: 'relu' }, call.name), mask)];
}

function leak(
  call: LayerCall,
  name: 'leakyRelu' | 'elu',
  keys: readonly string[],
  missing: number,
): LayerOutput[] {
  const { value, mask } = expectTensor(call, 0);
  const { config } = call.layer;
  const key = keys.find((candidate) => config.get(candidate) !== undefined);
  const alpha = key === undefined ? missing : config.number(key);
  return [masked(call.build.activate(value, { name, alpha }, call.name), mask)];
}

function softmaxLayer(call: LayerCall): LayerOutput[] {
  const { value, mask } = expectTensor(call, 0);
  // Keras takes the masked entries out of the sum, if the shapes let it.
  if (mask) throw unsupportedLayer(call.layer, 'is masked');
  return [
    masked(
      call.build.add('softmax', call.name, { x: value }, { axis: call.layer.config.number('axis', -1) }),
    ),
  ];
}

function embedding(call: LayerCall): LayerOutput[] {
  const { build, name, module, layer } = call;
  const { value: ids } = expectTensor(call, 0);
  const { config } = layer;
  const [numEmbeddings, embeddingDim] = [config.count('input_dim'), config.count('output_dim')];
  if (name === module) {
    const shape = [numEmbeddings, embeddingDim];
    const data = takeWeight(build.weights, layer, { name: 'embeddings', path: [], index: 0 }, shape);
    build.parameters.set(`${name}.weight`, { shape, data });
  }
  const vectors = build.add('embedding', name, { x: ids }, { numEmbeddings, embeddingDim }, sharingOf(call));
  return [masked(vectors, config.flag('mask_zero') ? { of: ids, padding: 0 } : undefined)];
}

/**
 * Only the mask: Keras also sets masked steps to zero, which a recurrent layer does not see, since it skips them. Others
 * do, and are refused, unless the steps are zeros already.
 */
function masking(call: LayerCall): LayerOutput[] {
  const { value } = expectTensor(call, 0);
  const padding = call.layer.config.number('mask_value', 0);
  return [{ kind: 'tensor', value, mask: { of: value, padding }, isUnzeroed: padding !== 0 }];
}

function concatenate(call: LayerCall): LayerOutput[] {
  const parts = call.inputs.map((_, index) => expectTensor(call, index));
  const values = parts.map(({ value }) => value);
  const axis = call.layer.config.number('axis', -1);
  const rank = values[0]?.shape.length ?? 0;
  if ((axis !== -1 && axis !== rank - 1) || values.some(({ shape }) => typeof shape.at(-1) !== 'number')) {
    throw unsupportedLayer(call.layer, `joins axis ${axis}; only features (the last axis) are joined`);
  }
  const features = values.reduce((sum, { shape }) => sum + Number(shape.at(-1)), 0);
  if (features > MAX_FEATURES) {
    throw unsupportedLayer(call.layer, `joins ${features} features; at most ${MAX_FEATURES} are read`);
  }
  const value = call.build.add('concat', call.name, severalInputs(values), { axis: -1 });
  const isMasked = parts.some(({ mask }) => mask);
  return [masked(value, isMasked ? { problem: 'has a mask that was joined of others' } : undefined)];
}

function notEqual(call: LayerCall): LayerOutput[] {
  const { value } = expectTensor(call, 0);
  const [padding] = call.call.numbers;
  if (padding === undefined) throw unsupportedLayer(call.layer, 'compares with something else than a number');
  return [{ kind: 'mask', mask: { of: value, padding } }];
}

function anyFeature(call: LayerCall): LayerOutput[] {
  const [input] = call.inputs;
  const axis = call.layer.config.number('axis', 0);
  if (input?.kind !== 'mask' || (axis !== -1 && axis !== 2)) {
    throw unsupportedLayer(call.layer, 'is not part of a mask');
  }
  return [input];
}

function masked(value: LayerCall['states'][number], mask?: MaskedTensor['mask']): LayerOutput {
  return { kind: 'tensor', value, ...(mask ? { mask } : {}) };
}
