/**
 * Layers models of TensorFlow.js: `model.json`, the configuration that Keras 2 has too, and binary files of weights.
 * https://www.tensorflow.org/js/guide/save_load
 */
import { LstmOnnxError } from '../../errors.js';
import { convertModel, type ImportedLayers } from '../keras/convert-model.js';
import { brokenModel, type Fields, parseFields } from '../keras/fields.js';
import { type Layer, readModelGraph } from '../keras/model-graph.js';
import { NamedWeights, type WeightSource } from '../keras/weights.js';
import { type ManifestWeights, readManifest } from './manifest.js';

/**
 * The network and parameters of a layers model, saved by TensorFlow.js or made from Keras by its converter, as
 * `readKeras` reads them; computed as TensorFlow.js computes it (its `hard_sigmoid` is that of Keras 2).
 *
 * @param modelJson the bytes of `model.json`
 * @param shards the files of weights by the names that `model.json` has for them (`group1-shard1of1.bin`)
 * @returns also `notes`: where the network differs from what TensorFlow.js computes
 * @throws E_MISSING_DATA for a file of weights that is not given, E_UNSUPPORTED naming the layer and its class,
 *   E_INVALID_FILE, E_SHAPE_MISMATCH, E_MISSING_NAME
 */
export function readTfjsLayers(
  modelJson: Uint8Array,
  shards: ReadonlyMap<string, Uint8Array>,
): ImportedLayers {
  const model = parseFields(modelJson, 'model.json');
  if (model.get('format') === 'graph-model') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The model.json is of a graph model, which has no layers any more. Give the Keras model it was made from, or ' +
        'convert that with --output_format=tfjs_layers_model.',
    );
  }
  const graph = readModelGraph(modelOf(model));
  const weights = readManifest(model.list('weightsManifest'), shards);
  return convertModel(graph, namedWeights(weights, graph.layers), 'tfjs');
}

/** The model's class and configuration; what the converter makes of Keras' files has them one level deeper. */
function modelOf(file: Fields): Fields {
  if (file.get('modelTopology') === undefined) {
    throw brokenModel("model.json has no 'modelTopology', so it is no model of TensorFlow.js");
  }
  const topology = file.fields('modelTopology');
  return topology.get('model_config') === undefined ? topology : topology.fields('model_config');
}

/** Names start with their layer's, or with the model's and then their layer's: `lstm/lstm_cell/kernel`. */
function namedWeights(weights: ManifestWeights, layers: readonly Layer[]): WeightSource {
  const known = new Set(layers.map(({ name }) => name));
  const byLayer = new Map<string, string[]>();
  for (const name of weights.names) {
    const owner = name.split('/').find((part) => known.has(part));
    if (owner === undefined) continue;
    const names = byLayer.get(owner) ?? [];
    names.push(name);
    byLayer.set(owner, names);
  }
  const named = new NamedWeights();
  return {
    unread: (layer) => named.unread(layer, byLayer.get(layer.name) ?? []),
    find(layer, role) {
      const name = named.find(layer, byLayer.get(layer.name) ?? [], role);
      return name === undefined ? undefined : weights.read(name);
    },
  };
}
