/** Which of many samples are judged where all would take too long. */
import { afterAll, expect, it } from 'vitest';
import * as lo from '../../src/index.js';
import { captionerMetadata } from '../../src/tasks/captioner-metadata.js';
import { captionerScores } from '../../src/tasks/captioner-scores.js';
import { evenlySpread } from '../../src/tasks/evenly-spread.js';
import { judgeCaptioner } from '../../src/tasks/judge-captioner.js';
import { judgeTranslator } from '../../src/tasks/judge-translator.js';
import { translatorMetadata } from '../../src/tasks/translator-metadata.js';
import { translatorScores } from '../../src/tasks/translator-scores.js';

const letters = lo.vocabulary(['abcd'], { tokens: 'characters' });
const written = lo.vocabulary(['X Y'], { tokens: 'spaces', start: true, end: true });
const target = { vocabulary: written.tokens.length, start: 2, end: 3, embeddingDim: 2 };
const small = { hiddenSize: 2 };

const opened: lo.Model[] = [];
afterAll(() => Promise.all(opened.map((model) => model.release())));
async function open(files: { encoder: Uint8Array; decoder: Uint8Array }) {
  const load = (file: Uint8Array) => lo.Model.load(file, { providers: ['simd'] });
  const pair = { encoder: await load(files.encoder), decoder: await load(files.decoder) };
  opened.push(pair.encoder, pair.decoder);
  return pair;
}

/** A place for each sample, and a second one for those of the second half: how many pairs are judged tells which samples are. */
const places = (count: number) => [...Array(count).keys()].flatMap((i) => (i < count / 2 ? [i] : [i, i]));
const texts = (of: readonly number[]) => of.map((_, i) => (i % 2 === 0 ? 'X' : 'Y'));

it('samples are taken at even strides, all where they are few', () => {
  expect(evenlySpread([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 2, 4]);
  expect(evenlySpread([0, 1, 2], 3)).toEqual([0, 1, 2]);
});

it('5,000 sources that are evenly spread are judged', async () => {
  const plan = {
    source: { vocabulary: letters, column: 'a', maxLength: 7 },
    target: { vocabulary: written, column: 'b', maxLength: 2 },
    beam: 1,
  };
  const pair = lo.encoderDecoder({ source: { vocabulary: letters.tokens.length }, target, ...small });
  const files = pair.toOnnx(lo.initParameters(pair.training(), 1), {
    metadata: translatorMetadata(plan),
    vocabularies: { source: letters, token: written },
  });
  const test = places(10_000);
  const sources = test.map((i) =>
    [...i.toString(4).padStart(7, '0')].map((digit) => 'abcd'[Number(digit)]).join(''),
  );
  const pairs = { sources, targets: texts(test), notes: [] };
  const few = { sources: ['abc'], targets: ['X'], notes: [] };
  const evaluation = await judgeTranslator(lo.translatorOf(await open(files)), few, pairs);
  expect(evaluation).toMatchObject({ sources: 5000, of: 10_000, pairs: 7500 });
  expect(translatorScores(evaluation).title).toMatch(
    /^5,000 sources of 10,000 of the test part, evenly spread, 7,500 pairs/,
  );
});

it('2,000 images that are evenly spread are judged', async () => {
  const plan = {
    image: { height: 1, width: 2 },
    text: { vocabulary: written, column: 'b', maxLength: 2 },
    beam: 1,
  };
  const pair = lo.encoderDecoder({ source: { image: [1, 2], conv: [] }, target, ...small });
  const files = pair.toOnnx(lo.initParameters(pair.training(), 1), {
    metadata: captionerMetadata(plan),
    vocabularies: { token: written },
  });
  const test = places(4000);
  const images = lo.float32Array(
    [test.length, 1, 2],
    test.flatMap((i) => [i / 4000, 0]),
  );
  const few = { images: lo.float32Array([1, 1, 2], [0, 1]), texts: ['X'] };
  const evaluation = await judgeCaptioner(lo.captionerOf(await open(files)), few, {
    images,
    texts: texts(test),
  });
  expect(evaluation).toMatchObject({ sources: 2000, of: 4000, pairs: 3000 });
  expect(captionerScores(evaluation).title).toMatch(
    /^2,000 images of 4,000 of the test part, evenly spread, 3,000 captions/,
  );
});
