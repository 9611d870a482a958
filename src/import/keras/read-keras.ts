/**
 * Whole models as Keras saves them: `.keras` archives and `.h5` files.
 * https://keras.io/api/models/model_saving_apis/model_saving_and_loading
 */

import { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { type Hdf5Object, openHdf5 } from '../hdf5/open-hdf5.js';
import { quoted } from '../quoted.js';
import { isZip, readZip } from '../zip.js';
import type { Dialect } from './activations.js';
import { convertModel, type ImportedLayers } from './convert-model.js';
import { brokenModel, describe, parseFields } from './fields.js';
import { archiveWeights, legacyWeights } from './file-weights.js';
import { readModelGraph } from './model-graph.js';

/**
 * The network and parameters of a model of Keras 2 or 3: Sequential or Functional, of LSTM, GRU, SimpleRNN,
 * Bidirectional(concat), Dense, TimeDistributed(Dense), Embedding, Masking, Dropout, Concatenate and activations. Inputs
 * have the names of the model's, outputs those of the layers that give them (`lstm_h`, `lstm_c` for states). Masks
 * become the lengths of sequences padded at their end.
 *
 * @param bytes a `.keras` or a `.h5` file with the whole model, not weights alone
 * @returns also `notes`: where the network differs from what Keras computes
 * @throws E_UNSUPPORTED naming the layer and its class, E_INVALID_FILE, E_SHAPE_MISMATCH, E_MISSING_NAME
 */
export async function readKeras(bytes: Uint8Array): Promise<ImportedLayers> {
  return isZip(bytes) ? readArchive(bytes) : readLegacy(openHdf5(bytes));
}

function readArchive(bytes: Uint8Array): ImportedLayers {
  const entries = readZip(bytes);
  const budget = new MemoryBudget(bytes.length);
  const entry = (name: string): Uint8Array => {
    const found = entries.get(name);
    if (found?.isCompressed) budget.take(found.size, `the archive's ${name}`);
    if (found) return found.bytes();
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The archive is no model of Keras: it has no ${name}. Save the model by model.save('model.keras'), in one file.`,
    );
  };
  const config = parseFields(entry('config.json'), 'config.json');
  const version = parseFields(entry('metadata.json'), 'metadata.json').get('keras_version');
  if (version === undefined) throw brokenModel("metadata.json has no 'keras_version'");
  const graph = readModelGraph(config);
  const weights = archiveWeights(openHdf5(entry('model.weights.h5'), budget), graph.layers);
  return convertModel(graph, weights, dialectOf(version));
}

function readLegacy(root: Hdf5Object): ImportedLayers {
  const texts = root.texts();
  const text = texts.get('model_config');
  if (typeof text !== 'string') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      "The HDF5 file has weights but no model (no 'model_config'). Save the whole model: model.save('model.keras').",
    );
  }
  const config = parseFields(new TextEncoder().encode(text), 'model_config');
  const graph = readModelGraph(config);
  return convertModel(graph, legacyWeights(root), dialectOf(texts.get('keras_version')));
}

/** Files in `.h5` that do not say their version are from before Keras 2.0.8. */
function dialectOf(version: unknown = '2.0.0'): Dialect {
  const major = typeof version === 'string' ? /^(\d+)\./.exec(version)?.[1] : undefined;
  if (major === '3') return 'keras3';
  if (major === '2') return 'keras2';
  if (major === undefined) {
    throw brokenModel(`its keras_version is ${describe(version)}, expected one such as "3.5.0"`);
  }
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The model is of Keras ${quoted(major)}; those of Keras 2 and 3 are read. Save it by one of these.`,
  );
}
