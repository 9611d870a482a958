/** `lstm-onnx init translate`: a file for `train translate --config`, from the pairs that it is to learn. */
import { textPairs } from '../data/text/text-pairs.js';
import { foundTokenizer } from '../tasks/found-tokenizer.js';
import { draftColumns, draftRecords } from './draft-records.js';
import type { InitTask } from './init-task.js';
import { readPairRecords } from './read-pairs.js';
import { SettingsDraft } from './settings-draft.js';
import {
  pairSettings,
  type TranslateSettings,
  tokenSettings,
  type translateSettings,
  translateTable,
} from './translate-settings.js';

export const translateInit: InitTask<typeof translateSettings.shape> = {
  table: translateTable,
  describe: 'Write the options of train translate for a file of pairs as JSON, with what is found in it',
  data: 'data',
  groups: { 'The file:': pairSettings, 'The texts:': tokenSettings },
  examples: [
    ['init translate --data words.csv', 'translate.json; what is to be decided is null in it'],
    ['train translate --config translate.json', 'Trains by it'],
  ],
  async draft(given) {
    const { data = '', header = true } = given;
    const draft = new SettingsDraft<Partial<TranslateSettings>>(given);
    const records = header
      ? await draftRecords(draft, data, given)
      : await readPairRecords(data, { ...given, header });
    const usual = header ? {} : { source: '1', target: '2' };
    const columns = draftColumns(draft, records, {
      source: given.source ?? usual.source,
      target: given.target ?? usual.target,
    });
    const [source, target] = [columns.get('source'), columns.get('target')];
    if (source === undefined || target === undefined) return draft;
    const { sources, targets, notes } = await textPairs(records.source, { source, target });
    draft.notes.push(...notes.map(({ text }) => text));
    const { tokens } = given;
    const found = {
      sourceTokens: given.sourceTokens ?? tokens ?? foundTokenizer(sources),
      targetTokens: given.targetTokens ?? tokens ?? foundTokenizer(targets),
    };
    draft.take(found, `Tokens: ${found.sourceTokens} of the source, ${found.targetTokens} of the target.`);
    return draft;
  },
};
