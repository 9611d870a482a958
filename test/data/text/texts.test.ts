/** Texts from tables, JSON lines and objects; plain texts; splits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTable } from '../../../src/data/table/parse-table.js';
import { type JsonLines, parseJsonLines } from '../../../src/data/text/json-lines.js';
import { labelledTexts } from '../../../src/data/text/labelled-texts.js';
import { parseText } from '../../../src/data/text/plain-text.js';
import { splitSamples } from '../../../src/data/text/split-samples.js';
import { textPairs } from '../../../src/data/text/text-pairs.js';
import { LstmOnnxError } from '../../../src/errors.js';
import { rejectionOf } from '../../files/rejection.js';
import { failureOf } from '../failure.js';
import { allOf } from './all-of.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian = false) => {
  const data = new DataView(new ArrayBuffer(2 + 2 * text.length));
  data.setUint16(0, 0xfeff, !bigEndian);
  for (let i = 0; i < text.length; i++) data.setUint16(2 + 2 * i, text.charCodeAt(i), !bigEndian);
  return new Uint8Array(data.buffer);
};
async function* inPieces(whole: Uint8Array, size: number) {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}
const textsOf = (notes: readonly { readonly text: string }[]) => notes.map(({ text }) => text);
const valuesOf = async (lines: JsonLines) => (await allOf(lines)).map(({ value }) => value);

describe('a plain text', () => {
  it.each<[string, Uint8Array, string[]]>([
    ['UTF-8', bytes('zwölf\nBoxkämpfer'), []],
    ['UTF-8 with a byte order mark', bytes('\ufeffzwölf\nBoxkämpfer'), []],
    ['UTF-16', utf16('zwölf\nBoxkämpfer'), ['The text is UTF-16LE, as its byte order mark says.']],
    [
      'UTF-16, big end first',
      utf16('zwölf\nBoxkämpfer', true),
      ['The text is UTF-16BE, as its byte order mark says.'],
    ],
    [
      'Windows line ends',
      bytes('zwölf\r\nBoxkämpfer'),
      ['1 line ended in a carriage return; all end in \\n now.'],
    ],
    [
      'those of old Macs',
      bytes('zwölf\rBoxkämpfer'),
      ['1 line ended in a carriage return; all end in \\n now.'],
    ],
  ])('is the same from %s', async (_, source, said) => {
    for (const from of [source, inPieces(source, 1), inPieces(source, 7)]) {
      const { text, notes } = await parseText(from);
      expect(text).toBe('zwölf\nBoxkämpfer');
      expect(textsOf(notes)).toEqual(said);
    }
  });

  it('is refused where the bytes are no text of the encoding, with the option that decides', async () => {
    const latin = Uint8Array.of(0x67, 0x72, 0xfc, 0xdf, 0x65);
    expect(await rejectionOf(parseText(latin))).toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/not utf-8 text.*encoding: 'windows-1252'/),
    });
    const third = Uint8Array.of(...bytes('eins\r\nzwei\n'), ...latin);
    for (const source of [third, inPieces(third, 3)])
      expect((await rejectionOf(parseText(source))).message).toMatch(/^After line 2 there are bytes/);
    expect((await parseText(latin, { encoding: 'windows-1252' })).text).toBe('grüße');
    expect((await rejectionOf(parseText(bytes('a\0b')))).message).toMatch(/null characters/);
  });
});

describe('a source that fails', () => {
  // biome-ignore lint/correctness/useYield: it fails before
  async function* failing(): AsyncGenerator<Uint8Array> {
    throw new Error('the disk is gone');
  }
  const stream = () =>
    new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('the disk is gone')) });

  it.each([failing, stream])('is no fault of the reader, from %o', async (source) => {
    const expected = { code: 'E_FILE_READ', message: 'The source of the bytes failed: the disk is gone' };
    expect(await rejectionOf(parseText(source()))).toMatchObject(expected);
    expect(await rejectionOf(parseTable(source()))).toMatchObject(expected);
    expect(await rejectionOf(allOf(parseJsonLines(source())))).toMatchObject(expected);
  });
});

describe('JSON lines', () => {
  it('are read whatever the pieces and the line ends', async () => {
    const text = '{"a": "ü\\r\\n1"}\r\n\n{"a": "2"}\r{"a": "3"}\n  \n{"a": "4"}';
    for (const source of [bytes(text), bytes(`\ufeff${text}`), utf16(text)]) {
      for (const size of [1, 2, 3, 5, 1000]) {
        const lines = parseJsonLines(inPieces(source, size));
        const read = await allOf(lines);
        expect(read.map(({ value }) => value.a)).toEqual(['ü\r\n1', '2', '3', '4']);
        expect(read.map(({ line }) => line)).toEqual([1, 3, 4, 6]);
        expect(textsOf(lines.notes)).toContain('2 blank lines left out.');
      }
    }
  });

  it('are what was written, for any objects', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(objects, fc.integer({ min: 1, max: 40 }), async (values, size) => {
        const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
        const read = await valuesOf(parseJsonLines(inPieces(bytes(lines), size)));
        expect(read.map((value) => JSON.stringify(value))).toEqual(
          values.map((value) => JSON.stringify(value)),
        );
      }),
    );
  });

  it('that are damaged give objects or an error that names the line, never another error', async () => {
    const whole = bytes(
      '{"text": "one", "label": "a"}\n{"text": "two", "label": "b", "n": [1, {"x": null}]}\n',
    );
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), cut: fc.nat(whole.length) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = whole.slice(0, Math.max(...changes.map(({ cut }) => cut)));
        for (const { at, byte } of changes) damaged[at] = byte;
        try {
          for (const value of await valuesOf(parseJsonLines(damaged))) expect(value).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(LstmOnnxError);
          expect(error).toMatchObject({
            code: 'E_INVALID_FILE',
            message: expect.stringMatching(/line \d|null char/i),
          });
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, string, RegExp]>([
    ['a line that is no JSON', '{"a": 1}\n{"a": }\n', /^Line 2 is not JSON/],
    ['a line that is a list', '{"a": 1}\n\n[1]\n', /^Line 3 holds an array; expected an object/],
    ['a line that is cut off', '{"a": 1}\n{"a": "x', /^Line 2 is not JSON/],
    ['a list', '[\n{"a": 1}\n]', /is a JSON list/],
    ['a line without an end', `{"a": "${'x'.repeat(2 ** 21)}"}`, /^Line 1 has more than 2097152/],
    ['many brackets', `{"a": ${'['.repeat(5000)}`, /^Line 1 is nested deeper than 1000/],
  ])('are refused for %s', async (_, text, message) => {
    const failure = await rejectionOf(valuesOf(parseJsonLines(bytes(text))));
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(message);
  });
});

const names = { text: 'text', label: 'label' };
const csv = 'id,text,label\n1,buy now,spam\n2,"see you, then",ham\n3,,ham\n4,win,spam\n5,  ,spam\n6,hello,\n';

describe('labelled texts', () => {
  const expected = {
    texts: ['buy now', 'see you, then', 'win'],
    labels: Int32Array.of(1, 0, 1),
    classes: ['ham', 'spam'],
  };

  it('are the same from a table, JSON lines and objects, and say what was left out', async () => {
    const table = await parseTable(bytes(csv));
    const objects = csv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => /^\d,"?(.*?)"?,(\w*)$/.exec(line)!)
      .map(([, text, label]) => ({ text: text || null, label: label || null }));
    const lines = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
    for (const source of [table, parseJsonLines(bytes(lines)), objects]) {
      const { notes, ...read } = await labelledTexts(source, names);
      expect(read).toEqual(expected);
      expect(textsOf(notes).slice(-3)).toEqual([
        '2 empty texts left out.',
        '1 text without a class left out.',
        "With a single text, which cannot be both learned from and tested on: 'ham'.",
      ]);
    }
  });

  it('have classes of numbers in their order, and classes that are given in theirs', async () => {
    const objects = ['10', '2', 1].map((label) => ({ text: 'x', label }));
    expect((await labelledTexts(objects, names)).classes).toEqual(['1', '2', '10']);
    const classes = ['2', '10', '1', '7'];
    const given = await labelledTexts(objects, { ...names, classes });
    expect([...given.labels]).toEqual([1, 0, 2]);
    expect(textsOf(given.notes)).toContain("Without a text: '7'.");
  });

  it.each<[string, object[], object, string, RegExp]>([
    [
      'an empty text, where told',
      [{ text: ' ', label: 'a' }],
      { empty: 'refuse' },
      'E_INVALID_FILE',
      /record 1 has no text/,
    ],
    [
      'a class with too few',
      [{ text: 'x', label: 'a' }],
      { minExamples: 2 },
      'E_INVALID_FILE',
      /'a' has 1 text; expected at least 2/,
    ],
    [
      'another class',
      [{ text: 'x', label: 'b' }],
      { classes: ['a'] },
      'E_INVALID_FILE',
      /the class 'b'; the classes are 'a'/,
    ],
    ['no texts', [{ text: '', label: 'a' }], {}, 'E_INVALID_FILE', /no text with a class/],
    [
      'a number as text',
      [{ text: 5, label: 'a' }],
      {},
      'E_INVALID_FILE',
      /'text' of record 1 is the number 5/,
    ],
    [
      'another field',
      [{ txt: 'x', label: 'a' }],
      {},
      'E_UNKNOWN_NAME',
      /no field 'text'; its fields are 'txt', 'label'/,
    ],
  ])('are refused for %s', async (_, objects, options, code, message) => {
    const failure = await rejectionOf(labelledTexts(objects, { ...names, ...options }));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it('are none where a number as class is missing, as in a table', async () => {
    const objects = [
      { text: 'x', label: 1 },
      { text: 'y', label: Number.NaN },
    ];
    expect(await labelledTexts(objects, names)).toMatchObject({ texts: ['x'], classes: ['1'] });
  });

  it('are refused from what reads other things one by one', async () => {
    async function* objects() {
      yield { text: 'x', label: 'a' };
    }
    const source = objects() as unknown as JsonLines;
    expect(await rejectionOf(labelledTexts(source, names))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('got an object with text, label; expected { value, line } of each'),
    });
  });

  it('say which option reads a column as text', async () => {
    const table = await parseTable(bytes('text,label\n1,a\n2,b\n'));
    expect((await rejectionOf(labelledTexts(table, names))).message).toMatch(
      /read as numbers; read the table with columns: \{ "text": 'text' \}/,
    );
    expect((await rejectionOf(labelledTexts(table, { ...names, text: 'txt' }))).code).toBe('E_UNKNOWN_NAME');
  });
});

describe('pairs of texts', () => {
  it('are those that have both', async () => {
    const table = await parseTable(bytes('en,de\ncat,Katze\ndog,\n,Maus\nred,rot\n'));
    const { sources, targets, notes } = await textPairs(table, { source: 'en', target: 'de' });
    expect([sources, targets]).toEqual([
      ['cat', 'red'],
      ['Katze', 'rot'],
    ]);
    expect(textsOf(notes)).toContain('2 pairs with an empty text left out.');
    const strict = { source: 'en', target: 'de', empty: 'refuse' } as const;
    expect((await rejectionOf(textPairs(table, strict))).message).toMatch(/line 3 lacks a text/);
  });
});

describe('a split', () => {
  const data = (labels: number[]) => ({
    texts: labels.map((_, i) => `text ${i}`),
    labels: Int32Array.from(labels),
    classes: ['a', 'b', 'c'],
    notes: [],
  });

  it('has every text in exactly one part, and each class its share', () => {
    const cases = fc.record({
      labels: fc.array(fc.nat(2), { minLength: 5, maxLength: 200 }),
      validation: fc.double({ min: 0.05, max: 0.4, noNaN: true }),
      test: fc.double({ min: 0.05, max: 0.3, noNaN: true }),
      seed: fc.nat(),
      stratified: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ labels, ...options }) => {
        const whole = data(labels);
        const parts = splitSamples(whole, options);
        const { train, validation, test } = parts;
        const all = [train, validation, test].flatMap(({ texts }) => texts);
        expect([...all].sort()).toEqual([...whole.texts].sort());
        for (const { texts, labels: own } of [train, validation, test]) {
          expect([...own]).toEqual(texts.map((text) => labels[Number(text.slice(5))]));
        }
        expect(splitSamples(whole, options)).toEqual(parts);
        if (!options.stratified) {
          expect(validation.texts).toHaveLength(Math.max(Math.round(options.validation * labels.length), 1));
          return;
        }
        for (const label of new Set(labels)) {
          const count = (part: { readonly labels: Iterable<number> }) =>
            [...part.labels].filter((each) => each === label).length;
          expect(count(train)).toBeGreaterThan(0);
          const share = (validation.texts.length * count(whole)) / labels.length;
          expect(Math.abs(count(validation) - share)).toBeLessThan(2);
        }
      }),
    );
  });

  it('differs by the seed, and is of pairs without classes', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const split = (seed: number) => splitSamples(data(labels), { test: 10, seed }).test;
    expect(split(1).texts).toHaveLength(10);
    expect(split(1)).not.toEqual(split(2));
    const pairs = { sources: ['a', 'b', 'c'], targets: ['A', 'B', 'C'], notes: [] };
    const { train, validation, test } = splitSamples(pairs, { test: 1 });
    expect([train.sources.length, validation.sources.length, test.sources.length]).toEqual([2, 0, 1]);
    expect(test.targets[0]).toBe(test.sources[0]!.toUpperCase());
    expect(failureOf(() => splitSamples(pairs, { test: 1, stratified: true })).message).toMatch(
      /pairs have none/,
    );
    expect(failureOf(() => splitSamples(pairs, { test: 3 })).message).toMatch(/3 of 3 texts are held back/);
  });
});
