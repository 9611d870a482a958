import { readdirSync, readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parameterSpecs } from '../../src/builder/parameters.js';
import { withStates } from '../../src/builder/recurrent/states.js';
import type { LstmOnnxError } from '../../src/errors.js';
import { importModel } from '../../src/import/import-model.js';
import { readKeras } from '../../src/import/keras/read-keras.js';
import {
  kerasArchive,
  kerasConfig,
  kerasEntries,
  kerasFile,
  layersOf,
  withUserBlock,
} from './keras-files.js';
import { expectRecorded } from './recorded-models.js';

const files = readdirSync(new URL('../../fixtures/data/keras/', import.meta.url)).filter(
  (file) => !file.endsWith('.safetensors'),
);

async function failure(bytes: Uint8Array): Promise<LstmOnnxError> {
  return await readKeras(bytes).then(
    () => {
      throw new Error('Expected the file to be refused, but it was read.');
    },
    (error) => error,
  );
}

describe('readKeras', () => {
  it('has models of Keras 3 and 2 in each of its formats to read', () => {
    const formats = files.map((file) => /(\.keras2)?\.(keras|h5)$/.exec(file)?.[0]);
    expect(new Set(formats)).toEqual(new Set(['.keras', '.h5', '.keras2.h5']));
    expect(files.length).toBeGreaterThanOrEqual(20);
  });

  it.each(files)('gives what Keras computes for %s, exported and by the builder', async (file) => {
    const name = file.replace(/(\.keras2)?\.(keras|h5)$/, '');
    await expectRecorded(`keras/${name}`, await readKeras(kerasFile(file)));
  });

  it('reads a file behind a user block as without one', async () => {
    const whole = kerasFile('compiled.h5');
    expect(await importModel(withUserBlock(whole, 512, true))).toEqual(await importModel(whole));
  });

  it('names inputs and outputs as the model does, states by what they are', async () => {
    const { network } = await readKeras(kerasFile('with-states.keras'));
    expect(Object.keys(network.inputs)).toEqual(['x', 'h', 'c', 'both_h', 'both_c', 'both_hr', 'both_cr']);
    expect(Object.keys(network.outputs)).toEqual([
      'one',
      'one_h',
      'one_c',
      'both',
      'both_forward_h',
      'both_forward_c',
      'both_backward_h',
      'both_backward_c',
    ]);
    const heads = await readKeras(kerasFile('heads.keras'));
    expect(Object.keys(heads.network.outputs)).toEqual([
      'tanh',
      'relu',
      'softmax',
      'leaky',
      'elu',
      'log_softmax',
    ]);
  });

  it('keeps batch and time open where the model was built for fixed ones', async () => {
    const { network } = await readKeras(kerasFile('fixed-length.h5'));
    expect(network.inputs.x).toEqual({ dtype: 'float32', shape: ['batch', 'time', 3] });
    const { network: two } = await readKeras(kerasFile('encoder-decoder.keras'));
    expect(two.inputs.target?.shape).toEqual(['batch', 'target_time', 2]);
  });

  it('names parameters as PyTorch does, with its second bias zero', async () => {
    const { network, parameters } = await readKeras(kerasFile('sequential-classifier.keras'));
    expect([...parameters.keys()]).toEqual(parameterSpecs(network).map(({ name }) => name));
    expect(parameters.get('lower.weight_ih_l0')?.shape).toEqual([16, 3]);
    expect(parameters.get('lower.bias_hh_l0')?.data).toEqual(new Float32Array(16));
    expect(parameters.get('classes.weight')?.shape).toEqual([3, 5]);
  });

  it('says where masks differ, and nothing where nothing does', async () => {
    const { notes } = await readKeras(kerasFile('masked-stack.keras'));
    expect(notes.join(' ')).toMatch(
      /masked at the start \(pad_sequences' default, padding='pre'\) .* are read as steps/,
    );
    expect(notes.join(' ')).toMatch(/pad at the end, by padding='post'/);
    expect(notes.join(' ')).toMatch(/layer "lstm(_\d)?": after the end of a sequence the output is zero/);
    expect((await readKeras(kerasFile('sequential-classifier.keras'))).notes).toEqual([]);
  });

  it('reads a stateful model whose states can be exported, and says so', async () => {
    const config = kerasConfig('sequential-classifier.keras');
    const layers = layersOf(config);
    layers[0]!.config.batch_shape = [4, null, 3];
    for (const layer of layers) if (layer.class_name === 'LSTM') layer.config.stateful = true;
    const { network, notes } = await readKeras(kerasArchive('sequential-classifier.keras', config));
    expect(notes).toEqual([
      expect.stringMatching(/layer "lower" is stateful: export with states/),
      expect.stringMatching(/layer "upper" is stateful/),
    ]);
    expect(network.inputs.x?.shape[0]).toBe('batch');
    expect(Object.keys(withStates(network).outputs)).toContain('upper_hn');
  });

  it.each<[string, (layers: ReturnType<typeof layersOf>) => void, RegExp]>([
    [
      'a layer it does not know',
      (layers) => Object.assign(layers[1]!, { class_name: 'ConvLSTM1D' }),
      /Layer "lower" \("ConvLSTM1D"\) is not one of Dense, .*, LSTM, GRU, /,
    ],
    ['RNN cells', (layers) => Object.assign(layers[1]!, { class_name: 'RNN' }), /Layer "lower" \("RNN"\)/],
    [
      'a layer of the author',
      (layers) => Object.assign(layers[1]!, { registered_name: 'mine>LSTM' }),
      /Layer "lower" is of a class of the model's author, "LSTM"/,
    ],
    [
      'an activation it does not know',
      (layers) => Object.assign(layers[1]!.config, { activation: 'swoosh' }),
      /layer "lower" has the activation "swoosh"/,
    ],
    [
      'an activation of the author',
      (layers) => Object.assign(layers[4]!.config, { activation: { class_name: 'mine' } }),
      /layer "classes" has an object as its activation/,
    ],
    [
      'softmax within an LSTM',
      (layers) => Object.assign(layers[1]!.config, { recurrent_activation: 'softmax' }),
      /has the activation "softmax"/,
    ],
    ['time first', (layers) => Object.assign(layers[1]!.config, { time_major: true }), /has time first/],
  ])('refuses %s by name', async (_, change, message) => {
    const config = kerasConfig('sequential-classifier.keras');
    change(layersOf(config));
    const { code, message: text } = await failure(kerasArchive('sequential-classifier.keras', config));
    expect(text).toMatch(message);
    expect(code).toBe('E_UNSUPPORTED');
  });

  it.each<[string, string, (layer: { class_name: string; config: Record<string, unknown> }) => void, RegExp]>(
    [
      [
        'directions that are not concatenated',
        'both',
        ({ config }) => Object.assign(config, { merge_mode: 'sum' }),
        /joins its directions by "sum"/,
      ],
      [
        'both directions in one list',
        'both',
        ({ config }) => Object.assign(config, { merge_mode: null }),
        /joins its directions by nothing/,
      ],
      [
        'directions that differ',
        'both',
        ({ config }) =>
          Object.assign((config.backward_layer as { config: object }).config, { activation: 'relu' }),
        /differ in more than their weights/,
      ],
      [
        'another layer in both directions',
        'both',
        ({ config }) => Object.assign(config.layer as object, { class_name: 'ConvLSTM1D' }),
        /"ConvLSTM1D"; only LSTM, GRU(, \w+)? are read/,
      ],
      [
        'another layer at every step',
        'tags',
        ({ config }) => Object.assign(config.layer as object, { class_name: 'Flatten' }),
        /"Flatten" inside/,
      ],
    ],
  )('refuses %s', async (_, name, change, message) => {
    const config = kerasConfig('masked-tagger.keras');
    change(layersOf(config).find((layer) => layer.config.name === name)!);
    const { code, message: text } = await failure(kerasArchive('masked-tagger.keras', config));
    expect(text).toMatch(message);
    expect(code).toBe('E_UNSUPPORTED');
  });

  it.each([
    ['lora.h5', /"classes".*not read, "[^"]*lora_kernel_a", "[^"]*lora_kernel_b" \(those of LoRA/],
    ['int8.keras', /integers of 8 bits in .*save it before quantize\(\)/],
    ['masked-output.keras', /masked steps of a Masking layer.*reach an output/],
  ])('refuses %s as Keras saved it', async (file, message) => {
    const bytes = readFileSync(new URL(`../../fixtures/data/keras-refused/${file}`, import.meta.url));
    const { code, message: text } = await failure(bytes);
    expect(text).toMatch(message);
    expect(code).toBe('E_UNSUPPORTED');
  });

  it('refuses a weight in an archive that the layer does not read, naming it', async () => {
    const config = kerasConfig('sequential-classifier.keras');
    layersOf(config)[4]!.config.use_bias = false;
    const { code, message } = await failure(kerasArchive('sequential-classifier.keras', config));
    expect(message).toMatch(
      /"classes" \("Dense"\) has weights that are not read, "\/layers\/dense\/vars\/1"/,
    );
    expect(code).toBe('E_UNSUPPORTED');
  });

  it.each([
    ['another Masking', { class_name: 'Masking', config: { name: 'again', mask_value: -1 } }],
    ['an Embedding', { class_name: 'Embedding', config: { name: 'again', input_dim: 3, output_dim: 2 } }],
  ])('refuses unzeroed masked steps that reach %s, but not zeros', async (_, layer) => {
    const config = kerasConfig('masked-dense.keras');
    const layers = layersOf(config);
    layers.splice(2, 0, layer);
    const { code, message } = await failure(kerasArchive('masked-dense.keras', config));
    expect(message).toMatch(/"again" .* gets masked steps, which Masking sets to zero in Keras and not here/);
    expect(code).toBe('E_UNSUPPORTED');
    layers[1]!.config.mask_value = 0;
    const zeros = await readKeras(kerasArchive('masked-dense.keras', config)).then(
      () => '',
      (error) => error.message,
    );
    expect(zeros).not.toMatch(/gets masked steps/);
  });

  it('takes the object that says the name of a function only where the function is of Keras', async () => {
    const read = async (activation: unknown) => {
      const config = kerasConfig('sequential-classifier.keras');
      layersOf(config)[4]!.config.activation = activation;
      return await readKeras(kerasArchive('sequential-classifier.keras', config));
    };
    const own = {
      class_name: 'function',
      config: 'softmax',
      module: 'builtins',
      registered_name: 'function',
    };
    const plain = await readKeras(kerasFile('sequential-classifier.keras'));
    expect((await read(own)).network).toEqual(plain.network);
    expect((await read({ ...own, module: 'keras.activations' })).network).toEqual(plain.network);
    for (const change of [
      { module: 'my_models' },
      { module: 'kerasy' },
      { module: undefined },
      { registered_name: 'Mine>softmax' },
      { class_name: 'Mine' },
    ]) {
      await expect(read({ ...own, ...change })).rejects.toThrow(/has an object as its activation/);
    }
  });

  it.each([
    [undefined, 'E_INVALID_FILE', /no 'keras_version'/],
    ['new', 'E_INVALID_FILE', /its keras_version is "new", expected one such as "3\.5\.0"/],
    [3, 'E_INVALID_FILE', /its keras_version is 3, expected/],
    ['4.1.0', 'E_UNSUPPORTED', /is of Keras "4"; those of Keras 2 and 3 are read\. Save it by one of these/],
  ])('refuses an archive of the version %s', async (keras_version, code, message) => {
    const entries = kerasEntries('sequential-classifier.keras');
    entries['metadata.json'] = new TextEncoder().encode(JSON.stringify({ keras_version }));
    const error = await failure(zipSync(entries, { level: 0 }));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('bounds the features that a chain of joins doubles', async () => {
    const history = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { keras_history: [name, 0, 0] },
    });
    const config = kerasConfig('heads.keras');
    const inner = config.config as { layers: unknown[]; output_layers: unknown };
    for (let index = 0; index < 900; index++) {
      const parts = history(index === 0 ? 'x' : `join${index - 1}`);
      inner.layers.push({
        class_name: 'Concatenate',
        config: { name: `join${index}`, axis: -1 },
        name: `join${index}`,
        inbound_nodes: [{ args: [[parts, parts]], kwargs: {} }],
      });
    }
    inner.output_layers = [['join899', 0, 0]];
    const { code, message } = await failure(kerasArchive('heads.keras', config));
    expect(message).toMatch(/"join22" .* joins 25165824 features; at most 16777216/);
    expect(code).toBe('E_UNSUPPORTED');
  });

  it('refuses a ReLU that is no plain one', async () => {
    const config = kerasConfig('heads.keras');
    layersOf(config).find((layer) => layer.class_name === 'ReLU')!.config.max_value = 6;
    const { code, message } = await failure(kerasArchive('heads.keras', config));
    expect(message).toMatch(/\("ReLU"\) has a max_value/);
    expect(code).toBe('E_UNSUPPORTED');
  });

  it('has the weights of a layer once, however often it is called', async () => {
    const { network, parameters } = await readKeras(kerasFile('shared.keras'));
    const calls = network.nodes.filter(({ name, module = name }) => module === 'encoder');
    expect(calls.map(({ name }) => name)).toEqual(['encoder', 'encoder_call2', 'encoder_call3']);
    expect([...parameters.keys()].filter((name) => name.startsWith('encoder'))).toHaveLength(4);
  });

  it('refuses calls of one layer with inputs that cannot have the same weights', async () => {
    const config = kerasConfig('shared.keras');
    layersOf(config).find((layer) => layer.config.name === 'project')!.config.units = 4;
    expect(await failure(kerasArchive('shared.keras', config))).toMatchObject({ code: 'E_SHAPE_MISMATCH' });
  });

  it('refuses weights of another shape than the configuration says, naming both', async () => {
    const config = kerasConfig('sequential-classifier.keras');
    layersOf(config)[3]!.config.units = 6;
    const { code, message } = await failure(kerasArchive('sequential-classifier.keras', config));
    expect(message).toMatch(
      /kernel of layer "upper" has the shape \[4, 20\]; its configuration says \[4, 24\]/,
    );
    expect(code).toBe('E_SHAPE_MISMATCH');
  });

  it.each<[string, (config: Record<string, unknown>) => unknown, string, RegExp]>([
    [
      'a subclassed model',
      (config) => Object.assign(config, { class_name: 'Tagger' }),
      'E_UNSUPPORTED',
      /class "Tagger"/,
    ],
    [
      'layers in a circle',
      (config) =>
        Object.assign(layersOf(config)[1]!, {
          inbound_nodes: [
            {
              args: [{ class_name: '__keras_tensor__', config: { keras_history: ['lstm', 0, 0] } }],
              kwargs: {},
            },
          ],
        }),
      'E_INVALID_FILE',
      /reads what no layer gives/,
    ],
    [
      'two layers of one name',
      (config) => layersOf(config).push(layersOf(config)[1]!),
      'E_INVALID_FILE',
      /two layers are called/,
    ],
    [
      'an output that no layer gives',
      (config) => Object.assign(config.config as object, { output_layers: [['lstm', 0, 7]] }),
      'E_INVALID_FILE',
      /no output 7/,
    ],
    [
      'no outputs',
      (config) => Object.assign(config.config as object, { output_layers: [] }),
      'E_MISSING_NAME',
      /no outputs/,
    ],
  ])('refuses %s', async (_, change, code, message) => {
    const config = kerasConfig('heads.keras');
    change(config);
    const error = await failure(kerasArchive('heads.keras', config));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('refuses weights alone and other archives, and says what to save', async () => {
    const weights = await failure(
      readFileSync(new URL('../../fixtures/data/hdf5/earliest.h5', import.meta.url)),
    );
    expect(weights.code).toBe('E_UNSUPPORTED');
    expect(weights.message).toMatch(/weights but no model .* model\.save\('model\.keras'\)/);
    const other = await failure(kerasArchive('heads.keras', undefined));
    expect(other.message).toMatch(/has no config\.json/);
    expect((await failure(new Uint8Array())).code).toBe('E_INVALID_FILE');
  });

  it('takes names from outside without touching a prototype', async () => {
    const config = kerasConfig('sequential-classifier.keras');
    const layers = layersOf(config);
    layers[0]!.config.name = '__proto__';
    layers[4]!.config.name = 'constructor';
    const { network } = await readKeras(kerasArchive('sequential-classifier.keras', config));
    expect(Object.keys(network.inputs)).toEqual(['layer_proto']);
    expect(Object.keys(network.outputs)).toEqual(['constructor']);
    expect(Object.getPrototypeOf(network.inputs)).toBe(Object.prototype);
  });
});
