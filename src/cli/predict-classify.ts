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
import {
  type Classified,
  type ClassifierFacts,
  classifierFactsOf,
  classifierOf,
} from '../tasks/classifier.js';
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
    const { texts, files, labels } = await textsOf(request, classifierFactsOf(models.metadata), say);
    const places = [...texts.keys()].filter((i) => texts[i]?.trim());
    const empty = texts.length - places.length;
    if (empty > 0) say(`${counted(empty, 'text is', 'texts are')} empty, and of no class.`);
    const found = await classifier.classify(
      places.map((i) => texts[i] ?? ''),
      { onNote: (note) => say(note.text) },
    );
    const byPlace = new Map(places.map((place, i) => [place, found[i]]));
    const rows = [...texts.keys()].map((i) => byPlace.get(i));
    if (labels) sayAccuracy(labels, rows, classifier.classes, say);
    const numbers = (of: (row: Classified) => number | undefined): TableColumn => {
      // The digits that a float32 has.
      const rounded = (value = Number.NaN) => Number(value.toPrecision(7));
      const values = Float64Array.from(rows, (row) => (row ? rounded(of(row)) : Number.NaN));
      return { kind: 'number', values, missing: empty };
    };
    const columns = new Map<string, TableColumn>([
      files ? ['file', textColumn(files)] : ['text', textColumn(texts)],
      ['label', textColumn(rows.map((row) => row?.label))],
      ['probability', numbers(({ probability }) => probability)],
      ...classifier.classes.map((name, i) => [`p(${name})`, numbers((row) => row.probabilities[i])] as const),
    ]);
    return { table: { rows: texts.length, columns, notes: [] } };
  },
};

interface TextsToClassify {
  /** In their order; undefined where a row has none. */
  readonly texts: readonly (string | undefined)[];
  /** The file of each, where they are of a folder. */
  readonly files?: readonly string[];
  /** The right class of each, where the file has the column of training. */
  readonly labels?: readonly (string | undefined)[];
}

/** Where a file says the classes, too. */
function sayAccuracy(
  labels: readonly (string | undefined)[],
  rows: readonly (Classified | undefined)[],
  classes: readonly string[],
  say: Output['say'],
): void {
  const there = [...labels.keys()].filter((i) => labels[i] && rows[i]);
  const known = there.filter((i) => classes.includes(labels[i] ?? ''));
  const others = there.length - known.length;
  if (others > 0)
    say(`${counted(others.toLocaleString('en'), 'text')} of classes that the model does not have.`);
  if (known.length === 0) return;
  const right = known.filter((i) => labels[i] === rows[i]?.label).length;
  const share = ((100 * right) / known.length).toFixed(1);
  say(
    `${share} % of ${counted(known.length.toLocaleString('en'), 'text')} whose class the file says are right.`,
  );
}

/** @param learned what the columns were called in training */
async function textsOf(
  { path, texts, data, argv }: PredictRequest,
  learned: ClassifierFacts,
  say: Output['say'],
): Promise<TextsToClassify> {
  if ((data === undefined) === (texts.length === 0)) {
    throw new UsageError(`${path} classifies texts: give them after it, or a file of them with --data.`);
  }
  if (data === undefined) return { texts };
  const { text: column } = givenSettings(argv, settings);
  const reading = givenSettings(argv, recordSettings);
  if (await isDirectory(data)) return textsIn(data, reading.encoding);
  const records = await readRecords(data, reading);
  const there = (of: string | undefined) => records.columns.find((name) => name === of);
  const { text: name } = findColumns(records, { text: column ?? there(learned.text) }, say);
  const label = there(learned.label);
  const fields = [name, ...(label === undefined ? [] : [label])].map((own) => ({
    name: own,
    takesNumbers: true,
    isOptional: true,
  }));
  const found: (readonly (string | undefined)[])[] = [];
  for await (const { values } of textRecords('predict', records.source, fields)) found.push(values);
  for (const note of notesOf(records.source)) say(note.text);
  return {
    texts: found.map(([own]) => own),
    ...(label === undefined ? {} : { labels: found.map(([, own]) => own) }),
  };
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
