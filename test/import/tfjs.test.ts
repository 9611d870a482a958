import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTfjsLayers } from '../../src/import/tfjs/read-tfjs.js';
import { failureOf } from '../data/failure.js';
import { expectRecorded } from './recorded-models.js';
import { tfjsFiles, tfjsModel } from './tfjs-files.js';

const cases = readdirSync(new URL('../../fixtures/data/tfjs/', import.meta.url));

/** The bytes of a model.json after a change. */
function changed(name: string, change: (model: ReturnType<typeof tfjsModel>) => unknown): Uint8Array {
  const model = tfjsModel(name);
  change(model);
  return new TextEncoder().encode(JSON.stringify(model));
}

describe('readTfjsLayers', () => {
  it('has models to read', () => {
    expect(cases).toEqual(['encoder-decoder', 'masked', 'masking', 'sequential', 'with-states']);
  });

  it.each(cases)(
    'gives what stock TensorFlow.js computes for %s, exported and by the builder',
    async (name) => {
      const { json, shards } = tfjsFiles(name);
      expect(shards.size).toBeGreaterThan(1);
      await expectRecorded(`tfjs/${name}/expected`, readTfjsLayers(json, shards));
    },
  );

  it('reads what the converter makes of Keras files: a level deeper, names with the cell and the model', async () => {
    const { shards } = tfjsFiles('sequential');
    const json = changed('sequential', (model) => {
      const { class_name, config } = model.modelTopology;
      Object.assign(model, {
        modelTopology: { keras_version: '2.15.0', model_config: { class_name, config } },
      });
      for (const weight of model.weightsManifest[0]!.weights) {
        const [layer, name] = weight.name.split('/');
        weight.name = layer?.startsWith('lstm')
          ? `sequential/${layer}/lstm_cell/${name}`
          : `${layer}/${name}:0`;
      }
    });
    await expectRecorded('tfjs/sequential/expected', readTfjsLayers(json, shards));
  });

  it.each([
    ['float16', 1e-3],
    ['uint16', 1e-4],
    ['uint8', 3e-2],
  ] as const)('reads weights quantized to %s', async (dtype, atol) => {
    const { shards } = tfjsFiles('masking');
    const model = tfjsModel('masking');
    const [group] = model.weightsManifest;
    const numbers = new Float32Array(
      Uint8Array.from(group!.paths.flatMap((path) => [...shards.get(path)!])).buffer,
    );
    const [min, levels] = [-1.5, dtype === 'uint8' ? 255 : 65_535];
    const scale = 3 / levels;
    for (const weight of group!.weights) {
      Object.assign(weight, {
        quantization: dtype === 'float16' ? { dtype, original_dtype: 'float32' } : { dtype, min, scale },
      });
    }
    group!.paths = ['quantized.bin'];
    const stored = (value: number) =>
      dtype === 'float16' ? float16Bits(value) : Math.round((value - min) / scale);
    const values = Array.from(numbers, stored);
    const packed = dtype === 'uint8' ? Uint8Array.from(values) : Uint16Array.from(values);
    const json = new TextEncoder().encode(JSON.stringify(model));
    await expectRecorded(
      'tfjs/masking/expected',
      readTfjsLayers(json, new Map([['quantized.bin', new Uint8Array(packed.buffer)]])),
      { atol },
    );
  });

  it('names the file of weights that is missing, and those that are there', () => {
    const { json, shards } = tfjsFiles('masked');
    const some = new Map([...shards].slice(1));
    const { code, message } = failureOf(() => readTfjsLayers(json, some));
    expect(message).toMatch(
      /"group1-shard1of4\.bin", which is not among the files given \("group1-shard2of4\.bin", /,
    );
    expect(code).toBe('E_MISSING_DATA');
  });

  it.each<[string, (model: ReturnType<typeof tfjsModel>) => unknown, string, RegExp]>([
    [
      'a graph model',
      (model) => Object.assign(model, { format: 'graph-model' }),
      'E_UNSUPPORTED',
      /graph model/,
    ],
    [
      'JSON of something else',
      (model) => Object.assign(model, { modelTopology: undefined }),
      'E_INVALID_FILE',
      /no 'modelTopology'/,
    ],
    [
      'weights longer than their files',
      (model) => model.weightsManifest[0]!.weights[0]!.shape.push(2),
      'E_INVALID_FILE',
      /more than the \d+ bytes/,
    ],
    [
      'files longer than their weights',
      (model) => model.weightsManifest[0]!.weights.pop(),
      'E_INVALID_FILE',
      /take \d+ bytes, and their files have/,
    ],
    [
      'weights of integers',
      (model) => Object.assign(model.weightsManifest[0]!.weights[0]!, { dtype: 'int32' }),
      'E_UNSUPPORTED',
      /"int32", expected float32/,
    ],
    [
      'weights of a type it does not know',
      (model) => Object.assign(model.weightsManifest[0]!.weights[0]!, { dtype: 'string' }),
      'E_UNSUPPORTED',
      /"string"; float32 is read/,
    ],
    [
      'one weight twice',
      (model) =>
        Object.assign(model.weightsManifest[0]!.weights[1]!, {
          name: model.weightsManifest[0]!.weights[0]!.name,
        }),
      'E_INVALID_FILE',
      /two weights are called/,
    ],
    [
      'a weight that its layer does not read',
      (model) =>
        model.weightsManifest[0]!.weights.push({
          name: `${model.weightsManifest[0]!.weights[0]!.name.split('/')[0]}/lora_kernel_a`,
          shape: [0],
          dtype: 'float32',
        }),
      'E_UNSUPPORTED',
      /has weights that are not read, "lstm_[^"]*\/lora_kernel_a"/,
    ],
    [
      'a weight under another name',
      (model) => Object.assign(model.weightsManifest[0]!.weights[0]!, { name: 'lost' }),
      'E_MISSING_NAME',
      /no weights for the kernel of layer "lstm_/,
    ],
    [
      'a model without the shape of its input',
      (model) =>
        Object.assign((model.modelTopology.config as { layers: { config: object }[] }).layers[0]!.config, {
          batch_input_shape: null,
        }),
      'E_UNSUPPORTED',
      /does not say the shape of its input/,
    ],
  ])('refuses %s', (_, change, code, message) => {
    const { shards } = tfjsFiles('sequential');
    const error = failureOf(() => readTfjsLayers(changed('sequential', change), shards));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('refuses bytes that are not JSON', () => {
    const { code, message } = failureOf(() => readTfjsLayers(Uint8Array.of(1, 2, 3), new Map()));
    expect(message).toMatch(/model\.json is not JSON/);
    expect(code).toBe('E_INVALID_FILE');
  });
});

/** The bits of the float16 nearest to a number of ordinary size. */
function float16Bits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const mantissa = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) + ((exponent + 15) << 10) + mantissa;
}
