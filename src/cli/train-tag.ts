/** `lstm-onnx train tag`: from texts with tags to a model that tags texts, and how good it is. */
import { basename, join } from 'node:path';
import { taggerReport } from '../report/tagger-report.js';
import { Model } from '../runtime/node.js';
import { taggerOf } from '../tagging/tagger.js';
import { judgeTagger } from '../tasks/judge-tagger.js';
import { taggerScores, taggerScoresJson } from '../tasks/tagger-scores.js';
import { taggerPace, trainTagger } from '../tasks/train-tagger.js';
import { readTagged } from './read-tagged.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';
import {
  type TagRun,
  tagDataSettings,
  taggerSettings,
  tagSettings,
  tagTable,
  tagTrainingSettings,
} from './tag-settings.js';
import type { TrainTask } from './train-task.js';

export const tagTask: TrainTask<typeof tagSettings.shape, TagRun> = {
  table: tagTable,
  describe: 'Train a network that gives each token of a text a tag, and tell how good it is',
  groups: {
    'The texts:': tagDataSettings,
    'The network:': taggerSettings,
    'The training:': tagTrainingSettings,
  },
  examples: [
    ['tag --data train.conllu', 'Parts of speech; writes out/model.onnx and out/report.html'],
    ['tag --data ner.conll --tag-column 4', 'Names, by the fourth column'],
    ['tag --data texts.jsonl --tokens words --tags ner', 'Lists of tokens and tags'],
  ],
  inputs: ({ data }) => [data],
  files: filesIn,
  async train(settings, context) {
    const { signal, say, notes, onStep, onEpoch, trained } = context;
    const read = await readTagged(settings, say);
    const run = { ...taggerPace(read.texts.tokens.length), ...settings };
    context.expectEpochs(run.epochs);
    const tagger = await trainTagger(read.texts, {
      ...run,
      ...{ columns: read.columns, signal, onStep, onEpoch, onNote: say },
    });
    trained(tagger);
    await using model = await Model.load(tagger.onnx, { providers: ['cpu'] });
    const opened = taggerOf(model);
    const evaluation = await judgeTagger(opened, tagger.split, tagger.labels);
    const table = taggerScores(evaluation);
    const files = filesIn(settings.output);
    const command = ['lstm-onnx train tag', ...optionWords(run, tagSettings)].join(' ');
    return {
      stopped: signal.aborted,
      score: { lines: table.lines, json: taggerScoresJson(evaluation) },
      async contents() {
        const report = taggerReport({
          ...{ tagger, crf: opened.crf, evaluation, table, settings, notes, command },
          ...{ data: basename(settings.data), source: read.source },
        });
        return [
          [files.checkpoint, tagger.checkpoint],
          [files.onnx, tagger.onnx],
          [files.report, report],
        ];
      },
      next: `next: lstm-onnx predict ${shellWord(files.onnx)} "a text"`,
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
