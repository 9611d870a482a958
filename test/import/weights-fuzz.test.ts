/** Readers of weights under at least 10,000 broken inputs each: a typed error or an answer, and nothing else. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/data/npy.js';
import type { LstmOnnxError } from '../../src/errors.js';
import { readNpz } from '../../src/import/npz.js';
import { readPyTorch } from '../../src/import/pytorch/read-pytorch.js';
import { readStateDict } from '../../src/import/state-dict.js';
import { readZip } from '../../src/import/zip.js';
import { cpuMilliseconds } from '../cpu-time.js';
import { bytesOf, dict, pickleOf, tensor, torchZipOf, zipOf } from './archives.js';
import { throwUnlessMeant } from './damage.js';

const RUNS = 10_000;
/** For one run: none of these inputs is large, so one that takes this long hangs. */
const SLOW_MS = 2000;

const prototype = Object.getOwnPropertyNames(Object.prototype).join();

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
});

/** Runs all 10,000 without a time limit that could cut them short; gives how many were answered. */
function fuzz(inputs: fc.Arbitrary<Uint8Array>, read: (bytes: Uint8Array) => unknown): number {
  let runs = 0;
  let answers = 0;
  fc.assert(
    fc.property(inputs, (bytes) => {
      runs++;
      const took = cpuMilliseconds(() => {
        try {
          read(bytes);
          answers++;
        } catch (error) {
          throwUnlessMeant(error);
          const { code } = error as LstmOnnxError;
          if (code !== 'E_INVALID_FILE' && code !== 'E_UNSUPPORTED') throw error;
        }
      });
      if (took > SLOW_MS) throw new Error(`took more than ${SLOW_MS} ms`);
    }),
    { numRuns: RUNS },
  );
  expect(runs).toBeGreaterThanOrEqual(RUNS);
  return answers;
}

/** The file with bytes overwritten, a piece repeated or taken out, or cut. */
function broken(...files: Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const interesting = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x28, 0x2e, 0x52, 0x71, 0x7d, 0x86);
  return fc.constantFrom(...files).chain((file) => {
    const place = fc.nat(file.length - 1);
    const edit = fc.oneof(
      fc.record({
        kind: fc.constant('set' as const),
        place,
        value: fc.oneof(interesting, fc.nat(255)),
        length: fc.constantFrom(1, 1, 1, 4, 8),
      }),
      fc.record({ kind: fc.constant('flip' as const), place, value: fc.nat(7), length: fc.constant(1) }),
      fc.record({
        kind: fc.constant('remove' as const),
        place,
        value: fc.constant(0),
        length: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({
        kind: fc.constant('repeat' as const),
        place,
        value: fc.nat(5),
        length: fc.integer({ min: 1, max: 40 }),
      }),
      fc.record({ kind: fc.constant('cut' as const), place, value: fc.constant(0), length: fc.constant(0) }),
    );
    return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
      let bytes = new Uint8Array(file);
      for (const { kind, place: wanted, value, length } of edits) {
        const at = Math.min(wanted, bytes.length);
        if (kind === 'set') bytes.fill(value, at, at + length);
        else if (kind === 'flip' && at < bytes.length) bytes[at]! ^= 1 << value;
        else if (kind === 'remove')
          bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
        else if (kind === 'repeat') {
          const piece = bytes.subarray(at, at + length);
          bytes = new Uint8Array(
            bytesOf(bytes.subarray(0, at), ...Array(value).fill(piece), bytes.subarray(at)),
          );
        } else if (kind === 'cut') bytes = bytes.slice(0, at);
      }
      return bytes;
    });
  });
}

function fixture(file: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/data/pytorch-files/${file}`, import.meta.url));
}

const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const smallPickle = pickleOf(dict({ w: tensor({}), b: tensor({ shape: [3], strides: [1], offset: 1 }) }));
const smallArray = encodeNpy({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
const text = new TextEncoder().encode('text and text and text and more text');

describe('under broken inputs', () => {
  it('readZip gives contents that pass their checksums, or a typed error', () => {
    const archives = [
      zipOf({ 'a/b': text, c: { bytes: text, isDeflated: true } }),
      zipOf({ c: { bytes: text, isDeflated: true, crc: 0 }, 'd/': new Uint8Array() }),
      fixture('zip-protocol-2.pt').slice(0),
    ];
    const answers = fuzz(broken(...archives), (bytes) => {
      for (const entry of readZip(bytes).values()) {
        if (entry.bytes().length !== entry.size) throw new Error(`${entry.name} has another size`);
      }
    });
    expect(answers).toBeGreaterThan(0); // comments and dates may be anything
  });

  it('readPyTorch gives weights or a typed error for broken zip files', () => {
    const files = ['zip-protocol-2.pt', 'deflated.pt', 'without-checksums.pt', 'views.pt', 'lightning.ckpt'];
    expect(
      fuzz(
        broken(...files.map(fixture)),
        readWeights((bytes) => readPyTorch(bytes).parameters),
      ),
    ).toBeGreaterThan(0);
  });

  it('readPyTorch gives weights or a typed error for broken pickles in whole zip files', () => {
    // Only the pickle is broken, and its checksum is right, so that every change reaches the pickle machine.
    const files = [
      'zip-protocol-4.pt',
      'model.pt',
      'views.pt',
      'parameters-with-attributes.pt',
      'lightning.ckpt',
    ];
    const whole = files.map((file) => readZip(fixture(file)));
    const pickles = whole.map((entries) =>
      [...entries].find(([name]) => name.endsWith('/data.pkl'))![1].bytes(),
    );
    const storages = new Map(pickles.map((pickle, index) => [pickle, storagesOf(whole[index]!)]));
    const inputs = fc
      .constantFrom(...pickles)
      .chain((pickle) => broken(pickle).map((bytes) => torchZipOf(bytes, storages.get(pickle))));
    expect(
      fuzz(
        inputs,
        readWeights((bytes) => readPyTorch(bytes).parameters),
      ),
    ).toBeGreaterThan(0);
    const small = broken(smallPickle).map((pickle) => torchZipOf(pickle, { 0: floats }));
    expect(
      fuzz(
        small,
        readWeights((bytes) => readPyTorch(bytes).parameters),
      ),
    ).toBeGreaterThan(0);
  });

  it('readPyTorch gives weights or a typed error for random opcodes', () => {
    const opcodes = [
      ...[
        0x28, 0x29, 0x2e, 0x30, 0x31, 0x32, 0x4b, 0x4e, 0x51, 0x52, 0x58, 0x5d, 0x61, 0x62, 0x63, 0x65, 0x68,
        0x71,
      ],
      ...[
        0x73, 0x74, 0x75, 0x7d, 0x81, 0x85, 0x86, 0x87, 0x88, 0x8c, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95,
      ],
    ];
    const parts = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...opcodes).map((opcode) => [opcode]) },
      { weight: 1, arbitrary: fc.nat(255).map((byte) => [byte]) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(tensor({}), dict({ a: 'N' }), [0x4b, 2], [0x68, 0], [0x71, 0]),
      },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('ccollections\nOrderedDict\n', 'ctorch._utils\n_rebuild_parameter\n')
          .map((name) => [...bytesOf(name)]),
      },
    );
    const inputs = fc
      .array(parts, { maxLength: 30 })
      .map((list) => torchZipOf(pickleOf(...list), { 0: floats }));
    fuzz(
      inputs,
      readWeights((bytes) => readPyTorch(bytes).parameters),
    );
  });

  it('readPyTorch gives weights or a typed error for broken legacy files', () => {
    const files = [
      'legacy-protocol-2.pt',
      'legacy-protocol-4.pt',
      'views-legacy.pt',
      'model-state-dict-legacy.pt',
    ];
    expect(
      fuzz(
        broken(...files.map(fixture)),
        readWeights((bytes) => readPyTorch(bytes).parameters),
      ),
    ).toBeGreaterThan(0);
  });

  it('readNpz gives weights or a typed error', () => {
    const archives = [
      zipOf({ 'a.npy': smallArray }),
      fixture('arrays-compressed.npz'),
      fixture('arrays-float16.npz'),
    ];
    expect(fuzz(broken(...archives), readWeights(readNpz))).toBeGreaterThan(0);
    const arrays = broken(smallArray).map((bytes) => zipOf({ 'a.npy': bytes, 'b.npy': smallArray }));
    expect(fuzz(arrays, readWeights(readNpz))).toBeGreaterThan(0);
  });

  it('readStateDict gives weights or a typed error for any format and for random bytes', () => {
    const files = [
      'float32.safetensors',
      'bfloat16.pt',
      'float64-legacy.pt',
      'arrays.npz',
      'module.pt',
      'intruder.pt',
    ];
    const starts = fc.constantFrom<number[]>(
      [0x80, 2],
      [0x50, 0x4b, 3, 4],
      [9, 0, 0, 0, 0, 0, 0, 0, 0x7b],
      [],
    );
    const random = fc
      .tuple(starts, fc.uint8Array({ maxLength: 200 }))
      .map(([start, rest]) => bytesOf(start, rest));
    expect(fuzz(fc.oneof(broken(...files.map(fixture)), random), readWeights(readStateDict))).toBeGreaterThan(
      0,
    );
  });
});

/** Checks what an answer must be, whatever the input: every tensor fills its shape. */
function readWeights(read: typeof readStateDict): (bytes: Uint8Array) => void {
  return (bytes) => {
    for (const [name, { shape, data }] of read(bytes)) {
      const size = shape.reduce((product, dim) => product * dim, 1);
      if (!(data instanceof Float32Array) || data.length !== size) throw new Error(`${name} is no tensor`);
    }
  };
}

function storagesOf(entries: ReturnType<typeof readZip>): Record<string, Uint8Array> {
  const storages = [...entries].filter(([name]) => /\/data\/\d+$/.test(name));
  return Object.fromEntries(
    storages.map(([name, entry]) => [name.slice(name.lastIndexOf('/') + 1), entry.bytes()]),
  );
}
