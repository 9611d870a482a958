import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { LstmOnnxError } from '../../src/errors.js';
import { exportOnnx } from '../../src/export/export.js';
import { networkFromStateDict } from '../../src/import/architecture.js';
import { detectFormat } from '../../src/import/formats.js';
import { importModel } from '../../src/import/import-model.js';
import { simpleLSTM } from '../parity/networks.js';
import { names, pathOf, runsOf, stateDict } from './state-dicts.js';

const encode = (text: string) => new TextEncoder().encode(text);
const weights = readFileSync(pathOf('classifier.safetensors'));
const info = { labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] };
const checkpoint = encodeCheckpoint({ network: simpleLSTM, parameters: initParameters(simpleLSTM, 1), info });

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

describe('the format of a file', () => {
  it.each([
    ['checkpoint', checkpoint],
    ['weights', weights],
    ['zip', readFileSync(pathOf('classifier.pt'))],
    ['zip', readFileSync(pathOf('recorded.npz'))],
    ['weights', Uint8Array.of(0x80, 2, 0x8a)],
    ['hdf5', encode('\u0089HDF\r\n\u001a\n').slice(1)],
    ['onnx', exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1))],
    ['json', encode('{"format": "layers-model"}')],
    ['json', encode('\ufeff\n {"model":{}}')],
    ['json', encode('{"abcd":{}}')],
    [undefined, encode('hello')],
    [undefined, new Uint8Array()],
  ])('is told by its bytes: %s', (format, bytes) => {
    // UTF-8 writes the signature's first byte as two.
    const whole = format === 'hdf5' ? Uint8Array.of(0x89, ...bytes.slice(1)) : bytes;
    expect(detectFormat(whole)).toBe(format);
  });

  it.each([0x0208, 0x0280, 0x0580])(
    'is safetensors for a header of %i bytes, which begins like another',
    (size) => {
      const file = new Uint8Array(8 + size).fill(0x20);
      new DataView(file.buffer).setBigUint64(0, BigInt(size), true);
      file.set(encode('{"__metadata__":{"lstm_onnx.network":"{}"}}'), 8);
      expect(detectFormat(file)).toBe('checkpoint');
    },
  );

  it('is taken from the name where the bytes do not tell', () => {
    expect(detectFormat(Uint8Array.of(0x3a, 0), 'model.ONNX')).toBe('onnx');
    expect(detectFormat(Uint8Array.of(1, 2, 3), 'model.safetensors')).toBe('weights');
  });
});

describe('importModel', () => {
  it('reads a checkpoint with its network and labels, assuming nothing', async () => {
    expect(await importModel(checkpoint)).toMatchObject({ network: simpleLSTM, info, notes: [] });
  });

  it.each(
    names.flatMap((name) => ['pt', 'safetensors', 'npz'].map((extension) => [name, extension] as const)),
  )('works out the network of weights: %s.%s', async (name, extension) => {
    const { options } = runsOf(name);
    const { network, parameters, notes } = await importModel(
      readFileSync(pathOf(`${name}.${extension}`)),
      options,
    );
    const inferred = networkFromStateDict(stateDict(name), options);
    expect({ network, parameters }).toEqual({ network: inferred.network, parameters: inferred.parameters });
    expect(notes).toEqual(inferred.notes);
  });

  it('passes the options of the architecture on', async () => {
    const { network } = await importModel(weights, { pool: 'all', batchFirst: false });
    expect(network.outputs.logits?.shape).toEqual(['time', 'batch', 5]);
  });

  it('takes the tensors that a given network names, and says which it left out', async () => {
    const { network } = networkFromStateDict(stateDict('two-lstms'), { lstm: 'lower', head: false });
    const file = readFileSync(pathOf('two-lstms.safetensors'));
    const read = await importModel(file, { network: networkFromJson(networkToJson(network)) });
    expect(read.network).toEqual(network);
    expect([...read.parameters.keys()]).toHaveLength(8);
    expect(read.notes).toEqual([{ text: expect.stringMatching(/left out 'upper' .*'out' .*no use/) }]);
  });

  it('reads weights of a network with every option of the LSTM, where that is given', async () => {
    const network = defineNetwork({ x: float32('time', 'batch', 3) }, ({ x }) => {
      const { output } = lstm('lstm', x, {
        hiddenSize: 4,
        projSize: 2,
        reverse: true,
        lengths: stepCount(x),
        initialState: 'learned',
        peepholes: true,
        clip: 3,
        inputForget: true,
        activations: { gates: 'hardSigmoid', cell: { name: 'elu', alpha: 0.5 } },
      });
      return { y: linear('fc', flip(output, 2), 2) };
    });
    const parameters = initParameters(network, 1);
    const tensors = new Map(
      [...parameters].map(([name, array]) => [name, { dtype: 'float32', ...array } as const]),
    );
    const read = await importModel(encodeSafetensors(tensors), {
      network: networkFromJson(networkToJson(network)),
    });
    expect(read).toEqual({ network, parameters, notes: [], isInferred: false });
  });

  it('keeps the labels of a checkpoint whose network is given', async () => {
    const { info: read, notes } = await importModel(checkpoint, { network: simpleLSTM });
    expect({ read, notes }).toEqual({ read: info, notes: [] });
  });

  it('refuses an option that there is not, with the one that is meant', async () => {
    await expect(importModel(weights, { pools: 'all' } as object)).rejects.toThrow(
      refused('E_INVALID_OPTION', /importModel has no option 'pools'; use pool\./),
    );
    await expect(importModel(weights, { timeFirst: true } as object)).rejects.toThrow(
      refused('E_INVALID_OPTION', /no option 'timeFirst'; use batchFirst: false/),
    );
  });

  it.each([
    ['nothing', new Uint8Array(), {}, 'E_UNSUPPORTED', /it is empty/],
    ['a text', encode('hello world'), {}, 'E_UNSUPPORTED', /it is a text file/],
    [
      'a safetensors file whose header is no object',
      new TextEncoder().encode(`\x07\0\0\0\0\0\0\0[[[]]]    `),
      {},
      'E_UNSUPPORTED',
      /it looks like a safetensors file whose header of 7 bytes starts with "\[\[\[]]] {2}", where an object/,
    ],
    ['something else', Uint8Array.of(1, 2, 3, 255), {}, 'E_UNSUPPORTED', /start with 01 02 03 ff/],
    ['a gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0), {}, 'E_UNSUPPORTED', /unpack it first/],
    ['a TensorFlow Lite model', encode('\u001c\0\0\0TFL3'), {}, 'E_UNSUPPORTED', /TensorFlow Lite/],
    [
      'a Git LFS pointer',
      encode('version https://git-lfs.github.com/spec/v1\n'),
      {},
      'E_UNSUPPORTED',
      /lfs pull/,
    ],
    ['JSON without the weights', encode('{"format":"layers-model"}'), {}, 'E_MISSING_DATA', /give the files/],
    [
      'a pool for a checkpoint',
      checkpoint,
      { pool: 'all' },
      'E_INVALID_OPTION',
      /option pool .* the file already contains its network/,
    ],
    [
      'a head beside a network',
      weights,
      { network: simpleLSTM, head: 'fc' },
      'E_INVALID_OPTION',
      /option head/,
    ],
    [
      'a network of other weights',
      weights,
      { network: simpleLSTM },
      'E_SHAPE_MISMATCH',
      /lstm\.weight_ih_l0/,
    ],
    ['a checkpoint cut off', checkpoint.slice(0, 5000), {}, 'E_INVALID_FILE', /safetensors/],
    [
      'a short .safetensors',
      Uint8Array.of(1),
      { fileName: 'x.safetensors' },
      'E_UNSUPPORTED',
      /start with 01/,
    ],
  ] as const)('refuses %s', async (_, bytes, options, code, message) => {
    await expect(importModel(bytes, options)).rejects.toThrow(refused(code, message));
  });

  it('gives a model or an error that says why not, whatever the bytes', async () => {
    const files = [weights, checkpoint.subarray(0, 4000), readFileSync(pathOf('classifier.pt'))];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(
          fc.constantFrom(...files),
          fc.nat(),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        )
        .map(([file, cut, changes]) => {
          const changed = new Uint8Array(file.subarray(0, cut % 4 === 0 ? cut % file.length : file.length));
          // Half of the changes hit the header, which decides most.
          for (const [at, byte] of changes) {
            if (changed.length > 0)
              changed[at % (at % 2 === 0 ? Math.min(64, changed.length) : changed.length)] = byte;
          }
          return changed;
        }),
    );
    let models = 0;
    await fc.assert(
      fc.asyncProperty(bytes, async (file) => {
        try {
          await importModel(file);
          models++;
        } catch (error) {
          if (!(error instanceof LstmOnnxError)) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
    expect(models).toBeGreaterThan(500);
    expect({}).not.toHaveProperty('dtype');
  });
});
