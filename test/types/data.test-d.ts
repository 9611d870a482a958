/** Types of tables, series and windows: what docs/data.md does compiles. */
import { expectTypeOf } from 'vitest';
import type { LabelledTexts, SampleLoader, SeriesSet, StateDict, Windows } from '../../src/index.js';
import {
  concat,
  crossEntropy,
  defineNetwork,
  embedding,
  evaluate,
  float32,
  int32,
  labelledTexts,
  last,
  linear,
  lstm,
  mse,
  parseJsonLines,
  predict,
  raggedDataset,
  splitByTime,
  splitSamples,
  fit as train,
  vocabulary,
} from '../../src/index.js';

declare const series: SeriesSet;
declare const samples: Windows;
declare const parameters: StateDict;
declare const texts: LabelledTexts;

const { train: training, validation } = splitByTime(series, { validation: 0.2, context: 24 });
expectTypeOf(training).toEqualTypeOf<SeriesSet>();
expectTypeOf(validation).toEqualTypeOf<SeriesSet>();
expectTypeOf(splitByTime(series, { test: 12 }).validation).toEqualTypeOf<SeriesSet | undefined>();
// @ts-expect-error: no option
splitByTime(series, { validation: 0.2, contxt: 24 });

// Windows have inputs that may be absent, whether the network takes them or not.
const ofPast = defineNetwork({ past: float32('batch', 24) }, ({ past }) => ({ y: linear('head', past, 12) }));
void train(ofPast, samples.dataset(), { loss: mse, validation: samples.dataset() });
const ofBoth = defineNetwork(
  { past: float32('batch', 24), known: float32('batch', 24) },
  ({ past, known }) => ({ y: linear('head', concat([past, known]), 12) }),
);
void train(ofBoth, samples.dataset(), { loss: mse });
const other = defineNetwork({ x: float32('batch', 24) }, ({ x }) => ({ y: linear('head', x, 12) }));
// @ts-expect-error: the network has no input called past
void train(other, samples.dataset(), { loss: mse });

// Samples of different lengths, and a loader, stand where a data set does.
const ofTokens = defineNetwork(
  { tokens: int32('batch', 'time'), lengths: int32('batch') },
  ({ tokens, lengths }) => {
    const x = embedding('emb', tokens, { numEmbeddings: 9, embeddingDim: 2 });
    return { logits: linear('fc', last(lstm('lstm', x, { hiddenSize: 2, lengths }).output), 2) };
  },
);
const tokens = { sequences: [Int32Array.of(1)], lengths: 'lengths' };
const targets = { dtype: 'int32', shape: [1], data: Int32Array.of(0) } as const;
const ragged = raggedDataset({ inputs: { tokens }, targets });
void train(ofTokens, ragged, { loss: crossEntropy, validation: ragged });
void evaluate(ofTokens, parameters, ragged, { loss: crossEntropy });
void predict(ofTokens, parameters, raggedDataset({ inputs: { tokens } }));
const loader: SampleLoader = { length: 3, batch: async (indices) => ragged.batch(indices) };
void train(ofTokens, loader, { loss: crossEntropy });
// @ts-expect-error: targets are needed to learn from
void train(ofTokens, raggedDataset({ inputs: { tokens } }), { loss: crossEntropy });
// @ts-expect-error: no output of that name
void train(ofTokens, ragged, { loss: crossEntropy, output: 'classes' });
// @ts-expect-error: a loader says how many samples there are
void train(ofTokens, { batch: loader.batch }, { loss: crossEntropy });

expectTypeOf(splitSamples(texts, { test: 0.1 }).train).toEqualTypeOf<LabelledTexts>();
void labelledTexts(parseJsonLines(Uint8Array.of()), { text: 'text', label: 'label' });
// @ts-expect-error: the class is missing
void labelledTexts([{ text: 'a' }], { text: 'text' });
// @ts-expect-error: no such tokens
vocabulary(texts.texts, { tokens: 'bytes' });
