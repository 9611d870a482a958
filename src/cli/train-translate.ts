/** `lstm-onnx train translate`: from pairs of texts to a model that writes the one for the other, and how good it is. */
import { basename } from 'node:path';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import { translateReport } from '../report/translate-report.js';
import { Model } from '../runtime/node.js';
import { foundTokenizer } from '../tasks/found-tokenizer.js';
import { judgeTranslator, type TranslatorEvaluation } from '../tasks/judge-translator.js';
import { type TrainedTranslator, trainTranslator } from '../tasks/train-translator.js';
import { translatorOf } from '../tasks/translator-metadata.js';
import { translatorScores } from '../tasks/translator-scores.js';
import { networkWords, pairFiles } from './pair-files.js';
import { readPairs } from './read-pairs.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';
import type { TrainContext, TrainTask } from './train-task.js';
import {
  pairSettings,
  type TranslateRun,
  tokenSettings,
  translateLearning,
  translateSettings,
  translateTable,
  writerSettings,
} from './translate-settings.js';

export const translateTask: TrainTask<typeof translateSettings.shape, TranslateRun> = {
  table: translateTable,
  describe: 'Train a model that writes a text for another: translations, or sounds of spellings',
  groups: {
    'The file:': pairSettings,
    'The texts:': tokenSettings,
    'The network:': writerSettings,
    'The training:': translateLearning,
  },
  examples: [
    ['translate --data words.csv --source word --target phonemes', 'Spelling to sound'],
    ['translate --data deu.txt --no-header --lowercase', 'Sentences with a tab between them'],
  ],
  inputs: ({ data }) => [data],
  files: pairFiles,
  async train(given, context) {
    const { say, signal, notes } = context;
    const { pairs, columns } = await readPairs(given, say);
    const settings = { ...given, ...columns, ...tokenizersOf(given, pairs, say) };
    const trained = await train(pairs, settings, columns, context);
    const files = pairFiles(settings.output);
    const onnx = trained.toOnnx();
    const evaluation = await judge(trained, onnx);
    const table = translatorScores(evaluation);
    const command = ['lstm-onnx train translate', ...optionWords(settings, translateSettings)].join(' ');
    return {
      stopped: signal.aborted,
      score: { lines: table.lines, json: JSON.stringify(jsonOf(evaluation)) },
      async contents() {
        const { network, parameters, plan } = trained;
        const vocabularies = { source: plan.source.vocabulary, previous: plan.target.vocabulary };
        return [
          [files.checkpoint, encodeCheckpoint({ network, parameters, info: { vocabularies } })],
          [files.encoder, onnx.encoder],
          [files.decoder, onnx.decoder],
          [
            files.report,
            translateReport({
              ...{ file: basename(settings.data), trained, evaluation, table, command },
              ...{ network: networkWords(settings), notes: [...notes] },
            }),
          ],
        ];
      },
      next: `next: lstm-onnx predict ${shellWord(settings.output)} ${shellWord(pairs.sources[0] ?? '')}`,
    };
  },
};

/** How both sides are cut into tokens: as is said, else as the texts are. */
function tokenizersOf(
  { tokens, sourceTokens = tokens, targetTokens = tokens }: TranslateRun,
  { sources, targets }: { readonly sources: readonly string[]; readonly targets: readonly string[] },
  say: TrainContext['say'],
) {
  const found = {
    sourceTokens: sourceTokens ?? foundTokenizer(sources),
    targetTokens: targetTokens ?? foundTokenizer(targets),
  };
  if (sourceTokens === undefined) say(`--source-tokens: ${found.sourceTokens} are taken.`);
  if (targetTokens === undefined) say(`--target-tokens: ${found.targetTokens} are taken.`);
  return found;
}

async function train(
  pairs: Parameters<typeof trainTranslator>[0],
  settings: TranslateRun & ReturnType<typeof tokenizersOf>,
  columns: { readonly source: string; readonly target: string },
  { signal, say, onStep, onEpoch, trained }: TrainContext,
): Promise<TrainedTranslator> {
  const { minCount, maxLength } = settings;
  const outcome = await trainTranslator(pairs, {
    ...settings,
    ...{ minCount, maxLength, columns, signal, onStep, onEpoch, onNote: say },
  });
  trained(outcome);
  return outcome;
}

async function judge(
  { parts }: TrainedTranslator,
  onnx: ReturnType<TrainedTranslator['toOnnx']>,
): Promise<TranslatorEvaluation> {
  const options = { providers: ['cpu'] } as const;
  await using encoder = await Model.load(onnx.encoder, options);
  await using decoder = await Model.load(onnx.decoder, options);
  return await judgeTranslator(translatorOf({ encoder, decoder }), parts.train, parts.test);
}

function jsonOf({ samples: _, ...numbers }: TranslatorEvaluation) {
  const model = numbers.beam ?? numbers.greedy;
  const noWorse = Object.entries(numbers.baselines).filter(
    ([, { errorRate }]) => errorRate <= model.errorRate,
  );
  return { event: 'evaluation', ...numbers, noWorseThanModel: noWorse.map(([name]) => name) };
}
