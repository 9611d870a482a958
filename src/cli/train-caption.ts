/** `lstm-onnx train caption`: from images and captions to a model that writes a caption, and how good it is. */
import { basename } from 'node:path';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import { captionReport } from '../report/caption-report.js';
import { Model } from '../runtime/node.js';
import { captionerOf } from '../tasks/captioner-metadata.js';
import { captionerScores } from '../tasks/captioner-scores.js';
import { foundTokenizer } from '../tasks/found-tokenizer.js';
import { type CaptionerEvaluation, judgeCaptioner } from '../tasks/judge-captioner.js';
import { type TrainedCaptioner, trainCaptioner } from '../tasks/train-captioner.js';
import {
  type CaptionRun,
  captionerSettings,
  captionLearning,
  captionSettings,
  captionTable,
  captionTokenSettings,
  imageSettings,
} from './caption-settings.js';
import { networkWords, pairFiles } from './pair-files.js';
import { type ReadImages, readCaptionedImages } from './read-images.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';
import type { TrainContext, TrainTask } from './train-task.js';

export const captionTask: TrainTask<typeof captionSettings.shape, CaptionRun> = {
  table: captionTable,
  describe: 'Train a model that writes a caption for an image: what is to be seen, or the text in a picture',
  groups: {
    'The files:': imageSettings,
    'The captions:': captionTokenSettings,
    'The network:': captionerSettings,
    'The training:': captionLearning,
  },
  examples: [
    ['caption --data captions.csv --image file --text caption', 'Pictures that a column names'],
    ['caption --data captions.txt --images images.npy', 'One array of all images'],
  ],
  inputs: ({ data, images }) => (images === undefined ? [data] : [data, images]),
  files: pairFiles,
  async train(given, context) {
    const { say, signal, notes } = context;
    const read = await readCaptionedImages(given, say);
    const tokens = given.tokens ?? foundTokenizer(read.texts);
    if (given.tokens === undefined) say(`--tokens: ${tokens} are taken.`);
    const settings = { ...given, ...read.columns, tokens };
    const trained = await train(read, settings, context);
    const files = pairFiles(settings.output);
    const onnx = trained.toOnnx();
    const evaluation = await judge(trained, onnx);
    const table = captionerScores(evaluation);
    const command = ['lstm-onnx train caption', ...optionWords(settings, captionSettings)].join(' ');
    return {
      stopped: signal.aborted,
      score: { lines: table.lines, json: JSON.stringify(jsonOf(evaluation)) },
      async contents() {
        const { network, parameters, plan } = trained;
        const vocabularies = { previous: plan.text.vocabulary };
        return [
          [files.checkpoint, encodeCheckpoint({ network, parameters, info: { vocabularies } })],
          [files.encoder, onnx.encoder],
          [files.decoder, onnx.decoder],
          [
            files.report,
            captionReport({
              ...{ file: basename(settings.data), trained, evaluation, table, command },
              ...{ network: networkWords(settings), notes: [...notes] },
            }),
          ],
        ];
      },
      next: `next: lstm-onnx predict ${shellWord(settings.output)} picture.png`,
    };
  },
};

async function train(
  { images, texts, columns }: ReadImages,
  settings: CaptionRun & { readonly tokens: NonNullable<CaptionRun['tokens']> },
  { signal, say, onStep, onEpoch, trained }: TrainContext,
): Promise<TrainedCaptioner> {
  const { minCount, maxLength, conv } = settings;
  const outcome = await trainCaptioner(
    { images, texts },
    {
      ...settings,
      ...{ minCount, maxLength, conv, column: columns.text ?? 'text', signal, onStep, onEpoch, onNote: say },
    },
  );
  trained(outcome);
  return outcome;
}

async function judge(
  { parts }: TrainedCaptioner,
  onnx: ReturnType<TrainedCaptioner['toOnnx']>,
): Promise<CaptionerEvaluation> {
  const options = { providers: ['cpu'] } as const;
  await using encoder = await Model.load(onnx.encoder, options);
  await using decoder = await Model.load(onnx.decoder, options);
  return await judgeCaptioner(captionerOf({ encoder, decoder }), parts.train, parts.test);
}

function jsonOf({ samples: _, ...numbers }: CaptionerEvaluation) {
  const model = numbers.beam ?? numbers.greedy;
  const noWorse = Object.entries(numbers.baselines).filter(
    ([, { errorRate }]) => errorRate <= model.errorRate,
  );
  return { event: 'evaluation', ...numbers, noWorseThanModel: noWorse.map(([name]) => name) };
}
