/** `lstm-onnx init tag`: the options of `train tag` for a file of tagged texts. */
import { stat } from 'node:fs/promises';
import { quotedNames } from '../data/table/table.js';
import { draftColumns, draftRecords } from './draft-records.js';
import type { InitTask } from './init-task.js';
import { hasRecords, readTagged, type TaggedSettings } from './read-tagged.js';
import { SettingsDraft } from './settings-draft.js';
import { tagDataSettings, taggerSettings, type tagSettings, tagTable } from './tag-settings.js';

export const tagInit: InitTask<typeof tagSettings.shape> = {
  table: tagTable,
  describe: 'Write the options of train tag for a file of tagged texts as JSON, with what is found in it',
  data: 'data',
  groups: { 'The texts:': tagDataSettings, 'The network:': taggerSettings },
  examples: [
    ['init tag --data ner.conll', 'tag.json, with the columns that are found'],
    ['train tag --config tag.json', 'Trains by it'],
  ],
  async draft({ data = '', ...given }) {
    const draft = new SettingsDraft<Readonly<Record<string, unknown>>>({ data, ...given });
    const isFile = (await stat(data).catch(() => undefined))?.isFile() ?? false;
    if (isFile && hasRecords(data, given)) {
      const records = await draftRecords(draft, data, given);
      const { tokens, tags } = given;
      draftColumns(draft, records, { tokens, tags });
      if (draft.decisions.length > 0) return draft;
    }
    // What is decided by now is a setting of the table.
    const settings = draft.settings as TaggedSettings;
    const { texts, source } = await readTagged(settings, (line) => draft.notes.push(line));
    const count = texts.tokens.length.toLocaleString('en');
    draft.notes.push(
      `${count} texts with ${texts.labels.length} tags: ${quotedNames(texts.labels)}. Columns: ${source}.`,
    );
    return draft;
  },
};
