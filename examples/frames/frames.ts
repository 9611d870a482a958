/** `npx tsx examples/frames/frames.ts`: which digit each frame of a video shows, from that frame and those before it. */
import * as lo from 'lstm-onnx';
import { alone, eyes, inContext } from './networks.js';
import { guessesOf, meanOfThree, percent, printHead, printShares } from './scores.js';
import { composeVideos, names, TIME, type Videos } from './videos.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { DATA, EPOCHS = '6', VIDEOS = '12000', OUT = 'out' } = process.env;
const { train, test } = await lo.loadMnist(DATA === undefined ? {} : { dir: DATA });

// Each part is of digits of its own: the test of those that MNIST has for it, validation of the last of the others.
const digits = train.labels.data.length;
const held = Math.floor((digits * 11) / 12);
const random = new lo.Generator(1);
const few = Math.ceil(Number(VIDEOS) / 20);
const compose = (set: lo.MnistImages, count: number, time: number, from: number, to: number) =>
  composeVideos(set, { count, time, from, to }, random);
const stills = compose(train, 20 * Number(VIDEOS), 1, 0, held);
const learned = compose(train, Number(VIDEOS), TIME, 0, held);
const validated = compose(train, few, TIME, held, digits);
const tested = compose(test, 2 * few, TIME, 0, test.labels.data.length);
const [single, many, some, unseen] = [stills, learned, validated, tested].map(
  ({ labels }) => labels.shape[0],
);
console.log(
  `${single} frames and ${many} videos to learn from, ${some} videos to validate, ${unseen} to test`,
);

const samples = ({ frames, labels }: Videos) => lo.dataset({ inputs: { frames }, targets: labels });
const options = (what: string, epochs: number) => ({
  loss: lo.crossEntropy,
  metrics: [lo.accuracy],
  optimizer: lo.adam({ lr: lo.cosine({ from: 0.004, over: epochs }) }),
  clipNorm: 1,
  epochs,
  seed: 1,
  validation: samples(validated),
  onEpoch: ({ log: { epoch, validation } }: lo.EpochEnd) => {
    console.log(`${what}, epoch ${epoch}: ${percent(validation!.metrics.accuracy!)} of validation`);
  },
});

// First it learns to see, from frames by themselves. Then an LSTM learns from videos what to make of what was seen.
const epochs = Number(EPOCHS);
const seeing = await lo.fit(alone, samples(stills), options('frame by frame', epochs));
const start = [...lo.initParameters(inContext, 1)].map(
  ([name, parameter]) => [name, seeing.parameters.get(name) ?? parameter] as const,
);
const { parameters } = await lo.fit(inContext, samples(learned), {
  ...options('LSTM', epochs),
  parameters: new Map(start),
  frozen: eyes,
  batchSize: 16,
});

// With states, so that watch.ts runs it frame by frame.
const info = { labels: names, softmax: true };
await lo.writeFileAtomic(`${OUT}/alone.onnx`, lo.exportOnnx(alone, seeing.parameters, info));
await lo.writeFileAtomic(
  `${OUT}/frames.onnx`,
  lo.exportOnnx(inContext, parameters, { ...info, states: true }),
);
await using still = await lo.Model.load(`${OUT}/alone.onnx`);
await using moving = await lo.Model.load(`${OUT}/frames.onnx`);

const { frames, labels } = tested;
const [seen, remembered] = [await still.run({ frames }), await moving.stream().run({ frames })].map(
  ({ probabilities }) => probabilities!.data as Float32Array,
);
console.log(`\n${labels.data.length} frames of digits that nothing has seen: how many are right`);
printHead('of those that show the same');
printShares('LSTM', guessesOf(remembered!), labels.data);
printShares('frame by frame', guessesOf(seen!), labels.data);
printShares('mean of the last three', guessesOf(meanOfThree(seen!)), labels.data);
printShares("always 'none'", new Int32Array(labels.data.length), labels.data);
