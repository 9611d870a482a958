/** `lstm-onnx predict` of a model that writes texts, which has a command of its own. */
import { taskNameOf } from '../tasks/task-metadata.js';
import type { Predictor } from './predictors.js';
import { shellWord } from './resume-command.js';
import { UsageError } from './usage-error.js';

export const predictGenerate: Predictor = {
  fits: (metadata) => taskNameOf(metadata) === 'generate',
  predict(_models, { path }) {
    throw new UsageError(
      `${path} writes texts, which predict does not: lstm-onnx generate ${shellWord(path)} --prompt TEXT.`,
    );
  },
};
