/** `lstm-onnx train generate`: from a long text to a model that writes such texts, and how well it foretells them. */
import { basename, join } from 'node:path';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import { languageModelReport } from '../report/language-model-report.js';
import { Model } from '../runtime/node.js';
import {
  type LanguageModelText,
  languageModelText,
  type TrainedLanguageModel,
  trainLanguageModel,
} from '../tasks/language-model.js';
import { evaluateLanguageModel } from '../tasks/language-model-scores.js';
import { languageModelTable, noWorse, tokenNoun } from '../tasks/language-model-table.js';
import { writtenSamples } from '../tasks/written-samples.js';
import {
  type GenerateRun,
  generateSettings,
  generateTable,
  textSettings,
  writingSettings,
} from './generate-settings.js';
import { readTextFiles } from './read-text-files.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';
import type { TrainContext, TrainTask } from './train-task.js';

export const generateTask: TrainTask<typeof generateSettings.shape, GenerateRun> = {
  table: generateTable,
  describe: 'Train a model that writes texts like yours, and tell how well it foretells them',
  groups: { 'The text:': textSettings, 'The training:': writingSettings },
  examples: [
    ['generate --text book.txt', 'By characters; sizes follow from the length of the text'],
    ['generate --text books --tokens words --epochs 5', 'All .txt files of a folder, by words'],
  ],
  inputs: ({ text }) => text,
  files: filesIn,
  async train(settings, context) {
    const { signal, notes, trained } = context;
    const { text, files: read } = await readTextFiles(settings.text, settings.encoding, context.say);
    const parts = textOf(text, settings, context);
    const model = await trainLanguageModel(parts);
    trained(model);
    const onnx = model.toOnnx();
    await using loaded = await Model.load(onnx, { providers: ['cpu'] });
    const evaluation = await evaluateLanguageModel(loaded, parts);
    const samples = await writtenSamples(loaded, parts.vocabulary, parts.test, parts.plan.seed);
    const table = languageModelTable(evaluation, parts.plan.tokens);
    const files = filesIn(settings.output);
    const command = [
      'lstm-onnx train generate',
      ...optionWords({ ...parts.plan, ...settings }, generateSettings),
    ].join(' ');
    const { model: own, baselines, tokens, unknown } = evaluation;
    const json = {
      event: 'evaluation',
      ...{ tokens, unknown, model: own, baselines },
      noWorseThanModel: noWorse(own, baselines).map(({ name }) => name),
    };
    return {
      stopped: signal.aborted,
      score: { lines: table.lines, json: JSON.stringify(json) },
      contents: async () => [
        [files.checkpoint, checkpointOf(model, parts)],
        [files.onnx, onnx],
        [
          files.report,
          languageModelReport({
            ...{ parts, evaluation, table, samples, command, history: model.history },
            files: read.map((file) => basename(file)),
            characters: text.length,
            notes: [...notes],
          }),
        ],
      ],
      next: `next: lstm-onnx generate ${shellWord(settings.output)} --prompt TEXT`,
    };
  },
};

function filesIn(folder: string) {
  return {
    checkpoint: join(folder, 'model.safetensors'),
    onnx: join(folder, 'model.onnx'),
    report: join(folder, 'report.html'),
  };
}

/** The text in its parts, with what was chosen said. */
function textOf(
  text: string,
  { text: _, output: __, encoding: ___, ...options }: GenerateRun,
  { signal, say, onStep, onEpoch, expectEpochs }: TrainContext,
): LanguageModelText {
  const parts = languageModelText(text, { ...options, ...{ signal, onStep, onEpoch } });
  const { plan, vocabulary, train, validation, test } = parts;
  const noun = `${tokenNoun[plan.tokens]}s`;
  const counts = [train, validation, test].map(({ length }) => length.toLocaleString('en'));
  say(
    `text: ${counts[0]} ${noun} to learn from, then ${counts[1]} to validate and ${counts[2]} to test on, ${vocabulary.tokens.length.toLocaleString('en')} different`,
  );
  const chosen = (['hiddenSize', 'embeddingDim', 'batchSize', 'steps', 'epochs'] as const).filter(
    (name) => options[name] === undefined,
  );
  if (chosen.length > 0)
    say(`by the size of the text: ${chosen.map((name) => `${name} ${plan[name]}`).join(', ')}`);
  expectEpochs(plan.epochs);
  return parts;
}

function checkpointOf(
  { network, parameters }: TrainedLanguageModel,
  { vocabulary }: LanguageModelText,
): Uint8Array {
  return encodeCheckpoint({ network, parameters, info: { vocabularies: { tokens: vocabulary } } });
}
