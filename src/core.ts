/** What lstm-onnx offers on every platform: defining, training, data, export and import. */
export {
  type MostFrequentTag,
  type MostFrequentTagOptions,
  mostFrequentTag,
} from './baselines/most-frequent-tag.js';
export { type NGramModel, type NGramOptions, nGramModel } from './baselines/n-gram.js';
export { type NaiveBayes, type NaiveBayesOptions, naiveBayes } from './baselines/naive-bayes.js';
export type { BackendName } from './builder/backends/backend.js';
export {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type ModelInfo,
} from './builder/checkpoint.js';
export { defineNetwork, type Network, type NetworkOutput, type Signature } from './builder/network.js';
export { networkFromJson, networkToJson } from './builder/network-json.js';
export {
  abs,
  activation,
  clip,
  elu,
  exp,
  gelu,
  hardSwish,
  hardtanh,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  sqrt,
  tanh,
} from './builder/ops/activations.js';
export { argmax } from './builder/ops/argmax.js';
export { add, div, mul, sub } from './builder/ops/arithmetic.js';
export { at, last } from './builder/ops/at.js';
export { type AttentionArguments, attention } from './builder/ops/attention.js';
export {
  type GroupNormOptions,
  glu,
  groupNorm,
  std,
  type VarianceOptions,
  variance,
} from './builder/ops/composed.js';
export { concat } from './builder/ops/concat.js';
export {
  type Conv1dOptions,
  type Conv2dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
} from './builder/ops/convolution.js';
export { type CrfArguments, crf } from './builder/ops/crf.js';
export { dropout } from './builder/ops/dropout.js';
export { embedding } from './builder/ops/embedding.js';
export { flip } from './builder/ops/flip.js';
export { type GruArguments, type GruState, gru } from './builder/ops/gru.js';
export { linear } from './builder/ops/linear.js';
export { type LstmArguments, type LstmState, lstm } from './builder/ops/lstm.js';
export { matmul } from './builder/ops/matmul.js';
export {
  type BatchNormOptions,
  batchNorm,
  type InstanceNormOptions,
  instanceNorm,
  type LayerNormOptions,
  layerNorm,
} from './builder/ops/normalization.js';
export { type PadArguments, pad } from './builder/ops/pad.js';
export { constant, parameter } from './builder/ops/parameter.js';
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
} from './builder/ops/pool.js';
export { prelu } from './builder/ops/prelu.js';
export type { ActivationLike } from './builder/ops/recurrent-arguments.js';
export { max, mean, sum } from './builder/ops/reduce.js';
export { repeat, repeatLike } from './builder/ops/repeat.js';
export { reshape } from './builder/ops/reshape.js';
export { type RnnArguments, type RnnState, rnn } from './builder/ops/rnn.js';
export { type ColumnNames, scaleColumns, unscaleColumns } from './builder/ops/scale-columns.js';
export { size } from './builder/ops/size.js';
export { type SliceArguments, slice, split } from './builder/ops/slice.js';
export { stepCount } from './builder/ops/step-count.js';
export { transpose } from './builder/ops/transpose.js';
export { squeeze, stack, unsqueeze } from './builder/ops/unsqueeze.js';
export {
  type Compare,
  type Condition,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  where,
} from './builder/ops/where.js';
export {
  checkParameters,
  initParameters,
  type Parameter,
  parameterSpecs,
  type StateDict,
} from './builder/parameters.js';
export {
  type Feeds as NetworkFeeds,
  type Predictions,
  type PredictOptions,
  predict,
} from './builder/predict.js';
export { Generator, type GeneratorState } from './builder/random.js';
export type { Dim, Shape } from './builder/shape.js';
export { shared, tie } from './builder/shared.js';
export { summary } from './builder/summary.js';
export {
  type DType,
  float32,
  int32,
  type SymbolicTensor,
  type TensorType,
  type Value,
} from './builder/tensor.js';
export {
  type F1Options,
  f1,
  perplexity,
  sequenceAccuracy,
  tokenAccuracy,
} from './builder/train/class-metrics.js';
export { crfNll } from './builder/train/crf-nll.js';
export { type CrossEntropyOptions, crossEntropy } from './builder/train/cross-entropy.js';
export type { EarlyStoppingOptions } from './builder/train/early-stopping.js';
export type { StepEnd } from './builder/train/epoch.js';
export { type EvaluateOptions, evaluate } from './builder/train/evaluate.js';
export { type EpochEnd, type FitOptions, type FitResult, fit } from './builder/train/fit.js';
export { gaussianNll, pinball, studentTNll } from './builder/train/forecast-losses.js';
export { type MaseOptions, mase, r2, rmse, seasonalScale, smape } from './builder/train/forecast-metrics.js';
export { historyPlot } from './builder/train/history-plot.js';
export {
  coverage,
  crps,
  type IntervalOptions,
  intervalWidth,
  ofEntry,
} from './builder/train/interval-metrics.js';
export type { EpochLog, Evaluation, StepLog } from './builder/train/logs.js';
export type { Loss, LossContext } from './builder/train/loss.js';
export { bceWithLogits, l1, mse } from './builder/train/losses.js';
export { type MaskedOptions, masked } from './builder/train/masked.js';
export type { MeanMetric, Measurement, Metric, WholeMetric } from './builder/train/metric.js';
export { accuracy, meanAbsoluteError } from './builder/train/metrics.js';
export {
  type AdamOptions,
  adam,
  adamW,
  type OptimizerConfig,
  type SgdOptions,
  sgd,
} from './builder/train/optimizers.js';
export type { QuantileOptions } from './builder/train/quantiles.js';
export {
  type HuberOptions,
  huber,
  type SmoothL1Options,
  smoothL1,
} from './builder/train/regression-losses.js';
export type { RunChange, RunOptions } from './builder/train/run-options.js';
export type {
  CosineOptions,
  ExponentialDecayOptions,
  LearningRate,
  OneCycleOptions,
  ReduceOnPlateauOptions,
  Schedule,
  StepDecayOptions,
  WarmUpOptions,
} from './builder/train/schedule-options.js';
export {
  cosine,
  exponentialDecay,
  oneCycle,
  reduceOnPlateau,
  stepDecay,
  warmUp,
} from './builder/train/schedules.js';
export {
  decodeTrainingState,
  encodeTrainingState,
  type TrainingState,
} from './builder/train/training-state.js';
export { unroll } from './builder/unroll.js';
export { parseCsv } from './data/csv.js';
export {
  type Dataset,
  dataset,
  type SampleArray,
  type SampleInputs,
  type Samples,
  sliceDataset,
  splitDataset,
} from './data/dataset.js';
export type { TableSource } from './data/decode-text.js';
export { parseIdx } from './data/idx.js';
export { parseJsonArray } from './data/json.js';
export { type MnistImages, parseMnist } from './data/mnist.js';
export { encodeNpy, parseNpy } from './data/npy.js';
export { type Ragged, type RaggedSamples, raggedDataset, type Sequence } from './data/ragged-dataset.js';
export { encodeSafetensors, parseSafetensors, type SafetensorsFile } from './data/safetensors.js';
export type { InputLoader, SampleLoader } from './data/sample-loader.js';
export {
  type CalendarColumns,
  type CalendarOptions,
  type CalendarPart,
  calendarFeatures,
  withCalendar,
} from './data/table/calendar.js';
export { guessDateFormats } from './data/table/date-forms.js';
export { type Frequency, type FrequencyUnit, nextTimes, seasonOf } from './data/table/frequency.js';
export { parseTable } from './data/table/parse-table.js';
export {
  type RollingOrigin,
  type RollingOriginOptions,
  rollingOrigins,
} from './data/table/rolling-origins.js';
export {
  fitScaler,
  type Scaler,
  type ScalerKind,
  type ScalerOptions,
  type Scaling,
  scaleSeries,
  scaleValues,
  scalingOf,
  unscaleValues,
} from './data/table/scaler.js';
export type { Series, SeriesColumn, SeriesSet, SeriesValues } from './data/table/series.js';
export { type Fill, type SeriesOptions, seriesOf } from './data/table/series-of.js';
export { splitByTime, type TimeSplit, type TimeSplitOptions } from './data/table/split-by-time.js';
export type {
  DataNote,
  NumberColumn,
  Table,
  TableColumn,
  TextColumn,
  TimeColumn,
} from './data/table/table.js';
export type { ColumnKind, Separator, TableOptions } from './data/table/table-options.js';
export { type CsvOptions, tableToCsv } from './data/table/table-to-csv.js';
export type { WindowArrays } from './data/table/window-arrays.js';
export type { WindowColumns } from './data/table/window-columns.js';
export {
  scaleWindows,
  unscaleWindows,
  type WindowScaling,
  type WindowScalingOptions,
  windowScaling,
} from './data/table/window-scaling.js';
export {
  type WindowOptions,
  type WindowOrigin,
  type Windows,
  windows,
} from './data/table/windows.js';
export { type ConllOptions, parseTaggedTexts } from './data/text/conll.js';
export {
  decodeText,
  type EncodedTexts,
  type EncodeOptions,
  type EncodeTextsOptions,
  encodeText,
  encodeTexts,
} from './data/text/encode-text.js';
export { type JsonLine, type JsonLines, parseJsonLines } from './data/text/json-lines.js';
export {
  type LabelledTexts,
  type LabelledTextsOptions,
  type LabelOptions,
  labelledTexts,
} from './data/text/labelled-texts.js';
export { type PlainText, parseText, type TextOptions } from './data/text/plain-text.js';
export { type SplitSamples, type SplitSamplesOptions, splitSamples } from './data/text/split-samples.js';
export { type TaggedTexts, type TaggedTextsOptions, taggedTexts } from './data/text/tagged-texts.js';
export { type TextPairs, type TextPairsOptions, textPairs } from './data/text/text-pairs.js';
export type { TextSource } from './data/text/text-records.js';
export { type TextStream, type TextStreamOptions, textStream } from './data/text/text-stream.js';
export type { Tokenizer } from './data/text/tokenizers.js';
export {
  type SpecialToken,
  type Vocabulary,
  type VocabularyOptions,
  vocabulary,
} from './data/text/vocabulary.js';
export {
  vocabulariesOf,
  vocabularyFromJson,
  vocabularyToJson,
} from './data/text/vocabulary-json.js';
export { type ErrorCode, LstmOnnxError } from './errors.js';
export { type ExportOptions, exportOnnx } from './export/export.js';
export type { BaselineName } from './forecast/baselines.js';
export type { Distribution } from './forecast/distribution-quantiles.js';
export type { DecoderKind } from './forecast/forecast-decoder.js';
export type { DistributionKind } from './forecast/forecast-head.js';
export { forecasterOf } from './forecast/forecast-metadata.js';
export { type ForecastOptions, planForecast } from './forecast/forecast-options.js';
export type { ForecastPlan } from './forecast/forecast-plan.js';
export type { ForecastScores } from './forecast/forecast-scores.js';
export {
  type ForecastSeries,
  type ForecastSeriesOptions,
  forecastSeries,
} from './forecast/forecast-series.js';
export type { ForecastTraining } from './forecast/forecast-training.js';
export {
  type EvaluateForecastOptions,
  type ForecastEvaluation,
  Forecaster,
  type SampleForecastOptions,
  type SeriesForecast,
  type SeriesSamples,
} from './forecast/forecaster.js';
export {
  OnlineForecaster,
  type OnlineForecastState,
  type OnlineSeriesState,
  onlineForecasterOf,
} from './forecast/online-forecaster.js';
export type { ForecastRow } from './forecast/online-rows.js';
export type { ComparedScores, PastForecast } from './forecast/past-forecast.js';
export type { TargetScaling } from './forecast/target-scaling.js';
export {
  type EvaluatedForecaster,
  type EvaluatedTrainingOptions,
  trainAndEvaluate,
} from './forecast/train-and-evaluate.js';
export {
  type ForecastFileOptions,
  TrainedForecaster,
  trainForecaster,
} from './forecast/train-forecaster.js';
export type { EncoderAndDecoder, Sources } from './generate/encoder-and-decoder.js';
export { type GenerationSteps, generate, generateSteps } from './generate/generate.js';
export type {
  BeamOptions,
  GenerateOptions,
  SampleOptions,
  TranslateOptions,
} from './generate/generate-options.js';
export type { Generated, GeneratedSoFar } from './generate/generated.js';
export {
  type GeneratedText,
  type TextGenerationOptions,
  TextGenerator,
  type TextGeneratorOptions,
  textGeneratorOf,
} from './generate/text-generator.js';
export type { CallHint, Hint, LeaveOutHint, OptionHint, SeriesHint } from './hints.js';
export {
  type ArchitectureOptions,
  type InferredModel,
  networkFromStateDict,
  type Pool,
} from './import/architecture.js';
export { type ChainActivation, chainActivations } from './import/chain-activations.js';
export { type ImportOptions, type ImportResult, importModel } from './import/import-model.js';
export type { ImportedModel, ImportNote } from './import/imported-model.js';
export { readStateDict } from './import/state-dict.js';
export { float32Array, type NdArray, type NdArrayData, type NdArrayDType } from './nd-array.js';
export type { DownloadOptions, Progress } from './runtime/fetch-model.js';
export type { StreamOptions } from './runtime/model.js';
export type { LoadOptions } from './runtime/open-model.js';
export type { Provider, ProviderReport, ProviderStatus } from './runtime/providers.js';
export type { LstmSteps, LstmTrace, RecurrentTrace, TraceOf } from './runtime/recurrent-trace.js';
export type { Stream } from './runtime/stream.js';
export type { Feed, Feeds, ModelValue, PlainTensor, Results } from './runtime/values.js';
export {
  type ClassLabel,
  type ConfusionMatrix,
  type ConfusionOptions,
  confusionMatrix,
} from './scores/confusion-matrix.js';
export {
  type ErrorRateOptions,
  editDistance,
  errorRate,
  type TokenSequence,
} from './scores/edit-distance.js';
export type { Average, PrecisionAndRecall } from './scores/f1.js';
export type { ScoreTable } from './scores/score-table.js';
export { type Span, type SpanOptions, type SpanScores, spanF1, spansOf } from './scores/spans.js';
export {
  type EncoderDecoder,
  type EncoderDecoderFiles,
  encoderDecoder,
  type TrainingOptions,
} from './sequences/encoder-decoder.js';
export type {
  AttentionKind,
  EncoderDecoderOptions,
  FeatureSource,
  ImageSource,
  TargetTokens,
  TokenSource,
} from './sequences/encoder-decoder-options.js';
export { withBio } from './tagging/bio-crf.js';
export { type Crf, crfOf } from './tagging/crf.js';
export {
  type TaggedSequence,
  type TaggedWords,
  Tagger,
  type TaggerOptions,
  taggerOf,
} from './tagging/tagger.js';
export { type ViterbiOptions, viterbi } from './tagging/viterbi.js';
export { type Caption, Captioner, type CaptionerPlan, type GreyImages } from './tasks/captioner.js';
export { captionerOf } from './tasks/captioner-metadata.js';
export {
  type Classified,
  type ClassifyOptions,
  classifierOf,
  TextClassifier,
} from './tasks/classifier.js';
export {
  type TranslateTextsOptions,
  type Translation,
  Translator,
  type TranslatorPlan,
} from './tasks/translator.js';
export { translatorOf } from './tasks/translator-metadata.js';
export { type Comparison, type VerifyOptions, verify } from './verify.js';
export { type Recording, readRecording, verifyRecording } from './verify-fixture.js';
export { version } from './version.js';
