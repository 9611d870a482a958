/** Which of Keras' layers become an op, as the models that tests read have them. */
import { openHdf5 } from '../../src/import/hdf5/open-hdf5.js';
import { kerasConfig, kerasFile } from '../import/keras-files.js';
import { nodesOf } from './feature.js';
import type { Case } from './source.js';

/** The configuration of a model, as text. */
function configOf(path: string): string {
  const file = `../${path}`;
  if (path.endsWith('.keras')) return JSON.stringify(kerasConfig(file));
  return String(openHdf5(kerasFile(file)).texts().get('model_config'));
}

/** The classes by ops: a layer's node has its name. */
export function classesByOp(models: readonly Case[]): ReadonlyMap<string, ReadonlySet<string>> {
  const classes = new Map<string, Set<string>>();
  for (const model of models) {
    const nodes = new Map(nodesOf(model.network).map(({ name, op }) => [name, op]));
    for (const { className, name } of layersIn(JSON.parse(configOf(model.name)))) {
      const op = nodes.get(name);
      if (op) classes.set(op, (classes.get(op) ?? new Set()).add(className));
    }
  }
  return classes;
}

/** Every layer in a configuration, those within others too. */
function layersIn(config: unknown): { readonly className: string; readonly name: string }[] {
  if (typeof config !== 'object' || config === null) return [];
  const { class_name: className, config: own } = config as {
    class_name?: unknown;
    config?: { name?: unknown };
  };
  const name = own?.name;
  const layer = typeof className === 'string' && typeof name === 'string' ? [{ className, name }] : [];
  return [...layer, ...Object.values(config).flatMap(layersIn)];
}
