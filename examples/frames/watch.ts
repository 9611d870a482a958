/** `npx tsx examples/frames/watch.ts`: a new video, frame by frame as it would come from a camera; the model file alone says what it sees. */
import * as lo from 'lstm-onnx';
import { ink } from '../mnist/ink.js';
import { composeVideos, SIDE, TIME } from './videos.js';

const { DATA, OUT = 'out', SEED = '5' } = process.env;
const { test } = await lo.loadMnist(DATA === undefined ? {} : { dir: DATA });
const shape = { count: 1, time: TIME, from: 0, to: test.labels.data.length };
const video = composeVideos(test, shape, new lo.Generator(Number(SEED)));

await using model = await lo.Model.load(`${OUT}/frames.onnx`);
const names: string[] = JSON.parse(model.metadata.get('labels') ?? '[]');
const stream = model.stream(); // which carries what the LSTM remembers from frame to frame
let [film, right, spent] = ['', 0, 0];
for (let time = 0; time < TIME; time++) {
  const frame = video.frames.data.subarray(time * SIDE ** 2, (time + 1) * SIDE ** 2);
  const started = performance.now();
  const { probabilities } = await stream.run({ frames: { data: frame, dims: [1, 1, SIDE, SIDE] } });
  spent += performance.now() - started;

  const numbers = Array.from(probabilities!.data as Float32Array);
  const probability = Math.max(...numbers);
  const guess = names[numbers.indexOf(probability)]!;
  const shown = names[video.labels.data[time]!]!;
  if (guess === shown) right += 1;
  const verdict = guess === shown ? '' : `  wrong: ${shown}`;
  console.log(
    `frame ${`${time + 1}`.padStart(2)}: ${guess.padEnd(5)} ${(100 * probability).toFixed(1).padStart(5)} %${verdict}`,
  );
  const [x, y] = [(time % 10) * (SIDE + 4), Math.floor(time / 10) * (SIDE + 12)];
  film += `<g transform="translate(${x} ${y})"><rect width="${SIDE}" height="${SIDE}" fill-opacity="0.06"/>${ink(frame, SIDE)}<text x="${SIDE / 2}" y="${SIDE + 6}">${guess === shown ? guess : `${guess}!`}</text></g>\n`;
}
console.log(`${right} of ${TIME} right; ${(spent / TIME).toFixed(2)} ms a frame`);

const [width, height] = [10 * (SIDE + 4), Math.ceil(TIME / 10) * (SIDE + 12)];
await lo.writeFileAtomic(
  `${OUT}/frames.svg`,
  `<svg role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${3 * width}" height="${3 * height}" font-family="sans-serif" font-size="5.5" text-anchor="middle" fill="currentColor">
<title>The frames of a video, and what the model file says of each</title>
<style>svg { color: #24292f } @media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }</style>
${film}</svg>
`,
);
console.log(`the frames: ${OUT}/frames.svg`);
