/** The programs of examples/captions run, on digits that are drawn here. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encoderDecoder, Generator, initParameters, loadMnist, vocabulary } from 'lstm-onnx';
import { expect, it } from 'vitest';
import { attentionOf, captionsOf, loadCaptioner } from '../../examples/captions/captioner.js';
import { cut, meanDigits, readPieces } from '../../examples/captions/cutting.js';
import {
  composeStrips,
  drawDigits,
  HEIGHT,
  type Strips,
  sliceStrips,
  WIDTH,
} from '../../examples/captions/strips.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { writeDigits } from './digits.js';
import { runExample } from './run-example.js';

const folder = temporaryDirectory();
const data = writeDigits(join(folder, 'digits'));
const environment = { DATA: data, OUT: folder };

it('trains, scores the model files on strips of test digits, and names digits that are asked for', async () => {
  const stdout = runExample('captions/captions.ts', {
    ...environment,
    STRIPS: '240',
    EPOCHS: '2',
    MOST: '1',
  });
  expect(stdout).toContain('240 strips to learn from, 10 to validate, 40 to test');
  expect(readFileSync(join(folder, 'captions.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);

  // The same strips, drawn again in the order of the program.
  const { test } = await loadMnist({ dir: data });
  const random = new Generator(1);
  let strips: Strips | undefined;
  for (const [count, from, to] of [
    [240, 0, 55],
    [10, 55, 60],
    [40, 0, 30],
  ] as const)
    strips = composeStrips(
      test,
      drawDigits(random, { count, most: 1, from, to }).map(([i]) => [i! % 30]),
      random,
    );
  await using captioner = await loadCaptioner(folder);
  const right = async (width: number) => {
    const captions = await captionsOf(captioner, strips!, width);
    return captions.filter((caption, i) => caption === strips!.captions[i]).length / 40;
  };
  const share = (name: string) => Number(new RegExp(`^${name} +(\\d+\\.\\d) %`, 'm').exec(stdout)?.[1]) / 100;
  expect(share('model files, greedy')).toBeCloseTo(await right(1), 3);
  expect(share('model files, beam of 4')).toBeCloseTo(await right(4), 3);
  expect(share('model files, greedy')).toBeGreaterThan(0.2);
  expect(share('cut, nearest mean')).toBe(1);
  expect(share('cut in as many pieces')).toBe(1);

  const answers = runExample('captions/ask.ts', environment, '2 0\n7\n012012\n').split('\n');
  expect(answers[1]).toMatch(/^([a-z ]* \(\d+\.\d %\)(, )?){3}$/);
  expect(answers.slice(2, 4)).toEqual(new Array(2).fill('These are not one to five digits.'));
  expect(readFileSync(join(folder, 'asked.svg'), 'utf8')).toMatch(/^<svg .*>end<.*<\/svg>\n$/s);
});

it('gives attention as a share of each step of the encoder, for each word and the end', async () => {
  const words = vocabulary(['zero one two'], { tokens: 'words', unknown: false, start: true, end: true });
  const model = encoderDecoder({
    source: { image: [HEIGHT, WIDTH], conv: [2, 2] },
    target: { vocabulary: words.tokens.length, start: words.special.start!, end: words.special.end! },
    hiddenSize: 4,
  });
  const files = model.toOnnx(initParameters(model.training(), 1), { vocabularies: { token: words } });
  for (const [name, file] of Object.entries(files)) writeFileSync(join(folder, `${name}.onnx`), file);
  await using captioner = await loadCaptioner(folder);
  const { test } = await loadMnist({ dir: data });
  const weights = await attentionOf(captioner, composeStrips(test, [[0, 1]], new Generator(3)), 'zero one');
  expect(weights.map((row) => row.length)).toEqual([WIDTH / 4, WIDTH / 4, WIDTH / 4]);
  for (const row of weights) expect(row.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
});

it('composes strips of the digits that are drawn, each whole, one after the other from the left', async () => {
  const { train, test } = await loadMnist({ dir: data });
  const random = new Generator(1);
  const rows = drawDigits(random, { count: 200, most: 5, from: 10, to: 20 });
  expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(new Set(rows.flat())).toEqual(new Set([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]));

  // Bars of 16 columns never touch at steps of 17 and more.
  const strips = composeStrips(test, rows, random);
  const words = ['zero', 'one', 'two'];
  expect(strips.captions).toEqual(rows.map((digits) => digits.map((digit) => words[digit % 3]).join(' ')));
  const means = meanDigits(train);
  const starts = new Set<number>();
  for (const [i, caption] of strips.captions.entries()) {
    const { images } = sliceStrips(strips, i, i + 1);
    expect(images.shape).toEqual([1, HEIGHT, WIDTH]);
    const pieces = cut(images.data);
    expect(pieces.map(([from, to]) => to - from)).toEqual(rows[i]!.map(() => 16));
    expect(readPieces(images.data, means)).toBe(caption);
    starts.add(pieces[0]![0]);
  }
  expect(starts.size).toBeGreaterThan(20);
});
