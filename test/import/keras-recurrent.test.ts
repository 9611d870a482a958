/** Recurrent layers of every cell in the table, as Keras and TensorFlow.js save them and as changed by hand. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellOf, recurrentNames } from '../../src/builder/recurrent/cells.js';
import { withStates } from '../../src/builder/recurrent/states.js';
import { openHdf5 } from '../../src/import/hdf5/open-hdf5.js';
import { type ImportResult, importModel } from '../../src/import/import-model.js';
import { kerasArchive, kerasConfig, kerasFile, layersOf } from './keras-files.js';
import { expectRecorded } from './recorded-models.js';
import { tfjsFiles, tfjsModel } from './tfjs-files.js';

/** From the folders of the LSTM's files. */
const [KERAS, TFJS] = ['../gru-rnn/keras/', '../gru-rnn/tfjs/'];
const namesIn = (folder: string) =>
  readdirSync(new URL(`../../fixtures/data/keras/${folder}`, import.meta.url));

interface File {
  readonly label: string;
  readonly fixture: string;
  /** The model's configuration. */
  readonly text: () => string;
  readonly read: () => Promise<ImportResult>;
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const kerasFiles = namesIn(KERAS)
  .filter((name) => !name.endsWith('.safetensors'))
  .map(
    (name): File => ({
      label: name,
      fixture: `gru-rnn/keras/${name.replace(/(\.keras2)?\.(keras|h5)$/, '')}`,
      text: () =>
        name.endsWith('.keras')
          ? JSON.stringify(kerasConfig(`${KERAS}${name}`))
          : String(
              openHdf5(kerasFile(`${KERAS}${name}`))
                .texts()
                .get('model_config'),
            ),
      read: () => importModel(kerasFile(`${KERAS}${name}`)),
    }),
  );

const tfjsModels = namesIn(TFJS).map(
  (name): File => ({
    label: `tfjs ${name}`,
    fixture: `gru-rnn/tfjs/${name}/expected`,
    text: () => decoded(tfjsFiles(`${TFJS}${name}`).json),
    read: () => {
      const { json, shards } = tfjsFiles(`${TFJS}${name}`);
      return importModel(json, { shards });
    },
  }),
);

const files = [...kerasFiles, ...tfjsModels];
const known = recurrentNames.map((kind) => cellOf(kind).keras.layer);

/** The classes of recurrent layers in a file that are not in the table. */
function unreadClasses({ text }: File): string[] {
  const classes = [...text().matchAll(/"class_name": ?"(LSTM|GRU|SimpleRNN)"/g)].map(([, name]) => name!);
  expect(classes.length).toBeGreaterThan(0);
  return classes.filter((name) => !known.includes(name));
}

describe('files of Keras and TensorFlow.js with recurrent layers', () => {
  it('are read if they have GRU alone, in each format', () => {
    const ofGru = files.filter(({ label }) => /^(tfjs )?gru/.test(label));
    expect(ofGru.length).toBeGreaterThanOrEqual(15);
    expect(ofGru.flatMap(unreadClasses)).toEqual([]);
    const formats = ofGru.map(({ label }) => /^tfjs|(\.keras2)?\.\w+$/.exec(label)?.[0]);
    expect(new Set(formats)).toEqual(new Set(['.keras', '.h5', '.keras2.h5', 'tfjs']));
  });

  it.each(files)(
    '$label gives what was recorded, or is refused by the class that is not in the table',
    async (file) => {
      const unread = unreadClasses(file);
      if (unread.length === 0) return await expectRecorded(file.fixture, await file.read());
      const inName = `^Layer "[^"]+" \\(.*"(${unread.join('|')})"`;
      await expect(file.read()).rejects.toMatchObject({
        code: 'E_UNSUPPORTED',
        message: expect.stringMatching(new RegExp(inName)),
      });
    },
  );
});

const states = `${KERAS}gru-states.keras`;
type Config = ReturnType<typeof kerasConfig>;
const layerIn = (config: Config, name: string) =>
  layersOf(config).find((layer) => layer.config.name === name) as ReturnType<typeof layersOf>[number] & {
    inbound_nodes: { kwargs: Record<string, unknown> }[];
  };
const innerOf = (config: Config, key: 'layer' | 'backward_layer') =>
  (layerIn(config, 'both').config[key] as { config: Record<string, unknown> }).config;

/** The model of states after a change of its configuration. */
async function readChanged(change: (config: Config) => unknown): Promise<ImportResult> {
  const config = kerasConfig(states);
  change(config);
  return await importModel(kerasArchive(states, config));
}

describe('a GRU of Keras', () => {
  it('gives its states by their names, and takes those of both directions', async () => {
    const { network } = await importModel(kerasFile(states));
    expect(Object.keys(network.inputs)).toEqual(['x', 'h', 'both_h', 'both_hr']);
    expect(Object.keys(network.outputs)).toEqual([
      'one',
      'one_h',
      'both',
      'both_forward_h',
      'both_backward_h',
    ]);
  });

  it('has both biases with reset_after, else the second is zero', async () => {
    const { parameters } = await importModel(kerasFile(`${KERAS}gru.keras`));
    const second = (layer: string) => parameters.get(`${layer}.bias_hh_l0`)?.data;
    expect(second('before')).toEqual(new Float32Array(15));
    expect(second('after')?.every((value) => value !== 0)).toBe(true);
    expect(second('after_no_bias')).toBeUndefined();
  });

  it('takes a missing reset_after as the Keras that left it out meant it', async () => {
    const keras3 = kerasConfig(`${KERAS}gru.keras`);
    for (const name of ['after', 'after_no_bias']) delete layerIn(keras3, name).config.reset_after;
    const read = await importModel(kerasArchive(`${KERAS}gru.keras`, keras3));
    expect(read.network).toEqual((await importModel(kerasFile(`${KERAS}gru.keras`))).network);
    const tfjs = tfjsModel(`${TFJS}gru-states`);
    const text = JSON.stringify(tfjs);
    expect(text).toMatch('"reset_after":false,');
    const { json, shards } = tfjsFiles(`${TFJS}gru-states`);
    const without = new TextEncoder().encode(text.replaceAll('"reset_after":false,', ''));
    expect((await importModel(without, { shards })).network).toEqual(
      (await importModel(json, { shards })).network,
    );
  });

  it('says that it is stateful, that masks are lengths, and what it leaves out', async () => {
    const { network, notes } = await readChanged((config) => {
      Object.assign(layerIn(config, 'one').config, { stateful: true, dropout: 0.5 });
      delete layerIn(config, 'one').inbound_nodes[0]!.kwargs.initial_state;
    });
    expect(notes).toEqual([
      { text: expect.stringMatching(/layer "one" is stateful: export with states/) },
      { text: expect.stringMatching(/layer "one": the dropout within the layer is left out/) },
    ]);
    expect(Object.keys(withStates(network).outputs)).toContain('one_hn');
    const masked = await importModel(kerasFile(`${KERAS}gru-masked.keras`));
    expect(masked.notes.map(({ text }) => text).join(' ')).toMatch(
      /padding='pre'.* layer "steps": after the end .* output is zero/,
    );
  });

  it.each<[string, (config: Config) => unknown, string, RegExp]>([
    [
      'directions of which one has the reset gate elsewhere',
      (config) => Object.assign(innerOf(config, 'backward_layer'), { reset_after: true }),
      'E_UNSUPPORTED',
      /"both" .* directions that differ in more than their weights/,
    ],
    [
      'biases of the other kind of reset gate',
      (config) => Object.assign(layerIn(config, 'one').config, { reset_after: false }),
      'E_SHAPE_MISMATCH',
      /bias of layer "one" has the shape \[2, 15\]; its configuration says \[15\]/,
    ],
    [
      'a state too few',
      (config) => (layerIn(config, 'both').inbound_nodes[0]!.kwargs.initial_state as unknown[]).pop(),
      'E_UNSUPPORTED',
      /"both" .* is given 1 initial state, expected 2/,
    ],
    [
      'softmax within its cell',
      (config) => Object.assign(layerIn(config, 'one').config, { activation: 'softmax' }),
      'E_UNSUPPORTED',
      /layer "one" has the activation "softmax"/,
    ],
    [
      'a reset_after that is no flag',
      (config) => Object.assign(layerIn(config, 'one').config, { reset_after: 'yes' }),
      'E_INVALID_FILE',
      /layer "one": reset_after is "yes", expected true or false/,
    ],
    [
      'a layer that does not say its activation, which depends on the version',
      (config) => delete layerIn(config, 'one').config.recurrent_activation,
      'E_INVALID_FILE',
      /layer "one" does not say its recurrent_activation/,
    ],
    [
      'time first',
      (config) => Object.assign(layerIn(config, 'one').config, { time_major: true }),
      'E_UNSUPPORTED',
      /Layer "one" \("GRU"\) has time first/,
    ],
  ])('is refused with %s', async (_, change, code, message) => {
    await expect(readChanged(change)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('of TensorFlow.js is refused where it says reset_after and has the biases of the other kind', async () => {
    const { json, shards } = tfjsFiles(`${TFJS}gru-states`);
    const text = decoded(json).replace('"reset_after":false', '"reset_after":true');
    await expect(importModel(new TextEncoder().encode(text), { shards })).rejects.toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message: expect.stringMatching(/bias of layer "one" has the shape \[12\]; .* says \[2, 12\]/),
    });
  });
});
