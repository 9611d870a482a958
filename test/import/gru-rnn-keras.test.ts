/** The models of GRU and SimpleRNN that Keras and TensorFlow.js saved: their weights and outputs are those of their layers. */
import { readdirSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Hdf5Object, openHdf5 } from '../../src/import/hdf5/open-hdf5.js';
import { type Fixture, loadFixture } from '../fixtures.js';

const folderOf = (tool: string) => new URL(`../../fixtures/data/gru-rnn/${tool}/`, import.meta.url);
const kerasFiles = readdirSync(folderOf('keras')).filter((file) => !file.endsWith('.safetensors'));
const tfjsNames = readdirSync(folderOf('tfjs'));

interface LayerConfig {
  readonly name: string;
  readonly units?: number;
  readonly use_bias?: boolean;
  readonly reset_after?: boolean;
  readonly return_sequences?: boolean;
  readonly go_backwards?: boolean;
  readonly activation?: string;
  readonly layer?: Layer;
  readonly input_dim?: number;
  readonly output_dim?: number;
}

interface Layer {
  readonly class_name: string;
  readonly config: LayerConfig;
}

interface ModelConfig {
  readonly class_name: string;
  readonly config: {
    readonly layers: readonly Layer[];
    readonly output_layers?: readonly [string, number, number][];
  };
}

type Shape = readonly number[];

/** What a layer's weights are like, by its configuration and the features that it gets. */
function weightShapes({ class_name, config }: Layer, features: number): Shape[] {
  const { units = 0, use_bias = true, reset_after = false } = config;
  if (config.layer) return [...weightShapes(config.layer, features), ...weightShapes(config.layer, features)];
  if (class_name === 'Embedding') return [[config.input_dim!, config.output_dim!]];
  if (class_name === 'Dense') return [[features, units], [units]];
  if (class_name !== 'GRU' && class_name !== 'SimpleRNN') return [];
  const columns = units * (class_name === 'GRU' ? 3 : 1);
  const bias = reset_after ? [2, columns] : [columns];
  return [[features, columns], [units, columns], ...(use_bias ? [bias] : [])];
}

const featuresOf = ({ config }: Layer, before: number): number =>
  config.layer ? 2 * config.layer.config.units! : (config.units ?? config.output_dim ?? before);

/** In `gru`, `rnn` and the like all layers read x, in these each reads the one before. */
const CHAINS = ['states', 'gru-states', 'classifier', 'masked', 'gru-masked'];

function expectedShapes(name: string, { config }: ModelConfig): Shape[] {
  let features = 3;
  return config.layers.flatMap((layer) => {
    const shapes = weightShapes(layer, features);
    if (CHAINS.includes(name)) features = featuresOf(layer, features);
    return shapes;
  });
}

const sorted = (shapes: readonly Shape[]) => shapes.map((shape) => shape.join(',')).sort();

/** The shapes of all arrays in a group and those within, beside Keras' states of random numbers. */
function shapesIn(object: Hdf5Object): Shape[] {
  return object.names().flatMap((name) => {
    const child = object.find([name])!;
    try {
      return [child.array().shape];
    } catch {
      return shapesIn(child); // a group
    }
  });
}

function read(file: string): { model: ModelConfig; shapes: Shape[] } {
  const bytes = readFileSync(new URL(file, folderOf('keras')));
  if (!file.endsWith('.keras')) {
    const root = openHdf5(bytes);
    const model = JSON.parse(root.texts().get('model_config') as string) as ModelConfig;
    return { model, shapes: shapesIn(root.find(['model_weights'])!) };
  }
  const entries = unzipSync(bytes);
  const model = JSON.parse(new TextDecoder().decode(entries['config.json'])) as ModelConfig;
  return { model, shapes: shapesIn(openHdf5(entries['model.weights.h5']!).find(['layers'])!) };
}

/** Batches of 2 and 3, 5 and 8 steps; every output has the shape that its layer says. */
function expectRuns(fixture: Fixture<unknown>, { config }: ModelConfig) {
  const ends = config.output_layers ?? [[config.layers.at(-1)!.config.name, 0, 0]];
  for (const [run, [batch, time]] of [
    [2, 5],
    [3, 8],
  ].entries()) {
    const shapes = ends.map(([name, , index]) => {
      const layer = config.layers.find((one) => one.config.name === name)!;
      const { return_sequences: steps = false, units = 0 } = layer.config.layer?.config ?? layer.config;
      if (index > 0) return [batch, units]; // a state
      return steps ? [batch, time, featuresOf(layer, 0)] : [batch, featuresOf(layer, 0)];
    });
    const outputs = [...fixture.withPrefix(`output.${run}.`)].sort(([a], [b]) => Number(a) - Number(b));
    expect(outputs.map(([, { shape }]) => shape)).toEqual(shapes);
    expect([...fixture.inputs].filter(([key]) => key.startsWith(`${run}.`)).length).toBeGreaterThan(0);
  }
}

describe('models of GRU and SimpleRNN by Keras', () => {
  it.each(kerasFiles)('%s has the weights and outputs of its layers', (file) => {
    const name = file.replace(/(\.keras2)?\.(keras|h5)$/, '');
    const { model, shapes } = read(file);
    expect(sorted(shapes.filter((shape) => shape.length > 0))).toEqual(sorted(expectedShapes(name, model)));
    expectRuns(loadFixture(`gru-rnn/keras/${name}`), model);
  });

  it('are of every form, kind of GRU, activation and direction', () => {
    expect(new Set(kerasFiles.map((file) => /(\.keras2)?\.\w+$/.exec(file)?.[0]))).toEqual(
      new Set(['.keras', '.h5', '.keras2.h5']),
    );
    const layers = kerasFiles.flatMap((file) => read(file).model.config.layers);
    const all = [...layers, ...layers.flatMap(({ config }) => config.layer ?? [])];
    const kinds = (keys: readonly (keyof LayerConfig)[], kind: string) =>
      new Set(
        all.flatMap((l) => (l.class_name === kind ? [keys.map((key) => l.config[key]).join(' ')] : [])),
      );
    const pairs = ['true true', 'true false', 'false true', 'false false'];
    expect([...kinds(['reset_after', 'return_sequences'], 'GRU')].sort()).toEqual([...pairs].sort());
    expect([...kinds(['go_backwards', 'return_sequences'], 'GRU')].sort()).toEqual([...pairs].sort());
    expect([...kinds(['go_backwards', 'return_sequences'], 'SimpleRNN')].sort()).toEqual([...pairs].sort());
    expect([...kinds(['activation'], 'SimpleRNN')].sort()).toEqual(['relu', 'sigmoid', 'tanh']);
  });
});

describe('models of GRU and SimpleRNN by TensorFlow.js', () => {
  it('are these', () => {
    expect(tfjsNames).toEqual(['classifier', 'gru', 'gru-masked', 'gru-states', 'masked', 'rnn']);
  });

  it.each(tfjsNames)('%s has the weights and outputs of its layers, of reset_after=False', (name) => {
    const folder = new URL(`${name}/`, folderOf('tfjs'));
    const { modelTopology, weightsManifest } = JSON.parse(
      readFileSync(new URL('model.json', folder), 'utf8'),
    ) as {
      modelTopology: { model_config: ModelConfig } & ModelConfig;
      weightsManifest: { paths: string[]; weights: { shape: Shape; dtype: string }[] }[];
    };
    const model = modelTopology.model_config ?? modelTopology;
    const [{ paths, weights }] = weightsManifest as [(typeof weightsManifest)[0]];
    expect(sorted(weights.map(({ shape }) => shape))).toEqual(sorted(expectedShapes(name, model)));
    const numbers = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const bytes = paths.reduce((sum, path) => sum + readFileSync(new URL(path, folder)).length, 0);
    expect(bytes).toBe(4 * numbers);
    expectRuns(loadFixture(`gru-rnn/tfjs/${name}/expected`), model);
  });
});
