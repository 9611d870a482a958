/** What fails inside a reader without being meant to comes out as an error of this library, whichever reader is called. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as library from '../src/index.js';
import { allOf } from './data/text/all-of.js';
import { rejectionOf } from './files/rejection.js';

/** A file of which nothing can be taken, as where memory has run out. */
class Exhausted extends Uint8Array {
  override subarray(): never {
    throw new RangeError('Array buffer allocation failed');
  }
}

const network = library.defineNetwork({ x: library.float32('batch', 2) }, ({ x }) => ({
  y: library.linear('fc', x, 1),
}));
const parameters = library.initParameters(network, 1);
const checkpoint = library.encodeCheckpoint({ network, parameters });
const trainingState = library.encodeTrainingState({
  epoch: 1,
  parameters,
  generator: new library.Generator(1).state,
  optimizer: { step: 0, slots: new Map() },
});
const recording = library.encodeSafetensors(
  new Map([
    ['input.x', library.float32Array([1, 2], [1, 2])],
    ['output.y', library.float32Array([1, 1], [3])],
  ]),
);
const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, ...new Uint8Array(784));
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7);
const npy = library.encodeNpy(library.float32Array([2], [1, 2]));

const ofBytes: Record<string, [Uint8Array, (bytes: Uint8Array) => unknown]> = {
  decodeCheckpoint: [checkpoint, library.decodeCheckpoint],
  decodeTrainingState: [trainingState, library.decodeTrainingState],
  importModel: [checkpoint, (bytes) => library.importModel(bytes)],
  parseIdx: [idx, library.parseIdx],
  parseJsonLines: [new TextEncoder().encode('{"a": 1}\n'), (bytes) => allOf(library.parseJsonLines(bytes))],
  parseMnist: [idx, (images) => library.parseMnist({ images, labels })],
  parseNpy: [npy, library.parseNpy],
  parseSafetensors: [checkpoint, library.parseSafetensors],
  parseTable: [new TextEncoder().encode('a,b\n1,2\n'), library.parseTable],
  parseTaggedTexts: [
    new TextEncoder().encode('a\tX\n'),
    (bytes) => library.parseTaggedTexts(bytes, { token: 1, tag: 2 }),
  ],
  parseText: [new TextEncoder().encode('a\n'), library.parseText],
  readRecording: [recording, library.readRecording],
  readStateDict: [recording, library.readStateDict],
};
const ofText: Record<string, [string, (text: string) => unknown]> = {
  networkFromJson: [library.networkToJson(network), library.networkFromJson],
  parseCsv: ['1,2\n3,4', library.parseCsv],
  parseJsonArray: ['{"dims": [1, 2], "data": [1, 2]}', library.parseJsonArray],
  vocabularyFromJson: [
    library.vocabularyToJson(library.vocabulary(['a'], { tokens: 'characters' })),
    library.vocabularyFromJson,
  ],
};
/** Their readers of bytes are those above. */
const ofFiles = [
  'importFile',
  'readArray',
  'readFile',
  'readJsonLines',
  'readTable',
  'readTaggedTexts',
  'readText',
  'readTextFolder',
];

const fault = {
  name: 'LstmOnnxError',
  code: 'E_INTERNAL',
  message: expect.stringMatching(
    /^Reading .* failed by a fault .*RangeError: Array buffer allocation failed/,
  ),
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('readers', () => {
  it('are all listed here', () => {
    const readers = Object.keys(library).filter((name) => /^(decode|import|parse|read)|FromJson/.test(name));
    const listed = [...Object.keys(ofBytes), ...Object.keys(ofText), ...ofFiles];
    // decodeText reads no file.
    expect(readers.toSorted()).toEqual([...listed, 'decodeText'].toSorted());
  });

  it.each(Object.entries(ofBytes))('tell a fault of their own: %s', async (_, [bytes, read]) => {
    await read(bytes);
    expect(await rejectionOf((async () => read(new Exhausted(bytes)))())).toMatchObject(fault);
  });

  it.each(Object.entries(ofText))('tell a fault of their own: %s', (_, [text, read]) => {
    read(text);
    // A function that may be called with new, as a constructor is.
    function fail(): never {
      throw new RangeError('Array buffer allocation failed');
    }
    vi.spyOn(globalThis, 'Float64Array').mockImplementation(fail);
    vi.spyOn(JSON, 'parse').mockImplementation(fail);
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    vi.restoreAllMocks();
    expect(thrown).toMatchObject(fault);
  });
});
