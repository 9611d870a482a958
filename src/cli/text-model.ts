/** The text generator of a model file, or what to do with the file instead. */

import type { Vocabulary } from '../data/text/vocabulary.js';
import { vocabularyFromJson } from '../data/text/vocabulary-json.js';
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { parseFile } from '../files/read.js';
import { isForecast } from '../forecast/forecast-metadata.js';
import { type TextGenerator, textGeneratorOf } from '../generate/text-generator.js';
import { taskNameOf } from '../tasks/task-metadata.js';
import type { OpenModels } from './open-models.js';
import { shellWord } from './resume-command.js';

/**
 * @param vocabulary the path of a JSON file; undefined for that of the model
 * @throws E_INVALID_FILE for a model of another task, and a file that is no vocabulary; what `textGeneratorOf` throws
 */
export async function textModel(
  models: OpenModels,
  path: string,
  vocabulary: string | undefined,
): Promise<TextGenerator> {
  const task = isForecast(models.metadata) ? 'forecast' : taskNameOf(models.metadata);
  if (models.kind === 'pair' || (task !== undefined && task !== 'generate')) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${path} is a model of lstm-onnx train ${task ?? 'translate'}, which writes no texts; lstm-onnx predict ${shellWord(path)} runs it.`,
    );
  }
  const options = vocabulary === undefined ? {} : { vocabulary: await readVocabulary(vocabulary) };
  try {
    return textGeneratorOf(models.model, options);
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    throw reworded(
      error,
      `${path}: ${error.message} On the command line: --vocabulary FILE gives a vocabulary; lstm-onnx train generate writes files that have theirs.`,
    );
  }
}

function readVocabulary(path: string): Promise<Vocabulary> {
  return parseFile(path, (bytes) => {
    const json = decodeUtf8(bytes, false);
    if (json === undefined) throw new LstmOnnxError('E_INVALID_FILE', 'expected JSON in UTF-8.');
    return vocabularyFromJson(json);
  });
}
