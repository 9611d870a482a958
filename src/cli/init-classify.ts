/** `lstm-onnx init classify`: a file for `train classify --config`, with the columns and how texts are read. */

import { counted } from '../counted.js';
import { quotedNames } from '../data/table/table.js';
import { type LabelledTexts, labelledTexts } from '../data/text/labelled-texts.js';
import { largestOf, smallestOf } from '../extremes.js';
import { textReading } from '../tasks/train-classifier.js';
import {
  type ClassifySettings,
  classifierSettings,
  classifyDataSettings,
  type classifySettings,
  classifyTable,
} from './classify-settings.js';
import { draftColumns, draftRecords } from './draft-records.js';
import type { InitTask } from './init-task.js';
import { isDirectory, readLabelled } from './read-labelled.js';
import { SettingsDraft } from './settings-draft.js';

/** Where a class has so many times the texts of another, it is told. */
const UNEVEN = 10;

export const classifyInit: InitTask<typeof classifySettings.shape> = {
  table: classifyTable,
  describe: 'Write the options of train classify for a file or folder as JSON, with what is found in it',
  data: 'data',
  groups: { 'The texts:': classifyDataSettings, 'The network:': classifierSettings },
  examples: [
    ['init classify --data mails.csv', 'classify.json; what is to be decided is null in it'],
    ['train classify --config classify.json', 'Trains by it'],
  ],
  async draft(given) {
    const { data: path = '' } = given;
    const draft = new SettingsDraft<Partial<ClassifySettings>>(given);
    const data = await textsOf(draft, path);
    if (data === undefined) {
      draft.notes.push('Choose the columns first; then run init again for the rest.');
      return draft;
    }
    for (const { text } of data.notes) draft.notes.push(text);
    draft.notes.push(...classNotes(data));
    draft.take(textReading(data.texts, given));
    return draft;
  },
};

/** The texts and their classes; undefined where it is to be decided which they are. */
async function textsOf(
  draft: SettingsDraft<Partial<ClassifySettings>>,
  path: string,
): Promise<LabelledTexts | undefined> {
  const { text, label } = draft.settings;
  if (await isDirectory(path)) {
    const { data } = await readLabelled({ ...draft.settings, data: path }, () => {});
    return data;
  }
  const records = await draftRecords(draft, path, draft.settings);
  const columns = draftColumns(draft, records, { text, label });
  const [texts, labels] = [columns.get('text'), columns.get('label')];
  if (texts === undefined || labels === undefined || draft.decisions.length > 0) return undefined;
  return labelledTexts(records.source, { text: texts, label: labels });
}

function* classNotes({ texts, labels, classes }: LabelledTexts): Generator<string> {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  yield `${counted(texts.length.toLocaleString('en'), 'text')} of ${counted(classes.length, 'class', 'classes')}: ${quotedNames(classes)}.`;
  const [least, most] = [smallestOf(counts), largestOf(counts)];
  if (most < UNEVEN * least) return;
  yield `The largest class has ${most} texts, the smallest ${least}: balanced lets each count as much as any other.`;
}
