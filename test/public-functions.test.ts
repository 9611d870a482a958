/** Whatever a caller without types passes, a public function works or throws a typed error that says what is wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { recurrentNames } from '../src/builder/recurrent/cells.js';
import * as library from '../src/index.js';
import { captionerMetadata } from '../src/tasks/captioner-metadata.js';
import { translatorMetadata } from '../src/tasks/translator-metadata.js';

const { adam, crossEntropy, defineNetwork, float32, float32Array, initParameters, linear, lstm } = library;

const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const network = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
  logits: linear('fc', lstm('lstm', x, { hiddenSize: 2 }).output.at(-1), 2),
}));
const parameters = initParameters(network, 1);
const inputs = { x: float32Array([2, 3, 2], new Float32Array(12)) };
const targets = { dtype: 'int32', shape: [2], data: Int32Array.of(0, 1) } as const;
const data = library.dataset({ inputs, targets });
const onnx = library.exportOnnx(network, parameters);
const model = await library.Model.load(onnx, { providers: ['simd'] });
afterAll(() => model.release());
const trained = await library.fit(network, data, { loss: crossEntropy, backend: 'cpu' });
const tagNetwork = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
  tags: library.crf('crf', x),
}));
const tagParameters = initParameters(tagNetwork, 1);
const tagModel = await library.Model.load(
  library.exportOnnx(tagNetwork, tagParameters, { labels: ['O', 'B-A'] }),
  { providers: ['simd'] },
);
afterAll(() => tagModel.release());
const recording = {
  inputs: new Map([['x', inputs.x]]),
  outputs: new Map([['logits', float32Array([2, 2], [0, 0, 0, 0])]]),
};
const state = new Map([['lstm.weight_ih_l0', inputs.x]]);

/** A value of a definition, `[batch, time, 4]` of the element type. */
/** `[batch, time, 4]`, or of other sizes. */
function symbol(
  dtype: 'float32' | 'int32' = 'float32',
  sizes: readonly (number | string)[] = ['time', 4],
): library.SymbolicTensor {
  let value: library.SymbolicTensor | undefined;
  defineNetwork({ x: (dtype === 'int32' ? library.int32 : float32)('batch', ...sizes) }, ({ x }) => {
    value = x as library.SymbolicTensor;
    return { x };
  });
  return value!;
}

const csv = new TextEncoder().encode(
  'day,shop,sold,weather\n2020-01-01,a,1,dry\n2020-01-02,a,2,wet\n2020-01-03,a,4,dry\n2020-01-04,a,3,dry\n',
);
const table = await library.parseTable(csv);
const series = library.seriesOf(table, { time: 'day', key: 'shop' });
const forecast = { target: 'sold', window: 2, horizon: 1, hiddenSize: 2, epochs: 1, backend: 'cpu' } as const;
const forecaster = await library.trainForecaster(series, forecast);
const forecastModel = await library.Model.load(forecaster.toOnnx(), { providers: ['simd'] });
afterAll(() => forecastModel.release());
const onlineModel = await library.Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
afterAll(() => onlineModel.release());
const scaler = library.fitScaler(series);
const past = library.float32Array([1, 2, 1], [1, 2]);
const windowScaling = library.windowScaling(past, { by: 'last' });

const words = library.defineNetwork({ tokens: library.int32('batch', 'time') }, ({ tokens }) => {
  const x = library.embedding('emb', tokens, { numEmbeddings: 3, embeddingDim: 2 });
  return { logits: linear('fc', lstm('lstm', x, { hiddenSize: 2 }).output, 3) };
});
const lettersAB = library.vocabulary(['ab'], { tokens: 'characters', padding: false });
const wordModel = await library.Model.load(
  library.exportOnnx(words, initParameters(words, 1), { states: true, vocabularies: { tokens: lettersAB } }),
  { providers: ['simd'] },
);
afterAll(() => wordModel.release());
const textGenerator = library.textGeneratorOf(wordModel);
const classNetwork = library.defineNetwork(
  { tokens: library.int32('batch', 'time'), lengths: library.int32('batch') },
  ({ tokens }) => {
    const x = library.embedding('emb', tokens, { numEmbeddings: 3, embeddingDim: 2 });
    return { logits: linear('fc', library.mean(x, 1), 2) };
  },
);
const classModel = await library.Model.load(
  library.exportOnnx(classNetwork, initParameters(classNetwork, 1), {
    ...{ labels: ['a', 'b'], vocabularies: { tokens: lettersAB }, softmax: true },
    metadata: { 'lstm_onnx.task': '{"version":1,"task":"classify","maxLength":5}' },
  }),
  { providers: ['simd'] },
);
afterAll(() => classModel.release());
const classifier = library.classifierOf(classModel);
const translator = library.encoderDecoder({
  source: { vocabulary: 4 },
  target: { vocabulary: 4, start: 1, end: 2 },
  hiddenSize: 2,
});
const translatorParameters = initParameters(translator.training(), 1);
const files = translator.toOnnx(translatorParameters);
const encoder = await library.Model.load(files.encoder, { providers: ['simd'] });
const decoder = await library.Model.load(files.decoder, { providers: ['simd'] });
afterAll(() => Promise.all([encoder.release(), decoder.release()]));
const pairVocabularies = {
  source: library.vocabulary(['ab'], { tokens: 'characters' }),
  token: library.vocabulary(['x'], { tokens: 'words', unknown: false, start: true, end: true }),
};
const textFiles = translator.toOnnx(translatorParameters, {
  vocabularies: pairVocabularies,
  metadata: translatorMetadata({
    source: { vocabulary: pairVocabularies.source, column: 'a', maxLength: 4 },
    target: { vocabulary: pairVocabularies.token, column: 'b', maxLength: 4 },
    beam: 2,
  }),
});
const textModels = {
  encoder: await library.Model.load(textFiles.encoder, { providers: ['simd'] }),
  decoder: await library.Model.load(textFiles.decoder, { providers: ['simd'] }),
};
afterAll(() => Promise.all([textModels.encoder.release(), textModels.decoder.release()]));
const images = library.encoderDecoder({
  source: { image: [2, 3] },
  target: { vocabulary: pairVocabularies.token.tokens.length, start: 1, end: 2 },
  hiddenSize: 2,
});
const imageFiles = images.toOnnx(initParameters(images.training(), 1), {
  vocabularies: { token: pairVocabularies.token },
  metadata: captionerMetadata({
    image: { height: 2, width: 3 },
    text: { vocabulary: pairVocabularies.token, column: 'b', maxLength: 4 },
    beam: 2,
  }),
});
const imageModels = {
  encoder: await library.Model.load(imageFiles.encoder, { providers: ['simd'] }),
  decoder: await library.Model.load(imageFiles.decoder, { providers: ['simd'] }),
};
afterAll(() => Promise.all([imageModels.encoder.release(), imageModels.decoder.release()]));
const captioner = library.captionerOf(imageModels);
const textTranslator = library.translatorOf(textModels);
const generated = { prompts: [[1]], end: 0, maxLength: 3, repetitionPenalty: 1.1, allowed: [[1, 2]] };
const records = [
  { a: 'one', b: 'x' },
  { a: 'two', b: 'y' },
  { a: 'three', b: 'y' },
];
const labelled = await library.labelledTexts(records, { text: 'a', label: 'b' });
const vocabulary = library.vocabulary(['abc', 'ab'], { tokens: 'characters' });

/** Arguments that each function takes; of those that read files, arguments of the right kind. */
const examples: Record<string, () => unknown[]> = {
  abs: () => [symbol()],
  classifierOf: () => [classModel],
  clip: () => [symbol(), { min: 0, max: 6 }],
  elu: () => [symbol(), 0.5],
  exp: () => [symbol()],
  gelu: () => [symbol(), { approximate: 'tanh' }],
  hardSwish: () => [symbol()],
  hardtanh: () => [symbol(), -1, 1],
  leakyRelu: () => [symbol(), 0.1],
  mish: () => [symbol()],
  selu: () => [symbol()],
  silu: () => [symbol()],
  softplus: () => [symbol()],
  sqrt: () => [symbol()],
  activation: () => [symbol(), { kind: 'elu', alpha: 1 }],
  add: () => [symbol(), 2],
  adam: () => [{ lr: 0.1, betas: [0.9, 0.99] }],
  adamW: () => [{ weightDecay: 0.1 }],
  at: () => [symbol(), -1, 1],
  attention: () => {
    const keys = symbol();
    return [{ query: keys.at(-1, 1), keys, values: keys, scale: 0.5 }];
  },
  availableProviders: () => [],
  checkParameters: () => [network, parameters],
  concat: () => [[symbol()], { axis: -1 }],
  confusionMatrix: () => [[0, 1, 1], Int32Array.of(0, 1, -1), { labels: ['a', 'b'], ignoreIndex: -1 }],
  constant: () => [[1, 2]],
  cosine: () => [{ from: 0.1, over: 10, to: 0.01, per: 'step' }],
  coverage: () => [{ quantiles: [0.1, 0.9], level: 0.8 }],
  crf: () => ['crf', symbol(), { lengths: undefined }],
  crfOf: () => [tagNetwork, tagParameters, 'tags'],
  crossEntropy: () => [{ ignoreIndex: -100, weights: [1, 2], labelSmoothing: 0.1 }],
  crps: () => [{ quantiles: [0.1, 0.9] }],
  dataset: () => [{ inputs, targets }],
  decodeCheckpoint: () => [library.encodeCheckpoint({ network, parameters })],
  decodeText: () => [vocabulary, Int32Array.of(2, 3)],
  encodeText: () => [vocabulary, 'abc', { start: false, end: false }],
  encodeTexts: () => [vocabulary, ['abc', 'a'], { start: false, end: false, maxLength: 2, tooLong: 'cut' }],
  labelledTexts: () => [
    records,
    { text: 'a', label: 'b', classes: ['x', 'y'], empty: 'drop', minExamples: 1 },
  ],
  parseJsonLines: () => [new TextEncoder().encode('{"a": "b"}\n'), { encoding: 'utf-8' }],
  mostFrequentTag: () => [{ tokens: [['a', 'b']], tags: [['X', 'Y']] }, { lowercase: true }],
  parseTaggedTexts: () => [new TextEncoder().encode('a X\nb Y\n'), { encoding: 'utf-8', token: 1, tag: 2 }],
  readTaggedTexts: () => [join(folder, 'none.conll'), { encoding: 'utf-8', token: 1, tag: 'UPOS' }],
  taggedTexts: () => [records, { tokens: 'a', tags: 'b' }],
  parseText: () => [new TextEncoder().encode('a\r\nb'), { encoding: 'utf-8' }],
  readJsonLines: () => [join(folder, 'none.jsonl'), { encoding: 'utf-8' }],
  readText: () => [join(folder, 'none.txt'), { encoding: 'utf-8' }],
  readTextFolder: () => [
    join(folder, 'none'),
    { encoding: 'utf-8', classes: ['a'], empty: 'refuse', minExamples: 2 },
  ],
  splitSamples: () => [labelled, { validation: 1, test: 0.3, seed: 1, stratified: true }],
  textGeneratorOf: () => [wordModel, { vocabulary: lettersAB }],
  textStream: () => [[1, 2, 0, 1, 2], { batchSize: 2, steps: 1, input: 'tokens' }],
  textPairs: () => [records, { source: 'a', target: 'b', empty: 'drop' }],
  vocabulariesOf: () => [new Map([['lstm_onnx.vocabularies', JSON.stringify({ x: vocabulary })]])],
  vocabulary: () => [
    ['a b', 'b'],
    {
      tokens: 'words',
      padding: true,
      unknown: '<?>',
      start: true,
      end: false,
      minCount: 1,
      maxSize: 9,
      lowercase: true,
    },
  ],
  vocabularyFromJson: () => [library.vocabularyToJson(vocabulary)],
  vocabularyToJson: () => [vocabulary],
  decodeTrainingState: () => [library.encodeTrainingState(trained.state)],
  defineNetwork: () => [{ x: float32('batch', 2) }, ({ x }: { x: never }) => ({ x })],
  div: () => [symbol(), 2],
  dropout: () => [symbol(), 0.5],
  editDistance: () => ['rain', 'shine'],
  embedding: () => ['emb', symbol('int32'), { numEmbeddings: 3, embeddingDim: 2 }],
  encodeCheckpoint: () => [
    {
      network,
      parameters,
      info: { labels: ['a', 'b'], preprocessing: 'none', vocabularies: { x: vocabulary } },
    },
  ],
  encodeNpy: () => [inputs.x],
  encodeSafetensors: () => [state, new Map([['a', 'b']])],
  encodeTrainingState: () => [trained.state],
  errorRate: () => [['a cat'], ['the cat'], { unit: 'word' }],
  enableWideKernels: () => [],
  evaluate: () => [network, parameters, data, { loss: crossEntropy, batchSize: 2, backend: 'cpu' }],
  exponentialDecay: () => [{ from: 0.1, gamma: 0.5, per: 'step' }],
  exportOnnx: () => [
    network,
    parameters,
    { opset: 17, states: true, labels: ['a', 'b'], vocabularies: { x: vocabulary }, metadata: { a: 'b' } },
  ],
  f1: () => [{ average: 'weighted' }],
  fit: () => [
    network,
    data,
    {
      loss: crossEntropy,
      optimizer: adam({ lr: 0.01 }),
      metrics: [library.accuracy],
      validation: data,
      earlyStopping: { monitor: 'loss', patience: 1 },
      seed: 1,
      batchSize: 2,
      frozen: ['lstm'],
      parameters,
      backend: 'cpu',
    },
  ],
  flip: () => [symbol(), 1],
  float32: () => ['batch', 2],
  float32Array: () => [[2], [1, 2]],
  importFile: () => [join(folder, 'none.pt'), { pool: 'last' }],
  importModel: () => [onnx, { pool: 'last' }],
  ...Object.fromEntries(
    (['conv1d', 'convTranspose1d', 'maxPool1d', 'avgPool1d'] as const).map((name) => {
      const [x, padding] = [symbol('float32', [4, 'time']), 1];
      const options = { kernelSize: 3, stride: 2, padding };
      return [
        name,
        () => (name.startsWith('conv') ? [name, x, { ...options, outChannels: 2 }] : [x, options]),
      ];
    }),
  ),
  ...Object.fromEntries(
    (['conv2d', 'convTranspose2d', 'maxPool2d', 'avgPool2d'] as const).map((name) => {
      const [x, kernelSize] = [symbol('float32', [4, 6, 8]), [3, 2]];
      const options = { kernelSize, stride: 2, padding: [1, 0] };
      return [
        name,
        () => (name.startsWith('conv') ? [name, x, { ...options, outChannels: 2 }] : [x, options]),
      ];
    }),
  ),
  batchNorm: () => ['norm', symbol('float32', [4, 'time']), { eps: 1e-3, momentum: 0.2, affine: false }],
  instanceNorm: () => ['norm', symbol('float32', [4, 'time']), { eps: 1e-3, affine: true }],
  layerNorm: () => ['norm', symbol(), { axes: 1, eps: 1e-3, affine: true, bias: false }],
  historyPlot: () => [trained.history],
  huber: () => [{ delta: 0.5 }],
  initParameters: () => [network, 1],
  int32: () => ['batch', 2],
  intervalWidth: () => [{ quantiles: [0.1, 0.9], level: 0.8 }],
  last: () => [symbol()],
  linear: () => ['fc', symbol(), 2, { bias: true }],
  loadMnist: () => [{ dir: join(folder, 'none') }],
  logSoftmax: () => [symbol(), -1],
  ...Object.fromEntries(
    recurrentNames.map((name) => [
      name,
      () => [name, symbol(), { hiddenSize: 2, numLayers: 2, dropout: 0.1, bidirectional: true }],
    ]),
  ),
  masked: () => [library.mse, { lengths: 'lengths' }],
  mase: () => [{ series: [1, 2, 4, 7], season: 2 }],
  matmul: () => {
    const x = symbol();
    return [x, library.transpose(x as never, [0, 2, 1] as never)];
  },
  max: () => [symbol(), 1],
  mean: () => [symbol(), 1],
  sub: () => [symbol(), 1],
  sum: () => [symbol(), 1],
  mul: () => [2, symbol()],
  nGramModel: () => [[0, 1, 2, 0], { order: 3, size: 3 }],
  naiveBayes: () => [[[0, 1], [2]], [0, 1], { size: 3, classes: 2, smoothing: 0.5 }],
  networkFromJson: () => [library.networkToJson(network)],
  networkFromStateDict: () => [parameters, { pool: 'last', lstm: ['lstm'], head: 'fc' }],
  networkToJson: () => [network],
  parameter: () => ['w', [2], { init: { kind: 'normal', mean: 0, std: 1 }, frozen: true }],
  parameterSpecs: () => [network],
  ofEntry: () => [library.rmse, 1],
  oneCycle: () => [{ max: 0.1, over: 10, annealStrategy: 'linear', cycleMomentum: false }],
  calendarFeatures: () => [Float64Array.of(0, 1), { parts: ['hour', 'month'], as: 'codes', timeZone: 'UTC' }],
  fitScaler: () => [series, { kind: 'robust', columns: ['sold'], per: 'series', constant: 'error' }],
  guessDateFormats: () => [['01/02/2020', '13/02/2020']],
  nextTimes: () => [{ unit: 'month', count: 1 }, 0, 3],
  encoderDecoder: () => [
    {
      source: { vocabulary: 4, embeddingDim: 2 },
      target: { vocabulary: 4, start: 1, end: 2, embeddingDim: 2 },
      cell: 'gru',
      hiddenSize: 2,
      bidirectional: true,
      attention: 'additive',
      tiedEmbeddings: true,
      dropout: 0.1,
    },
  ],
  generate: () => [wordModel, { ...generated, beam: { width: 2, nBest: 2 } }],
  generateSteps: () => [wordModel, { ...generated, sample: { topK: 2, topP: 0.9, seed: 1 } }],
  forecasterOf: () => [forecastModel],
  forecastSeries: () => [
    table,
    { time: 'day', key: 'shop', target: 'sold', known: ['weather'], fill: 'linear' },
  ],
  onlineForecasterOf: () => [onlineModel, series],
  forecastPlot: () => [forecaster, series, { name: '' }],
  planForecast: () => [series, { target: 'sold', window: 2, horizon: 1, quantiles: [0.5] }],
  trainAndEvaluate: () => [series, { ...forecast, origins: 1, onNote: () => undefined }],
  trainForecaster: () => [
    series,
    { ...forecast, features: ['weather'], known: [], static: ['shop'], calendar: ['weekday'] },
  ],
  parseTable: () => [
    csv,
    {
      separator: ',',
      decimal: '.',
      names: ['a', 'b', 'c', 'd'],
      time: 'a',
      dateFormat: { a: 'YYYY-MM-DD' },
      timeZone: 'UTC',
      missing: ['day'],
      columns: { b: 'text', c: 'skip' },
      only: ['a', 'b'],
      encoding: 'utf-8',
    },
  ],
  readTable: () => [join(folder, 'none.csv'), { dateFormat: 'MM/DD/YYYY' }],
  rollingOrigins: () => [series, { count: 2, horizon: 1, stride: 1, input: 1 }],
  scaleColumns: () => [symbol('float32', ['time', 2]), scaler, ['sold', null]],
  scaleSeries: () => [series, scaler],
  scaleValues: () => [[1, 2], { center: 1, scale: 2 }],
  scaleWindows: () => [past, windowScaling],
  scalingOf: () => [scaler, 'sold', 'a'],
  seasonOf: () => [{ unit: 'minute', count: 15 }],
  seriesOf: () => [
    table,
    {
      time: 'day',
      key: 'shop',
      columns: ['sold', 'weather'],
      sort: true,
      duplicates: 'last',
      fill: 'linear',
      frequency: { unit: 'day', count: 1 },
      categories: { weather: ['dry', 'wet'] },
    },
  ],
  splitByTime: () => [series, { validation: 1, test: '2020-01-04', gap: 0, context: 1 }],
  tableToCsv: () => [table, { separator: ';', decimal: ',' }],
  unscaleColumns: () => [symbol(), scaler, 'sold'],
  unscaleValues: () => [[1, 2], { center: 1, scale: 2 }],
  unscaleWindows: () => [past, windowScaling],
  windowScaling: () => [past, { by: 'mean', how: 'divide' }],
  windows: () => [
    series,
    {
      input: 2,
      horizon: 1,
      stride: 1,
      target: 'sold',
      features: ['weather'],
      known: ['weather'],
      static: ['shop'],
      short: 'drop',
    },
  ],
  withCalendar: () => [series, { parts: ['weekday'], as: 'cyclic', timeZone: 'UTC' }],
  parseCsv: () => [new TextEncoder().encode('a,b\n1,2\n')],
  parseIdx: () => [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)],
  parseJsonArray: () => [new TextEncoder().encode('[1, 2]')],
  parseMnist: () => [{ images: Uint8Array.of(0, 0, 8, 3), labels: Uint8Array.of(0, 0, 8, 1) }],
  parseNpy: () => [library.encodeNpy(inputs.x)],
  parseSafetensors: () => [library.encodeSafetensors(state)],
  pinball: () => [{ quantiles: [0.1, 0.9] }],
  predict: () => [network, parameters, inputs, { batchSize: 2, backend: 'cpu' }],
  raggedDataset: () => [
    {
      inputs: {
        tokens: { sequences: [Int32Array.of(1, 2), Int32Array.of(3)], lengths: 'steps', padding: 0 },
      },
      targets,
    },
  ],
  readArray: () => [join(folder, 'none.npy')],
  readFile: () => [join(folder, 'none')],
  readRecording: () => [library.encodeSafetensors(state)],
  readStateDict: () => [library.encodeSafetensors(state)],
  reduceOnPlateau: () => [{ from: 0.1, patience: 2, thresholdMode: 'abs', on: 'training' }],
  relu: () => [symbol()],
  argmax: () => [symbol(), -1],
  equal: () => [symbol(), 1],
  glu: () => [symbol(), -1],
  greater: () => [symbol(), 1],
  greaterOrEqual: () => [symbol(), symbol()],
  groupNorm: () => [
    'groups',
    library.transpose(symbol(), [0, 2, 1]),
    { numGroups: 2, eps: 1e-4, affine: true },
  ],
  less: () => [symbol(), 1],
  lessOrEqual: () => [symbol(), 1],
  prelu: () => ['act', library.transpose(symbol(), [0, 2, 1]), { numParameters: 4 }],
  size: () => [symbol(), 1],
  std: () => [symbol(), 1, { correction: 0, keepDim: true }],
  variance: () => [symbol(), 1, { correction: 0, keepDim: true }],
  where: () => [library.greater(symbol(), 0), symbol(), 0],
  pad: () => [symbol(), { axis: 1, before: 1, after: 2, value: 3 }],
  repeat: () => [symbol(), 3, 1],
  repeatLike: () => [symbol(), symbol(), 1],
  reshape: () => [symbol(), ['batch', 'time', 2, 2]],
  sgd: () => [{ lr: 0.1, momentum: 0.9 }],
  sigmoid: () => [symbol()],
  seasonalScale: () => [[1, 2, 4, 7], 2],
  shared: () => [() => symbol()],
  sliceDataset: () => [data, 0, 1],
  slice: () => [symbol(), { axis: 1, start: 1, end: -1, step: 2 }],
  split: () => [symbol(), [1, 3], -1],
  smoothL1: () => [{ beta: 0.5 }],
  softmax: () => [symbol(), -1],
  spanF1: () => [[['B-PER', 'O']], [['I-PER', 'O']], { strict: true }],
  spansOf: () => [['B-PER', 'I-PER', 'O'], { strict: true }],
  splitDataset: () => [data, 1, [0, 1]],
  squeeze: () => [symbol(), 1],
  stack: () => [[symbol(), symbol()], 1],
  stepDecay: () => [{ from: 0.1, every: 3, gamma: 0.5 }],
  stepCount: () => [symbol()],
  summary: () => [network],
  taggerOf: () => [tagModel, { output: 'tags', bio: true }],
  translatorOf: () => [textModels],
  captionerOf: () => [imageModels],
  tanh: () => [symbol()],
  tie: () => ['decoder.weight', 'encoder.weight'],
  transpose: () => [symbol(), [1, 0, 2]],
  unroll: () => [2, { x: symbol() }, (state: unknown) => state, 0],
  unsqueeze: () => [symbol(), 1],
  viterbi: () => [
    float32Array([1, 1, 2], [0, 1]),
    library.crfOf(tagNetwork, tagParameters),
    { lengths: [1] },
  ],
  withBio: () => [library.crfOf(tagNetwork, tagParameters), ['O', 'B-A']],
  verify: () => [model, network, parameters, { batches: [1], times: [2], seed: 1, backend: 'cpu' }],
  verifyRecording: () => [model, recording],
  warmUp: () => [{ over: 3, before: 0.1, startFactor: 0.5, per: 'step' }],
  writeFileAtomic: () => [join(folder, 'written'), Uint8Array.of(1)],
  // Classes and what they offer.
  'new Generator': () => [1],
  'Generator.fromState': () => [new library.Generator(1).state],
  'Model.load': () => [onnx, { providers: ['simd'], sessionOptions: { intraOpNumThreads: 1 } }],
  'model.run': () => [inputs, ['logits']],
  'encoderDecoder.training': () => [{ teacherForcing: 0.5, steps: 3 }],
  'encoderDecoder.samples': () => [[[3, 3], [1]], [[3], [3, 3]], { steps: 3 }],
  'encoderDecoder.toOnnx': () => [translatorParameters, { opset: 17, metadata: { a: 'b' } }],
  'classifier.classify': () => [['a', 'bab'], { batchSize: 1, onNote: () => {} }],
  'captioner.caption': () => [
    float32Array([1, 2, 3], new Float32Array(6)),
    { beam: { width: 2 }, attention: true, maxLength: 3, batchSize: 1 },
  ],
  'translator.translate': () => [
    ['ab', 'b'],
    { beam: { width: 2, nBest: 2 }, attention: true, maxLength: 3, batchSize: 1 },
  ],
  'textGenerator.generate': () => ['a', { beam: { width: 2, nBest: 2 }, maxLength: 2, stop: ['bb', 'ba'] }],
  'textGenerator.stream': () => [
    'ab',
    { sample: { seed: 1, topK: 2 }, repetitionPenalty: 1.1, maxLength: 2, stop: 'bb' },
  ],
  'generate of a pair': () => [
    { encoder, decoder },
    { source: [[3], [1, 3]], maxLength: 2 },
  ],
  'stream.reorder': () => [[0]],
  'model.stream': () => [{ states: { x: 'logits' } }],
};

const functions: Record<string, (...given: never[]) => unknown> = {
  ...(Object.fromEntries(
    Object.entries(library).filter(
      ([, value]) => typeof value === 'function' && !/^class/.test(String(value)),
    ),
  ) as Record<string, () => unknown>),
  'new Generator': (seed: number) => new library.Generator(seed),
  'Generator.fromState': library.Generator.fromState,
  generateSteps: async (model, options) => {
    for await (const _ of library.generateSteps(model, options));
  },
  'Model.load': async (source, options) => (await library.Model.load(source, options)).release(),
  'model.run': (feeds, fetches) => model.run(feeds, fetches),
  'model.stream': (options) => model.stream(options),
  'encoderDecoder.training': (options) => translator.training(options),
  'encoderDecoder.samples': (sources, targets, options) => translator.samples(sources, targets, options),
  'encoderDecoder.toOnnx': (own, options) => translator.toOnnx(own, options),
  'classifier.classify': (texts, options) => classifier.classify(texts, options),
  'captioner.caption': (pixels, options) => captioner.caption(pixels, options),
  'translator.translate': (texts, options) => textTranslator.translate(texts, options),
  'textGenerator.generate': (prompt, options) => textGenerator.generate(prompt, options),
  'textGenerator.stream': async (prompt, options) => {
    for await (const _ of textGenerator.stream(prompt, options));
  },
  'generate of a pair': (pair, options) => library.generate(pair, options),
  'stream.reorder': (rows) => wordModel.stream().reorder(rows),
};

/** Every kind of value. No text names a file that could be written, no number makes anything large. */
const wrongs: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['NaN', Number.NaN],
  ['-1', -1],
  ['0.5', 0.5],
  ['3', 3],
  ['3n', 3n],
  ["''", ''],
  ['a text', '/dev/null/nothing'],
  ['a symbol', Symbol('s')],
  ['[]', []],
  ['[null]', [null]],
  ['{}', {}],
  ['an object without prototype', Object.create(null)],
  ['a function', () => undefined],
  ['a Map', new Map([['a', 1]])],
  ['a Uint8Array', Uint8Array.of(1)],
  ['a Float64Array', Float64Array.of(1)],
  ['a Date', new Date(0)],
];

/** All of MNIST is read for what has no `dir`: that is right, but takes a second each time. */
const readsAll = (name: string, given: readonly unknown[]) =>
  name === 'loadMnist' && (Object(given[0]) as { dir?: unknown }).dir === undefined && given[0] !== null;

/** A value with one part of it replaced by each wrong value, or missing. */
function* variants(value: unknown, depth: number): globalThis.Generator<[string, unknown]> {
  yield* wrongs;
  if (depth === 0 || typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (value instanceof Map) {
    for (const [key, part] of value) {
      for (const [what, wrong] of variants(part, depth - 1))
        yield [`${key} => ${what}`, new Map([...value, [key, wrong]])];
    }
  } else if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) {
      for (const [what, wrong] of variants(part, depth - 1)) yield [`[${i}] ${what}`, value.with(i, wrong)];
    }
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, part] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield [`without ${key}`, rest];
      for (const [what, wrong] of variants(part, depth - 1))
        yield [`${key}: ${what}`, { ...value, [key]: wrong }];
    }
    yield ['with an option that there is not', { ...value, nonsense: 1 }];
  }
}

/** What is thrown and is no typed error; undefined where all is well. */
async function bareFailure(
  call: (...given: never[]) => unknown,
  given: unknown[],
): Promise<string | undefined> {
  try {
    await call(...(given as never[]));
    return undefined;
  } catch (error) {
    if (error instanceof library.LstmOnnxError && error.code !== 'E_INTERNAL') return undefined;
    return String(error instanceof Error ? error.stack?.split('\n').slice(0, 2).join(' ') : error);
  }
}

/** The options that a function says it has when it is given one that there is not. */
async function optionsOf(call: (...given: never[]) => unknown, given: unknown[]): Promise<string[]> {
  try {
    await call(...(given as never[]));
    return [];
  } catch (error) {
    return /Its options are (.+)\.$/.exec((error as Error).message)?.[1]?.split(', ') ?? [];
  }
}

describe('a public function given the wrong thing throws a typed error or none', () => {
  it('is known by example, each one', () => {
    expect(Object.keys(functions).filter((name) => !Object.hasOwn(examples, name))).toEqual([]);
  });

  it.each(Object.keys(examples))('%s', async (name) => {
    const call = functions[name]!;
    const bare: string[] = [];
    for (let position = 0; position < examples[name]!().length; position++) {
      const parts = [...variants(examples[name]!()[position], 2)];
      const example = examples[name]!()[position];
      // Options that the example does not name.
      if (Object.getPrototypeOf(Object(example)) === Object.prototype) {
        const options = { ...(example as object), nonsense: 1 };
        for (const option of await optionsOf(call, examples[name]!().with(position, options))) {
          for (const [what, wrong] of wrongs)
            parts.push([`${option}: ${what}`, { ...(example as object), [option]: wrong }]);
        }
      }
      for (const [what, wrong] of parts) {
        const given = examples[name]!().with(position, wrong);
        if (readsAll(name, given)) continue;
        const failure = await bareFailure(call, given);
        if (failure) bare.push(`argument ${position}, ${what}: ${failure}`);
      }
    }
    expect(bare).toEqual([]);
  });

  it('whatever all of the arguments are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(examples)),
        fc.array(fc.constantFrom(...wrongs.map(([, value]) => value)), { maxLength: 4 }),
        async (name, given) => {
          fc.pre(!readsAll(name, given));
          expect(await bareFailure(functions[name]!, given)).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    ));
});
