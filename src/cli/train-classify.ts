/** `lstm-onnx train classify`: from texts with classes to a model that tells the class of a text, and how good it is. */
import { basename, join } from 'node:path';
import { encodeCheckpoint } from '../builder/checkpoint.js';
import { exportOnnx } from '../export/export.js';
import { classifierReport } from '../report/classifier-report.js';
import { Model } from '../runtime/node.js';
import { classifierMetadata, classifierOf } from '../tasks/classifier.js';
import { classifierScores, classifierScoresJson } from '../tasks/classifier-scores.js';
import { judgeClassifier } from '../tasks/judge-classifier.js';
import { type TrainedClassifier, trainClassifier } from '../tasks/train-classifier.js';
import {
  type ClassifyRun,
  classifierSettings,
  classifyDataSettings,
  classifySettings,
  classifyTable,
  classifyTrainingSettings,
} from './classify-settings.js';
import { type ReadLabelled, readLabelled } from './read-labelled.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';
import type { TrainTask } from './train-task.js';

export const classifyTask: TrainTask<typeof classifySettings.shape, ClassifyRun> = {
  table: classifyTable,
  describe: 'Train a network that tells the class of a text, and tell how good it is',
  groups: {
    'The texts:': classifyDataSettings,
    'The network:': classifierSettings,
    'The training:': classifyTrainingSettings,
  },
  examples: [
    ['classify --data mails.csv --text body --label kind', 'Writes out/model.onnx and out/report.html'],
    ['classify --data reviews', 'Of a folder that has a subfolder for each class'],
    ['classify --data names.csv --tokens characters', 'Classes of names, by their letters'],
  ],
  inputs: ({ data }) => [data],
  files: filesIn,
  async train(settings, context) {
    const { signal, say, notes, onStep, onEpoch, trained } = context;
    const read = await readLabelled(settings, say);
    const classifier = await trainClassifier(read.data, {
      ...settings,
      ...{ signal, onStep, onEpoch, onNote: say },
    });
    trained(classifier);
    const model = modelFile(classifier, settings, read);
    await using opened = await Model.load(model, { providers: ['cpu'] });
    const evaluation = await judgeClassifier(classifierOf(opened), classifier.parts, (note) =>
      say(`To test: ${note}`),
    );
    const table = classifierScores(evaluation);
    const files = filesIn(settings.output);
    return {
      stopped: signal.aborted,
      score: { lines: table.lines, json: classifierScoresJson(evaluation) },
      async contents() {
        const { network, parameters } = classifier;
        const report = classifierReport({
          ...{ classifier, evaluation, table, settings, notes, columns: read.columns },
          ...{ data: basename(settings.data), command: commandOf(settings) },
        });
        return [
          [files.checkpoint, encodeCheckpoint({ network, parameters, info: infoOf(classifier) })],
          [files.onnx, model],
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

function infoOf({ classes, vocabulary }: TrainedClassifier) {
  return { labels: classes, vocabularies: { tokens: vocabulary } };
}

function modelFile(
  classifier: TrainedClassifier,
  { maxLength }: ClassifyRun,
  { columns }: ReadLabelled,
): Uint8Array {
  const { network, parameters } = classifier;
  const metadata = classifierMetadata({ maxLength, ...columns });
  return exportOnnx(network, parameters, { ...infoOf(classifier), softmax: true, metadata });
}

/** The command that makes the model again: every setting is said, those of a file for `--config`, too. */
function commandOf(settings: ClassifyRun): string {
  return ['lstm-onnx train classify', ...optionWords(settings, classifySettings)].join(' ');
}
