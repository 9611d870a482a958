/** Vocabularies: which tokens, in which order, and texts as their ids and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../../src/export/export.js';
import * as lo from '../../../src/index.js';
import { failureOf } from '../failure.js';

const { decodeText, encodeText, encodeTexts, vocabulary } = lo;
const words = (texts: string[], options: Partial<lo.VocabularyOptions> = {}) =>
  vocabulary(texts, { tokens: 'words', ...options });

describe('a vocabulary', () => {
  it('has the tokens from the most frequent on, and equals in the order in which they come', () => {
    const { tokens, special } = words(['b a c', 'c a', 'd']);
    expect(tokens).toEqual(['<pad>', '<unk>', 'a', 'c', 'b', 'd']);
    expect(special).toEqual({ padding: 0, unknown: 1 });
  });

  it('cuts words at white space, keeps apostrophes inside, and takes all other characters one by one', () => {
    const options = { padding: false, unknown: false };
    const text = "Don't stop - l’été 3.5 naïve 日本語!? 'x'";
    expect(words([text], options).tokens).toEqual([
      "'",
      "Don't",
      'stop',
      '-',
      'l’été',
      '3',
      '.',
      '5',
      'naïve',
      '日本語',
      '!',
      '?',
      'x',
    ]);
  });

  it('takes what stands between spaces as it is', () => {
    const phones = vocabulary(['R EH1 D', ' R\tIY1  D\u00a0'], { tokens: 'spaces' });
    expect(phones.tokens.slice(2)).toEqual(['R', 'D', 'EH1', 'IY1']);
    expect(decodeText(phones, encodeText(phones, 'R IY1 D'))).toBe('R IY1 D');
    expect([...encodeText(phones, 'r')]).toEqual([1]);
    expect(lo.vocabularyFromJson(lo.vocabularyToJson(phones))).toEqual(phones);
  });

  it('is limited by count and by size, in lower case where wanted', () => {
    const text = ['the The THE cat cat dog'];
    expect(words(text, { lowercase: true, minCount: 2 }).tokens.slice(2)).toEqual(['the', 'cat']);
    expect(words(text, { lowercase: true, maxSize: 3 }).tokens).toEqual(['<pad>', '<unk>', 'the']);
    expect(words(text, { minCount: 2 }).tokens.slice(2)).toEqual(['cat']);
  });

  it('has start and end where they are wanted, under any name', () => {
    const { tokens, special } = words(['a'], { padding: false, unknown: '?', start: true, end: '<end>' });
    expect(tokens).toEqual(['?', '<s>', '<end>', 'a']);
    expect(special).toEqual({ unknown: 0, start: 1, end: 2 });
  });

  it('takes tokens of your own', () => {
    const own = vocabulary(['a,b', 'b'], { tokens: (text) => text.split(',') });
    expect(own.tokens.slice(2)).toEqual(['b', 'a']);
    expect([...encodeText(own, ['a', 'b', 'c'])]).toEqual([3, 2, 1]);
    expect(failureOf(() => encodeText(own, 'a,b')).message).toMatch(/list of its tokens/);
    // Its name stands for no text: a token that is called so is not known.
    expect([...encodeText(own, ['<pad>'])]).toEqual([1]);
  });

  it.each<[string, () => unknown, string, RegExp]>([
    ['no tokens', () => words(['', ' ']), 'E_INVALID_OPTION', /none is left/],
    ['tokens that are all rare', () => words(['a b'], { minCount: 2 }), 'E_INVALID_OPTION', /of 2 different/],
    ['no room beside the special ones', () => words(['a'], { maxSize: 2 }), 'E_INVALID_OPTION', /maxSize/],
    ['a text as a list of its letters', () => words('abc' as never), 'E_INVALID_OPTION', /list of texts/],
    ['one name for two', () => words(['a'], { padding: 'x', unknown: 'x' }), 'E_DUPLICATE_NAME', /the same/],
    [
      'the name of a token of the texts',
      () => words(['a'], { unknown: 'a' }),
      'E_DUPLICATE_NAME',
      /'a' is a token/,
    ],
    ['other tokens', () => words(['a'], { tokens: 'bytes' as never }), 'E_INVALID_OPTION', /characters/],
  ])('is not made of %s', (_, make, code, message) => {
    const failure = failureOf(make);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });
});

describe('a text', () => {
  it('of characters is the same after ids and back', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.boolean(), (texts, marked) => {
        const known = vocabulary(texts, { tokens: 'characters', unknown: false, start: marked, end: marked });
        for (const each of texts) {
          expect(decodeText(known, encodeText(known, each, { start: marked, end: marked }))).toBe(each);
        }
      }),
    );
  });

  it('with a token that is not known has the id of unknown, and is refused without one', () => {
    expect([...encodeText(words(['a b']), 'b z a')]).toEqual([3, 1, 2]);
    const strict = vocabulary(['Strase'], { tokens: 'characters', unknown: false });
    expect(failureOf(() => encodeText(strict, 'Straße'))).toMatchObject({
      code: 'E_UNKNOWN_NAME',
      message: expect.stringMatching(/the text has the token 'ß' at place 4 \(near 'Straße'\)/),
    });
    expect(failureOf(() => encodeTexts(strict, ['S', 'X'])).message).toMatch(
      /text 1 has the token 'X' at place 0/,
    );
    const strictWords = words(['win a prize'], { unknown: false });
    expect(failureOf(() => encodeText(strictWords, 'win two prize')).message).toMatch(/near 'win two prize'/);
  });

  it('ends at its first end token; padding and start are left out, unknown is said', () => {
    const known = words(['a b'], { start: true, end: true });
    expect(decodeText(known, [2, 4, 1, 5, 3, 4, 0])).toBe('a <unk> b');
    expect(failureOf(() => decodeText(known, [6])).message).toMatch(/ids\[0\] is 6; expected 0 to 5/);
    expect(failureOf(() => decodeText(known, [-1])).code).toBe('E_INVALID_OPTION');
    expect(failureOf(() => encodeText(words(['a']), 'a', { end: true })).message).toMatch(/no end token/);
  });
});

describe('ids', () => {
  it('of int64 are read as numbers are, and what is no id is refused', () => {
    const known = words(['a'], { end: true });
    expect(decodeText(known, BigInt64Array.of(0n, 3n, 2n, 3n))).toBe('a');
    expect(failureOf(() => decodeText(known, ['length'] as unknown as number[])).message).toMatch(
      /ids\[0\] is length; expected 0 to 3/,
    );
  });
});

describe('start and end', () => {
  const known = words(['a'], { start: true, end: true });

  it('are no tokens of a text', () => {
    expect(failureOf(() => encodeTexts(known, ['a', ' '], { start: true, end: true })).message).toMatch(
      /text 1 has no tokens/,
    );
    expect(
      failureOf(() => encodeTexts(known, ['a a'], { start: true, end: true, maxLength: 2, tooLong: 'cut' }))
        .message,
    ).toMatch(/maxLength is 2, .* give at least 3/);
  });

  it('are wanted or not', () => {
    const given = { end: 'no' } as unknown as lo.EncodeOptions;
    expect(failureOf(() => encodeTexts(known, ['a'], given)).message).toMatch(
      /end got the text 'no'; expected true/,
    );
    expect(failureOf(() => encodeText(known, 'a', given)).message).toMatch(
      /end got the text 'no'; expected true/,
    );
  });
});

describe('many texts', () => {
  const known = words(['a b c d'], { end: true });

  it('come with the count of unknown tokens, said once', () => {
    const { sequences, tokens, unknown, notes } = encodeTexts(known, ['a x', 'y b c']);
    expect(sequences.map((ids) => [...ids])).toEqual([
      [3, 1],
      [1, 4, 5],
    ]);
    expect([tokens, unknown]).toEqual([5, 2]);
    expect(notes).toEqual([{ text: '2 of 5 tokens (40.0 %) are not in the vocabulary.', count: 2 }]);
  });

  it('that are too long are refused, or cut and said; an end stays', () => {
    const long = ['a b c d', 'a'];
    expect(failureOf(() => encodeTexts(known, long, { maxLength: 3 })).message).toMatch(
      /text 0 has 4 tokens; expected at most 3/,
    );
    const cut = encodeTexts(known, long, { maxLength: 3, tooLong: 'cut', end: true });
    expect(cut.sequences.map((ids) => [...ids])).toEqual([
      [3, 4, 2],
      [3, 2],
    ]);
    expect(cut.notes).toEqual([{ text: '1 text cut after 3 tokens.', count: 1 }]);
  });

  it('are refused where one has no tokens', () => {
    expect(failureOf(() => encodeTexts(known, ['a', ' '])).message).toMatch(/text 1 has no tokens/);
  });
});

describe('a vocabulary in JSON', () => {
  it('is what it was, whatever its tokens are', () => {
    const texts = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 });
    fc.assert(
      fc.property(texts, (given) => {
        const known = vocabulary(given, { tokens: 'characters', end: true });
        expect(lo.vocabularyFromJson(lo.vocabularyToJson(known))).toEqual(known);
      }),
    );
  });

  it('is kept by models and checkpoints, by the name of the input', async () => {
    const known = vocabulary(['grüße 🙂\ud800'], { tokens: 'characters' });
    const network = lo.defineNetwork({ tokens: lo.int32('batch', 'time') }, ({ tokens }) => ({
      x: lo.embedding('emb', tokens, { numEmbeddings: known.tokens.length, embeddingDim: 2 }),
    }));
    const vocabularies = { tokens: known };
    const parameters = lo.initParameters(network, 1);
    const onnx = exportOnnx(network, parameters, { vocabularies });
    await using model = await lo.Model.load(onnx, { providers: ['cpu'] });
    expect(lo.vocabulariesOf(model.metadata)).toEqual({ tokens: known });
    expect(lo.vocabulariesOf(new Map())).toEqual({});
    // As checkpoints and imported models keep it.
    expect((await lo.importModel(onnx)).info).toEqual({ vocabularies });
    const checkpoint = lo.encodeCheckpoint({ network, parameters, info: { vocabularies } });
    expect(lo.decodeCheckpoint(checkpoint).info).toEqual({ vocabularies });
    expect((await lo.importModel(checkpoint)).info).toEqual({ vocabularies });
    const wrong = { vocabularies: { tokens: ['a'] } } as never;
    expect(failureOf(() => exportOnnx(network, parameters, wrong)).message).toMatch(
      /vocabularies: 'tokens' got an array/,
    );
    const elsewhere = { vocabularies: { token: known } };
    for (const write of [
      () => exportOnnx(network, parameters, elsewhere),
      () => lo.encodeCheckpoint({ network, parameters, info: elsewhere }),
    ])
      expect(failureOf(write)).toMatchObject({
        code: 'E_UNKNOWN_NAME',
        message: expect.stringMatching(
          /vocabularies has 'token'; .* inputs and outputs, which are tokens, x/,
        ),
      });
  });

  const json = JSON.parse(lo.vocabularyToJson(words(['a b']))) as Record<string, unknown>;
  it.each<[string, object | string, RegExp]>([
    ['that is cut off', '{"kind": "vocab', /not JSON/],
    ['of a later version', { ...json, version: 2 }, /version/],
    ['with another field', { ...json, ids: [] }, /a field 'ids'/],
    ['with a token twice', { ...json, tokens: ['<pad>', '<unk>', 'a', 'a'] }, /a token is there twice/],
    [
      'with an id past its tokens',
      { ...json, special: { unknown: 9 } },
      /special.unknown is the number 9, and the ids are 0 to 3/,
    ],
    ['with one id for two', { ...json, special: { padding: 0, end: 0 } }, /have one id/],
    ['with padding elsewhere', { ...json, special: { padding: 1 } }, /special.padding/],
  ])('%s is refused', (_, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const failure = failureOf(() => lo.vocabularyFromJson(text));
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(message);
  });
});
