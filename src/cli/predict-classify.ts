/** `lstm-onnx predict` of a model of `train classify`: the class of each text, and how probable each class is. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { counted } from '../counted.js';
import type { TableColumn } from '../data/table/table.js';
import { textColumn } from '../data/table/text-column.js';
import { notesOf, textRecords } from '../data/text/text-records.js';
import { LstmOnnxError } from '../errors.js';
import { readText } from '../files/text.js';
import { classifierFactsOf, classifierOf } from '../tasks/classifier.js';
import { taskNameOf } from '../tasks/task-metadata.js';
import type { Output } from './output.js';
import type { Predictor, PredictRequest } from './predictors.js';
import { isDirectory } from './read-labelled.js';
import { findColumns, readRecords } from './read-records.js';
import { recordSettings } from './record-settings.js';
import { givenSettings } from './setting-options.js';
import { text } from './setting-schemas.js';
import { UsageError } from './usage-error.js';

const settings = z.strictObject({
  text: text('a column')
    .exactOptional()
    .describe('The column of the texts [default: as in training, or the only one]'),
});

export const predictClassify: Predictor = {
  options: ['Classes of texts:', settings],
  fits: (metadata) => taskNameOf(metadata) === 'classify',
  async predict(models, request, say) {
    if (models.kind !== 'one') throw new UsageError(`${request.path} is no model of classes.`);
    const classifier = classifierOf(models.model);
    const { texts, files } = await textsOf(request, classifierFactsOf(models.metadata).text, say);
    const places = [...texts.keys()].filter((i) => texts[i]?.trim());
    const empty = texts.length - places.length;
    if (empty > 0) say(`${counted(empty, 'text is', 'texts are')} empty, and of no class.`);
    const found = await classifier.classify(
      places.map((i) => texts[i] ?? ''),
      { onNote: (note) => say(note.text) },
    );
    const byPlace = new Map(places.map((place, i) => [place, found[i]]));
    const rows = [...texts.keys()].map((i) => byPlace.get(i));
    const numbers = (values: Float64Array): TableColumn => ({ kind: 'number', values, missing: empty });
    const probabilityOf = (i: number) =>
      numbers(Float64Array.from(rows, (row) => row?.probabilities[i] ?? Number.NaN));
    const columns = new Map<string, TableColumn>([
      files ? ['file', textColumn(files)] : ['text', textColumn(texts)],
      ['label', textColumn(rows.map((row) => row?.label))],
      ['probability', numbers(Float64Array.from(rows, (row) => row?.probability ?? Number.NaN))],
      ...classifier.classes.map((name, i) => [`p(${name})`, probabilityOf(i)] as const),
    ]);
    return { table: { rows: texts.length, columns, notes: [] } };
  },
};

interface TextsToClassify {
  /** In their order; undefined where a row has none. */
  readonly texts: readonly (string | undefined)[];
  /** The file of each, where they are of a folder. */
  readonly files?: readonly string[];
}

/** @param learned what the column was called in training */
async function textsOf(
  { path, texts, data, argv }: PredictRequest,
  learned: string | undefined,
  say: Output['say'],
): Promise<TextsToClassify> {
  if ((data === undefined) === (texts.length === 0)) {
    throw new UsageError(`${path} classifies texts: give them behind it, or a file of them with --data.`);
  }
  if (data === undefined) return { texts };
  const { text: column } = givenSettings(argv, settings);
  const reading = givenSettings(argv, recordSettings);
  if (await isDirectory(data)) return textsIn(data, reading.encoding);
  const records = await readRecords(data, reading);
  const known = learned !== undefined && records.columns.includes(learned) ? learned : undefined;
  const { text: name } = findColumns(records, { text: column ?? known }, say);
  const found: (string | undefined)[] = [];
  const fields = [{ name, takesNumbers: true }];
  for await (const { values } of textRecords('predict', records.source, fields)) found.push(values[0]);
  for (const note of notesOf(records.source)) say(note.text);
  return { texts: found };
}

/** The files of a folder, but for those whose names begin with a point. */
async function textsIn(folder: string, encoding: string | undefined): Promise<TextsToClassify> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  const names = files.map(({ name }) => name).sort();
  if (names.length === 0) throw new LstmOnnxError('E_INVALID_FILE', `${folder} has no file with a text.`);
  const options = encoding === undefined ? {} : { encoding };
  const texts: string[] = [];
  for (const name of names) texts.push((await readText(join(folder, name), options)).text);
  return { texts, files: names };
}
