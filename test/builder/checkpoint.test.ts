import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork } from '../../src/builder/network.js';
import { networkToJson } from '../../src/builder/network-json.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters, type StateDict } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { encodeSafetensors, parseSafetensors } from '../../src/data/safetensors.js';
import { LstmOnnxError } from '../../src/errors.js';
import type { NdArray } from '../../src/nd-array.js';
import { randomNetwork } from '../export/random-networks.js';
import { loadFixture } from '../fixtures.js';
import { simpleLSTM } from '../parity/networks.js';

const parameters = initParameters(simpleLSTM, 1);
const networkKey = 'lstm_onnx.network';

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

/** The bits of every parameter in order: NaN payloads and the sign of zero count, too. */
function bits(stateDict: StateDict) {
  return [...stateDict].map(([name, { shape, data }]) => [
    name,
    [...shape],
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
  ]);
}

/** A safetensors file with the tensors and metadata of a checkpoint of simpleLSTM, some of them changed. */
function fileWith(
  tensors: Readonly<Record<string, NdArray | undefined>>,
  metadata: Readonly<Record<string, string | undefined>> = {},
): Uint8Array {
  const file = parseSafetensors(encodeCheckpoint({ network: simpleLSTM, parameters }));
  const present = <T>(entries: Iterable<readonly [string, T | undefined]>) =>
    new Map([...entries].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  return encodeSafetensors(
    present([...file.tensors, ...Object.entries(tensors)].reduce((all, [k, v]) => all.set(k, v), new Map())),
    present(
      [...file.metadata, ...Object.entries(metadata)].reduce((all, [k, v]) => all.set(k, v), new Map()),
    ),
  );
}

const zeros = (...shape: number[]): NdArray<'float32'> => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((size, dim) => size * dim, 1)),
});

describe('a checkpoint', () => {
  it('comes back with the network, the parameters bit for bit and the info', () => {
    const info = { labels: ['zero', 'ünö "1"', ''], preprocessing: 'pixel / 255' };
    const read = decodeCheckpoint(encodeCheckpoint({ network: simpleLSTM, parameters, info }));
    expect(read.network).toEqual(simpleLSTM);
    expect(bits(read.parameters)).toEqual(bits(parameters));
    expect(read.info).toEqual(info);
  });

  it('comes back bit for bit whatever the numbers: NaN with a payload, infinities, -0, denormals', () => {
    const network = defineNetwork({ x: float32('batch', 3) }, ({ x }) => ({ y: linear('fc', x, 2) }));
    const words = fc.uint32Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(words, (random) => {
        const special = [0x7fc00001, 0x7f800001, 0xff800000, 0x80000000, 1, ...random].slice(0, 8);
        const data = new Float32Array(Uint32Array.from(special).buffer);
        const numbers = new Map([
          ['fc.weight', { shape: [2, 3], data: data.subarray(0, 6) }],
          ['fc.bias', { shape: [2], data: data.subarray(6) }],
        ]);
        expect(bits(decodeCheckpoint(encodeCheckpoint({ network, parameters: numbers })).parameters)).toEqual(
          bits(numbers),
        );
      }),
    );
  });

  it('comes back whatever the network, and is the same bytes again', () => {
    fc.assert(
      fc.property(randomNetwork, fc.nat(), ({ network }, seed) => {
        const bytes = encodeCheckpoint({ network, parameters: initParameters(network, seed) });
        const read = decodeCheckpoint(bytes);
        expect(read.network).toEqual(network);
        expect(Buffer.compare(encodeCheckpoint(read), bytes)).toBe(0);
      }),
    );
  });

  it('has PyTorch’s names and format, and nothing else, for PyTorch to load', () => {
    const { tensors, metadata } = parseSafetensors(encodeCheckpoint({ network: simpleLSTM, parameters }));
    expect([...tensors.keys()].sort()).toEqual([...loadFixture('simple-lstm').params.keys()].sort());
    expect([...metadata.keys()]).toEqual(['format', networkKey]);
    expect(metadata.get('format')).toBe('pt');
  });

  it('gives parameters in PyTorch’s order, however the file has them, and they are its own', () => {
    const { tensors, metadata } = parseSafetensors(encodeCheckpoint({ network: simpleLSTM, parameters }));
    const turned = encodeSafetensors(new Map([...tensors].reverse()), metadata);
    const read = decodeCheckpoint(turned);
    turned.fill(0);
    expect(bits(read.parameters)).toEqual(bits(parameters));
  });

  it('is not written where something of its info would be left out', () => {
    const checkpoint = { network: simpleLSTM, parameters, info: { label: ['a', 'b'] } as object };
    expect(() => encodeCheckpoint(checkpoint)).toThrow(
      refused('E_INVALID_OPTION', /^encodeCheckpoint: info has no option 'label'; use labels\./),
    );
  });

  it('is not written for parameters of another network', () => {
    const wrong = new Map([...parameters].slice(1));
    expect(() => encodeCheckpoint({ network: simpleLSTM, parameters: wrong })).toThrow(
      refused('E_SHAPE_MISMATCH', /lstm\.weight_ih_l0' \[256, 28\] is missing/),
    );
  });
});

describe('decodeCheckpoint refuses', () => {
  it('a safetensors file that some other program wrote, with the remedy', () => {
    expect(() => decodeCheckpoint(fileWith({}, { [networkKey]: undefined }))).toThrow(
      refused('E_INVALID_FILE', /no network in its metadata.*give a checkpoint that lstm-onnx wrote/),
    );
    const plain = encodeSafetensors(new Map([['fc.weight', zeros(1)]]));
    expect(() => decodeCheckpoint(plain)).toThrow(refused('E_INVALID_FILE', /no network/));
  });

  it.each<[string, Record<string, NdArray | undefined>, string, RegExp]>([
    ['a missing parameter', { 'fc.bias': undefined }, 'E_SHAPE_MISMATCH', /'fc\.bias' \[10\] is missing/],
    ['one too many', { extra: zeros(1) }, 'E_SHAPE_MISMATCH', /'extra' is not expected/],
    ['one called __proto__', { ['__proto__']: zeros(1) }, 'E_SHAPE_MISMATCH', /'__proto__' is not expected/],
    [
      'one of another shape',
      { 'fc.bias': zeros(9) },
      'E_SHAPE_MISMATCH',
      /'fc\.bias' is \[9\], expected \[10\]/,
    ],
    ['one of another rank', { 'fc.bias': zeros(10, 1) }, 'E_SHAPE_MISMATCH', /'fc\.bias' is \[10, 1\]/],
    [
      'one of another type',
      { 'fc.bias': { dtype: 'float64', shape: [10], data: new Float64Array(10) } },
      'E_DTYPE_MISMATCH',
      /'fc\.bias' is float64, expected float32/,
    ],
  ])('%s', (_, tensors, code, message) => {
    expect(() => decodeCheckpoint(fileWith(tensors))).toThrow(refused(code, message));
  });

  it.each<[string, (json: string) => string, string, RegExp]>([
    [
      'another network',
      (json) => json.replace('"hiddenSize":64', '"hiddenSize":65'),
      'E_SHAPE_MISMATCH',
      /expected \[260, 28\]/,
    ],
    [
      'a network of a thousand layers',
      (json) => json.replace('"numLayers":1', '"numLayers":1000'),
      'E_SHAPE_MISMATCH',
      /weight_ih_l999/,
    ],
    [
      'a network of a billion layers',
      (json) => json.replace('"numLayers":1', '"numLayers":1000000000'),
      'E_INVALID_OPTION',
      /numLayers is 1000000000/,
    ],
    [
      'sizes that nothing could hold',
      (json) => json.replace('"hiddenSize":64', '"hiddenSize":9007199254740991'),
      'E_SHAPE_MISMATCH',
      /weight_hh_l0/,
    ],
    ['an unknown op', (json) => json.replace('"op":"at"', '"op":"einsum"'), 'E_UNSUPPORTED', /einsum/],
    ['half a network', (json) => json.slice(0, 99), 'E_INVALID_FILE', /not JSON/],
    ['no network', () => '', 'E_INVALID_FILE', /not JSON/],
  ])('%s', (_, change, code, message) => {
    const json = change(networkToJson(simpleLSTM));
    expect(() => decodeCheckpoint(fileWith({}, { [networkKey]: json }))).toThrow(refused(code, message));
  });

  it.each([
    ['nothing', ''],
    ['a word', 'zero'],
    ['an object', '{"0":"zero"}'],
    ['a list with a number', '["zero", 1]'],
    ['null', 'null'],
    ['half a list', '["zero"'],
    ['a lot of text', 'x'.repeat(100_000)],
  ])('labels that are no list of strings: %s', (_, labels) => {
    expect(() => decodeCheckpoint(fileWith({}, { 'lstm_onnx.labels': labels }))).toThrow(
      refused(
        'E_INVALID_FILE',
        /^The metadata 'lstm_onnx\.labels' is not (?:JSON|a JSON list of strings): .{0,160}$/,
      ),
    );
  });

  it('does without metadata that it does not know', () => {
    const read = decodeCheckpoint(fileWith({}, { ['__proto__']: 'x', other: 'y', 'lstm_onnx.labels': '[]' }));
    expect(read.info).toEqual({ labels: [] });
  });
});

describe('decodeCheckpoint on bytes of any kind', () => {
  const small = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
    y: lstm('lstm', x, { hiddenSize: 1 }).output.at(-1),
  }));
  const bytes = encodeCheckpoint({
    network: small,
    parameters: initParameters(small, 1),
    info: { labels: ['a'] },
  });

  it('gives a typed error for every truncation', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(LstmOnnxError);
    }
    expect(() => decodeCheckpoint(Uint8Array.of(...bytes, 0))).toThrow(LstmOnnxError);
  });

  it('gives a checkpoint or a typed error for every change of bytes', () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, (list) => {
        const changed = bytes.slice();
        for (const [at, value] of list) changed[at] = value;
        try {
          const { network, parameters: numbers } = decodeCheckpoint(changed);
          expect(() => encodeCheckpoint({ network, parameters: numbers })).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
