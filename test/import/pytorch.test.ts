import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { importModel } from '../../src/import/import-model.js';
import { readPyTorch } from '../../src/import/pytorch/read-pytorch.js';
import { readStateDict } from '../../src/import/state-dict.js';
import { failureOf } from '../data/failure.js';
import { loadJson } from '../fixtures.js';
import { dict, pickleOf, tensor, torchZipOf } from './archives.js';

interface Cases {
  readonly read: readonly { readonly file: string; readonly expected: string }[];
  readonly refused: readonly { readonly file: string; readonly code: string }[];
}

const cases = loadJson<Cases>('pytorch-files/cases');

function fixtureBytes(file: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/data/pytorch-files/${file}`, import.meta.url));
}

/** What the message must say, beside the code. */
const reasons: Readonly<Record<string, RegExp>> = {
  'big-endian.pt': /byte order "big".*little-endian/,
  'objects.npz': /array "x".*"\|O"/,
  'integers.npz': /no weights.*"x"/,
  'module.pt':
    /whole pickled module of class "pytorch_files\.Classifier".*torch\.save\(model\.state_dict\(\), 'model\.pt'\)/,
  'module-legacy.pt':
    /whole pickled module of class "pytorch_files\.Classifier".*torch\.save\(model\.state_dict\(\)/,
  'module-in-checkpoint.pt': /whole pickled module of class "pytorch_files\.Classifier"/,
  'lstm-module.pt': /whole pickled module of class "torch\.nn\.modules\.rnn\.LSTM"/,
  'intruder.pt': /names "posix\.system".*nothing was run/,
  'intruder-legacy.pt': /names "posix\.system".*nothing was run/,
  'list.pt': /a list of 11/,
  'tensor.pt': /a tensor of float32 \[2, 4\]/,
  'nothing.pt': /None/,
  'several.pt': /several dicts of weights with a recurrent layer, "generator", "discriminator"/,
  'counters.pt': /no state dict of floating-point weights.*steps: a tensor of int64 \[3\]/,
  'complex.pt': /"x" is of type complex64/,
  'float8.pt': /"x" is of type float8_e4m3fn/,
  'quantized.pt': /"x" is rebuilt by "torch\._utils\._rebuild_qtensor".*dequantize/,
  'quantized-dynamic.pt': /is quantized: "lstm\._all_weight_values\.0\.param".*before quantize_dynamic/,
  'quantized-dynamic-lstm.pt': /is quantized: "lstm\._all_weight_values\.0\.param".*before quantize_dynamic/,
  'sparse.pt': /"x" is rebuilt by "torch\._utils\._rebuild_sparse_tensor".*to_dense/,
  'torchscript.pt': /TorchScript.*torch\.jit\.load\('model\.pt'\)\.state_dict\(\)/,
  'plain-pickle.pkl': /not written by torch\.save/,
};

describe('readStateDict', () => {
  it.each(cases.read)('reads $file with every number as PyTorch has it', ({ file, expected }) => {
    const weights = readStateDict(fixtureBytes(file));
    const wanted = parseSafetensors(fixtureBytes(`${expected}.safetensors`)).tensors;
    expect([...weights.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [name, { shape, data }] of wanted) {
      expect(weights.get(name)?.shape, name).toEqual(shape);
      // Not toBeCloseToArray: float32 holds every one of these exactly, the sign of zero included.
      expect(Array.from(weights.get(name)?.data ?? []), name).toEqual(Array.from(data, Number));
    }
  });

  it.each(cases.refused)('refuses $file for what it is', ({ file, code }) => {
    const failure = failureOf(() => readStateDict(fixtureBytes(file)));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(reasons[file] ?? /a reason that the table above must name/);
  });

  it('keeps the order of the state dict', () => {
    const names = [...readStateDict(fixtureBytes('zip-protocol-2.pt')).keys()];
    expect(names.slice(0, 5)).toEqual([
      'lstm.weight_ih_l0',
      'lstm.weight_hh_l0',
      'lstm.bias_ih_l0',
      'lstm.bias_hh_l0',
      'norm.weight',
    ]);
    expect([...readStateDict(fixtureBytes('legacy-protocol-2.pt')).keys()]).toEqual(names);
  });

  it('takes off the prefixes of wrappers, which the file itself has', () => {
    const bytes = fixtureBytes('compiled-parallel.pt');
    expect([...readPyTorch(bytes).parameters.keys()][0]).toBe('_orig_mod.module.lstm.weight_ih_l0');
    expect([...readStateDict(bytes).keys()][0]).toBe('lstm.weight_ih_l0');
  });

  it('gives tensors that share a storage memory of their own', () => {
    const weights = readStateDict(fixtureBytes('views.pt'));
    const first = weights.get('tied.first')!.data;
    const second = weights.get('tied.second')!.data;
    const before = second[0];
    first[0] = 99;
    expect(second[0]).toBe(before);
  });

  it('reads from a part of a larger buffer, at an odd offset', () => {
    const file = fixtureBytes('float16.pt');
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 3);
    const weights = readStateDict(larger.subarray(3, 3 + file.length));
    expect(weights).toEqual(readStateDict(file));
  });

  it.each([
    ['nothing', new Uint8Array(), /is empty/],
    ['HDF5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /HDF5/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip/],
    [
      'one .npy array',
      readFileSync(new URL('../../fixtures/npy/float32.npy', import.meta.url)),
      /a NumPy \.npy array; numpy\.savez/,
    ],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'), /Git LFS/],
    ['anything else', Uint8Array.of(8, 9, 0x3a, 1), /its bytes start with 08 09 3a 01.*\.safetensors/],
    ['a tar file, as PyTorch wrote before 0.1.10', tarFile(), /tar archive.*0\.1\.10.*torch\.save/],
  ])('says what a file is that starts as %s', (_, bytes, message) => {
    const failure = failureOf(() => readStateDict(bytes));
    expect(failure.code).toBe('E_UNSUPPORTED');
    expect(failure.message).toMatch(message);
  });
});

/** A file of dicts of weights under the given keys, each an LSTM of one feature, beside other values. */
function fileOf(keys: readonly string[], beside: Readonly<Record<string, string | readonly number[]>> = {}) {
  const columns = (rows: number) => tensor({ shape: [rows, 1], strides: [1, 1] });
  const weights = dict({
    'lstm.weight_ih_l0': columns(4),
    'lstm.weight_hh_l0': columns(4),
    'fc.weight': columns(2),
  });
  const dicts = Object.fromEntries(keys.map((key) => [key, weights]));
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  return torchZipOf(pickleOf(dict({ ...dicts, ...beside })), { 0: floats });
}

describe('a checkpoint of several state dicts', () => {
  it.each([
    [['model', 'ema'], 'model', '"ema"'],
    [['ema', 'model'], 'model', '"ema"'],
    [['model', 'best_model'], 'model', '"best_model"'],
    [['model', 'ema', 'swa'], 'model', '"ema", "swa"'],
    [['state_dict', 'best_state_dict'], 'state_dict', '"best_state_dict"'],
  ])('with copies is read with a note on which it took: %j', async (keys, taken, others) => {
    const { notes } = await importModel(fileOf(keys));
    expect(notes.slice(0, 2).map(({ text }) => text)).toEqual([
      expect.stringContaining(`weights in "${taken}" are meant, and left aside those in ${others};`),
      expect.stringMatching(/assumed the network: /),
    ]);
    expect(notes[0]!.text).toMatch(/torch\.save\(torch\.load\('model\.pt'\)\["\w+"\], 'one\.pt'\)/);
  });

  it('with a network that is none of an LSTM is read with a note on that', async () => {
    const critic = dict({ 'critic.weight': tensor({}) });
    const { notes } = await importModel(fileOf(['model'], { critic }));
    expect(notes[0]!.text).toMatch(/in "model" are meant, and left aside those in "critic"/);
  });

  it('with optimizers, averages of data and the like beside it is read without a word on them', async () => {
    const optimizer = dict({ state: dict({ 'fc.weight': dict({ exp_avg: tensor({}) }) }) });
    const scaler = dict({ mean: tensor({}), std: tensor({}) });
    const { notes } = await importModel(fileOf(['model'], { optimizer, scaler }));
    expect(notes[0]!.text).toMatch(/assumed the network: /);
  });

  it('is the one with a cell, whatever else has a usual name or is a copy', () => {
    const columns = tensor({ shape: [3, 1], strides: [1, 1] });
    const cell = dict({ 'g.weight_ih': columns, 'g.weight_hh': columns });
    const bytes = { 0: new Uint8Array(16) };
    const beside = torchZipOf(pickleOf(dict({ model: dict({ scale: tensor({}) }), mynet: cell })), bytes);
    expect([...readStateDict(beside).keys()]).toEqual(['g.weight_ih', 'g.weight_hh']);
    const copied = torchZipOf(pickleOf(dict({ encoder: cell, ema: cell })), bytes);
    expect([...readStateDict(copied).keys()]).toEqual(['g.weight_ih', 'g.weight_hh']);
  });

  it.each([[['student', 'teacher']], [['ema', 'best']]])(
    'of which any may be meant is refused: %j',
    (keys) => {
      const failure = failureOf(() => readStateDict(fileOf(keys)));
      expect(failure.code).toBe('E_UNSUPPORTED');
      expect(failure.message).toContain(
        `a recurrent layer, "${keys[0]}", "${keys[1]}", of which only one can be meant`,
      );
      expect(failure.message).toContain(`torch.load('model.pt')["${keys[0]}"]`);
    },
  );
});

function tarFile(): Uint8Array {
  const bytes = new Uint8Array(1024);
  bytes.set(new TextEncoder().encode('sys_info'));
  bytes.set(new TextEncoder().encode('ustar'), 257);
  return bytes;
}
