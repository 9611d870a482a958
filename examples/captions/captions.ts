/** `npx tsx examples/captions/captions.ts`: tells in words which handwritten digits a strip shows, of which there may be one to five. */
import * as lo from 'lstm-onnx';
import { captionsOf, loadCaptioner } from './captioner.js';
import { cut, meanDigits, readPieces } from './cutting.js';
import { picture } from './picture.js';
import { percent, printShares, wordsIn } from './print.js';
import { composeStrips, drawDigits, HEIGHT, type Strips, sliceStrips, WIDTH } from './strips.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { DATA, EPOCHS = '6', STRIPS = '12000', MOST = '5', OUT = 'out' } = process.env;
const { train, test } = await lo.loadMnist(DATA === undefined ? {} : { dir: DATA });

// Each part is of digits of its own: the test of those that MNIST has for it, validation of the last of the others.
const digits = train.labels.data.length;
const held = Math.floor((digits * 11) / 12);
const random = new lo.Generator(1);
const compose = (set: lo.MnistImages, share: number, from: number, to: number) => {
  const count = Math.ceil(Number(STRIPS) * share);
  return composeStrips(set, drawDigits(random, { count, most: Number(MOST), from, to }), random);
};
const learned = compose(train, 1, 0, held);
const validated = compose(train, 1 / 24, held, digits);
const tested = compose(test, 1 / 6, 0, test.labels.data.length);
const [most, some, unseen] = [learned, validated, tested].map(({ captions }) => captions.length);
console.log(`${most} strips to learn from, ${some} to validate, ${unseen} to test`);

const vocabulary = lo.vocabulary(learned.captions, {
  tokens: 'words',
  unknown: false,
  start: true,
  end: true,
});
const { start = 0, end = 0 } = vocabulary.special;
const model = lo.encoderDecoder({
  source: { image: [HEIGHT, WIDTH], conv: [8, 16] },
  target: { vocabulary: vocabulary.tokens.length, start, end, embeddingDim: 16 },
  cell: 'gru',
  hiddenSize: 64,
  bidirectional: true,
});
const samples = ({ images, captions }: Strips) =>
  model.samples(images, lo.encodeTexts(vocabulary, captions).sequences);
const { parameters } = await lo.fit(model.training(), samples(learned), {
  loss: lo.crossEntropy({ ignoreIndex: -100 }),
  optimizer: lo.adam({ lr: lo.cosine({ from: 0.003, over: Number(EPOCHS) }) }),
  clipNorm: 1,
  batchSize: 32,
  epochs: Number(EPOCHS),
  seed: 1,
  validation: samples(validated),
  // A caption that is right word by word, each read after the right ones, is the one that is written greedily.
  metrics: [lo.sequenceAccuracy],
  onEpoch: ({ log: { epoch, validation } }) => {
    console.log(
      `epoch ${epoch}: ${percent(validation!.metrics.sequenceAccuracy!)} of the validation captions right`,
    );
  },
});

// What the two files hold is all that ask.ts needs.
const files = model.toOnnx(parameters, { vocabularies: { token: vocabulary } });
await lo.writeFileAtomic(`${OUT}/encoder.onnx`, files.encoder);
await lo.writeFileAtomic(`${OUT}/decoder.onnx`, files.decoder);
await using captioner = await loadCaptioner(OUT);

const means = meanDigits(train);
const strip = (i: number) => sliceStrips(tested, i, i + 1).images.data;
const greedy = await captionsOf(captioner, tested);
const found = {
  'model files, greedy': greedy,
  'model files, beam of 4': await captionsOf(captioner, tested, 4),
  'cut, nearest mean': tested.captions.map((_, i) => readPieces(strip(i), means)),
};
console.log(`\n${unseen} strips of digits that nothing has seen: captions that are right as a whole`);
console.log(`${''.padEnd(24)}    all  1 digit        2        3        4        5`);
for (const [name, captions] of Object.entries(found))
  printShares(name, tested.captions, (caption, i) => captions[i] === caption);
printShares(
  'cut in as many pieces',
  tested.captions,
  (caption, i) => cut(strip(i)).length === wordsIn(caption),
);
const errors = lo.errorRate(greedy, tested.captions, { unit: 'word' });
console.log(`words that the model files get wrong, greedy: ${percent(errors)}`);

// Three that are right and three that are not, as they come.
const [right, wrong] = [true, false].map((isRight) =>
  tested.captions.flatMap((caption, i) => ((greedy[i] === caption) === isRight ? [i] : [])).slice(0, 3),
);
await lo.writeFileAtomic(
  `${OUT}/captions.svg`,
  await picture(captioner, tested, greedy, [...right!, ...wrong!]),
);
console.log(`pictures of ${right!.length} right ones and ${wrong!.length} wrong ones: ${OUT}/captions.svg`);
