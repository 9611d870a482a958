/** The programs of examples/frames run, on digits that are drawn here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, loadMnist, Model } from 'lstm-onnx';
import { expect, it } from 'vitest';
import { guessesOf, meanOfThree } from '../../examples/frames/scores.js';
import { composeVideos, names, SIDE, TIME } from '../../examples/frames/videos.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { writeDigits } from './digits.js';
import { runExample } from './run-example.js';

const folder = temporaryDirectory();
const data = writeDigits(join(folder, 'digits'));
const environment = { DATA: data, OUT: folder };

it('learns to name the frames of videos, and names those of a new one as they come', async () => {
  const stdout = runExample('frames/frames.ts', { ...environment, VIDEOS: '60', EPOCHS: '4' });
  expect(stdout).toContain('1200 frames and 60 videos to learn from, 3 videos to validate, 6 to test');
  const share = (name: string) => Number(new RegExp(`^${name} +(\\d+\\.\\d) %`, 'm').exec(stdout)?.[1]);
  expect(share("always 'none'")).toBeLessThan(50);
  expect(share('frame by frame')).toBeGreaterThan(share("always 'none'") + 20);
  expect(share('LSTM')).toBeGreaterThan(share("always 'none'"));

  const watched = [
    ...runExample('frames/watch.ts', { ...environment, SEED: '3' }).matchAll(
      /^frame +(\d+): (\w+) +\d+\.\d %(?: {2}wrong: (\w+))?$/gm,
    ),
  ];
  const { test } = await loadMnist({ dir: data });
  const video = composeVideos(test, { count: 1, time: TIME, from: 0, to: 30 }, new Generator(3));
  expect(watched.map(([, , guess, shown]) => shown ?? guess)).toEqual(
    Array.from(video.labels.data, (label) => names[label]),
  );
  // The whole video at once gives the same.
  await using model = await Model.load(join(folder, 'frames.onnx'));
  const { probabilities } = await model.stream().run({ frames: video.frames });
  const guesses = guessesOf(probabilities!.data as Float32Array);
  expect(watched.map(([, , guess]) => guess)).toEqual(Array.from(guesses, (guess) => names[guess]));
  expect(readFileSync(join(folder, 'frames.svg'), 'utf8').match(/<text/g)).toHaveLength(TIME);
});

it('composes videos whose parts last six frames and more, in which digits move by a pixel at most', async () => {
  const { test } = await loadMnist({ dir: data });
  const { frames, labels } = composeVideos(
    test,
    { count: 40, time: TIME, from: 0, to: 30 },
    new Generator(1),
  );
  const ink = (frame: number) => frames.data.subarray(frame * SIDE ** 2, (frame + 1) * SIDE ** 2);
  const total = (frame: number) => ink(frame).reduce((sum, pixel) => sum + pixel);
  const shown = [...labels.data.keys()];
  expect(new Set(labels.data)).toEqual(new Set([0, 1, 2, 3]));
  // Noise of 400 pixels has a sum of 0 with a deviation of 2; a digit has more ink unless it is hidden, in a quarter of its frames.
  const [drawn, empty] = [true, false].map((isDigit) => shown.filter((i) => labels.data[i]! > 0 === isDigit));
  for (const frame of empty!) expect(Math.abs(total(frame))).toBeLessThan(10);
  expect(drawn!.filter((frame) => total(frame) > 20).length / drawn!.length).toBeGreaterThan(0.7);
  const starts = shown.filter((i) => i % TIME === 0 || labels.data[i] !== labels.data[i - 1]);
  for (const [i, start] of starts.entries()) {
    const end = starts[i + 1] ?? shown.length;
    if (end % TIME !== 0) expect(end - start).toBeGreaterThanOrEqual(6);
  }
});

it('takes the mean of each frame and the two before it in its video', () => {
  const size = names.length;
  const probabilities = new Float32Array(2 * TIME * size);
  for (let frame = 0; frame < 2 * TIME; frame++) probabilities[frame * size] = frame;
  const means = meanOfThree(probabilities);
  const first = (frame: number) => means[frame * size];
  expect([0, 1, 2, 3, TIME, TIME + 1].map(first)).toEqual([0, 0.5, 1, 2, TIME, TIME + 0.5]);
  expect(
    guessesOf(Float32Array.from({ length: 2 * size }, (_, i) => (i === 4 || i === size + 9 ? 1 : 0))),
  ).toEqual(Int32Array.of(4, 9));
});
