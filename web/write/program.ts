/** The programs for Node.js that do what the page does: one that trains, one that writes with the model file. */
import type { Settings } from './messages.js';
import { clipNorm, cutOf, embeddingDim, lastRate } from './plan.js';

/** @returns an ES module that takes the path of a text, and writes model.onnx */
export function trainingProgram(fileName: string, length: number, settings: Settings): string {
  const { hiddenSize, numLayers, epochs, learningRate, seed } = settings;
  const { trainLength, batchSize, steps, stepsAnEpoch, heldStreams } = cutOf(length);
  const sizes = `hiddenSize: ${hiddenSize}${numLayers === 1 ? '' : `, numLayers: ${numLayers}`}`;
  return `// node train.mjs ${/^[\w.-]+$/.test(fileName) ? fileName : JSON.stringify(fileName)}
import {
  adam, cosine, crossEntropy, defineNetwork, embedding, encodeText, exportOnnx, fit, int32, linear, lstm,
  perplexity, readText, textStream, vocabulary, writeFileAtomic,
} from 'lstm-onnx';

const { text } = await readText(process.argv[2] ?? ${JSON.stringify(fileName)});
const characters = vocabulary([text], { tokens: 'characters', padding: false, unknown: false });
const ids = encodeText(characters, text);
const size = characters.tokens.length;

const network = defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
  const x = embedding('embedding', tokens, { numEmbeddings: size, embeddingDim: ${embeddingDim} });
  const { output } = lstm('lstm', x, { ${sizes} });
  return { logits: linear('fc', output, size) };
});

// The last tenth of the text is held back.
const train = textStream(ids.subarray(0, ${trainLength}), { batchSize: ${batchSize}, steps: ${steps} });
const validation = textStream(ids.subarray(${trainLength}), { batchSize: ${heldStreams}, steps: ${steps} });
const { parameters } = await fit(network, train, {
  loss: crossEntropy,
  metrics: [perplexity],
  optimizer: adam({
    lr: cosine({ from: ${learningRate}, to: ${learningRate} * ${lastRate}, over: ${epochs * stepsAnEpoch}, per: 'step' }),
  }),
  epochs: ${epochs},
  clipNorm: ${clipNorm},
  seed: ${seed},
  validation,
});
const options = { states: true, vocabularies: { tokens: characters } };
await writeFileAtomic('model.onnx', exportOnnx(network, parameters, options));
`;
}

/** What is written, and how. */
export interface WritingOptions {
  /** Of the model's characters. */
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly length: number;
}

/** @returns an ES module that writes to the terminal */
export function writingProgram(file: string, { prompt, temperature, seed, length }: WritingOptions): string {
  return `// node write.mjs
import { Model, textGeneratorOf } from 'lstm-onnx';

const model = await Model.load('${file}');
const generator = textGeneratorOf(model);
const prompt = ${JSON.stringify(prompt)};
process.stdout.write(prompt);
const options = { maxLength: ${length}, sample: { temperature: ${temperature}, seed: ${seed} } };
for await (const character of generator.stream(prompt, options)) process.stdout.write(character);
await model.release();
`;
}
