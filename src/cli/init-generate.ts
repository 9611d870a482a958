/** `lstm-onnx init generate`: a file for `train generate --config`, with the sizes that suit the text. */
import { languageModelText } from '../tasks/language-model.js';
import { tokenNoun } from '../tasks/language-model-table.js';
import {
  type GenerateSettings,
  type generateSettings,
  generateTable,
  textSettings,
} from './generate-settings.js';
import type { InitTask } from './init-task.js';
import { readTextFiles } from './read-text-files.js';
import { SettingsDraft } from './settings-draft.js';

export const generateInit: InitTask<typeof generateSettings.shape> = {
  table: generateTable,
  describe: 'Write the options of train generate for a text as JSON, with the sizes that suit it',
  data: 'text',
  groups: { 'The text:': textSettings },
  examples: [
    ['init generate --text book.txt', 'generate.json, to be changed by hand'],
    ['train generate --config generate.json', 'Trains by it'],
  ],
  async draft(given) {
    const draft = new SettingsDraft<Partial<GenerateSettings>>(given);
    const { text: paths = [], encoding, ...options } = given;
    const { text } = await readTextFiles(paths, encoding, (line) => draft.notes.push(line));
    const { plan, vocabulary, train } = languageModelText(text, options);
    const { tokens, minCount, maxSize, hiddenSize, embeddingDim, batchSize, steps, dropout, epochs, lr } =
      plan;
    draft.take(
      { tokens, minCount, maxSize, hiddenSize, embeddingDim, batchSize, steps, dropout, epochs, lr },
      `${train.length.toLocaleString('en')} ${tokenNoun[tokens]}s to learn from, ${vocabulary.tokens.length.toLocaleString('en')} different: the sizes suit them.`,
    );
    return draft;
  },
};
