/**
 * The weights in Keras' HDF5 files: those of `.keras` archives, by the attributes that lead to each, and those of `.h5`
 * models, by the names of layers and weights.
 */
import type { Hdf5Object } from '../hdf5/open-hdf5.js';
import { quoted } from '../quoted.js';
import { brokenModel } from './fields.js';
import type { Layer } from './model-graph.js';
import { NamedWeights, type WeightRole, type WeightSource } from './weights.js';

/** Attributes of names past HDF5's limit for one are cut into numbered ones; so many are 6 GB. */
const MAX_NAME_PARTS = 100_000;

interface OpenedGroup {
  readonly group: Hdf5Object;
  readonly found: Set<string>;
}

/**
 * `model.weights.h5` of a `.keras` archive: `layers/<class>[_<n>]/<path>/vars/<index>`, classes counted in the order
 * of the model's layers. Keras 2.12 to 2.15 call `layers` by another name.
 */
export function archiveWeights(root: Hdf5Object, layers: readonly Layer[]): WeightSource {
  const all = root.find(['layers']) ?? root.find(['_layer_checkpoint_dependencies']);
  if (!all) throw brokenModel("its weights have no group 'layers'");
  const groups = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { name, className } of layers) {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    groups.set(name, count === 0 ? base : `${base}_${count}`);
  }
  /** The groups of weights that were looked into, with the members that were found. */
  const opened = new Map<string, Map<string, OpenedGroup>>();
  return {
    find(layer, { path, index }) {
      const group = all.find([groups.get(layer.name) ?? '', ...path, 'vars']);
      if (!group) return undefined;
      const ofLayer = opened.get(layer.name) ?? new Map<string, OpenedGroup>();
      opened.set(layer.name, ofLayer);
      const { found } = ofLayer.get(group.path) ?? { found: new Set<string>() };
      ofLayer.set(group.path, { group, found });
      found.add(String(index));
      return group.find([String(index)])?.array();
    },
    unread: (layer) =>
      [...(opened.get(layer.name)?.values() ?? [])].flatMap(({ group, found }) =>
        group
          .names()
          .filter((name) => !found.has(name))
          .map((name) => `${group.path}/${name}`),
      ),
  };
}

/** As Keras derives names from classes: `TimeDistributed` is `time_distributed`. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `model_weights` of a whole model in `.h5`: a group for each layer, its attribute `weight_names` the paths in it. */
export function legacyWeights(root: Hdf5Object): WeightSource {
  const all = root.find(['model_weights']);
  if (!all) throw brokenModel("it has no group 'model_weights'");
  const namesOf = new Map<string, readonly string[]>();
  const named = new NamedWeights();
  return {
    unread: (layer) => named.unread(layer, namesOf.get(layer.name) ?? []),
    find(layer: Layer, role: WeightRole) {
      const group = all.find([layer.name]);
      if (!group) return undefined;
      const names = namesOf.get(layer.name) ?? weightNames(group, layer);
      namesOf.set(layer.name, names);
      const match = named.find(layer, names, role);
      return match === undefined ? undefined : group.find(match.split('/'))?.array();
    },
  };
}

function weightNames(group: Hdf5Object, layer: Layer): readonly string[] {
  const texts = group.texts();
  const whole = texts.get('weight_names');
  if (whole !== undefined) return typeof whole === 'string' ? [whole] : whole;
  const names: string[] = [];
  for (let part = 0; part < MAX_NAME_PARTS; part++) {
    const some = texts.get(`weight_names${part}`);
    if (some === undefined) break;
    for (const name of typeof some === 'string' ? [some] : some) names.push(name);
  }
  if (names.length === 0) throw brokenModel(`layer ${quoted(layer.name)} has no 'weight_names'`);
  return names;
}
