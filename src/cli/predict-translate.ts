/** `lstm-onnx predict` of a model of `train translate`: what it writes for texts on the command line, or those of a file. */
import * as z from 'zod';
import { counted } from '../counted.js';
import type { TableColumn } from '../data/table/table.js';
import { textColumn } from '../data/table/text-column.js';
import { textRecords } from '../data/text/text-records.js';
import { taskNameOf } from '../tasks/task-metadata.js';
import type { Translation } from '../tasks/translator.js';
import { translatorOf } from '../tasks/translator-metadata.js';
import type { Output } from './output.js';
import type { Predictor, PredictRequest } from './predictors.js';
import { readPairRecords } from './read-pairs.js';
import { findColumns } from './read-records.js';
import { recordSettings } from './record-settings.js';
import { givenSettings } from './setting-options.js';
import { flag, text, whole } from './setting-schemas.js';
import { UsageError } from './usage-error.js';

/** `beam` is for captions, too. */
export const translationOptions = z.strictObject({
  source: text()
    .exactOptional()
    .describe('The column of the file that is read [default: as in training, or the only one]'),
  header: flag()
    .exactOptional()
    .describe('Whether the first line names the columns, else --no-header [default: true]'),
  beam: whole(100)
    .exactOptional()
    .describe('Sequences that a beam search keeps, of captions too; 1 for none [default: as in training]'),
});

export const predictTranslate: Predictor = {
  options: ['Translations:', translationOptions],
  fits: (metadata) => taskNameOf(metadata) === 'translate',
  async predict(models, request, say) {
    if (models.kind !== 'pair') {
      throw new UsageError(
        `${request.path} translates with another file: name the folder with encoder.onnx and decoder.onnx.`,
      );
    }
    const translator = translatorOf(models);
    const { beam, ...given } = givenSettings(request.argv, translationOptions);
    const { source, target } = translator.plan;
    const texts = await textsOf(request, { ...given, learned: source.column }, say);
    const places = [...texts.keys()].filter((i) => texts[i]?.trim());
    const found = await translator.translate(
      places.map((i) => texts[i] ?? ''),
      beam === undefined ? {} : { beam },
    );
    sayOf(found, texts.length - places.length, say);
    const byPlace = new Map(places.map((place, i) => [place, found[i]]));
    const rows = [...texts.keys()].map((i) => byPlace.get(i));
    const logProbability = Float64Array.from(rows, (row) => row?.logProbability ?? Number.NaN);
    return {
      table: {
        rows: texts.length,
        columns: new Map<string, TableColumn>([
          [source.column, textColumn(texts)],
          [target.column, textColumn(rows.map((row) => row?.text))],
          [
            'logProbability',
            { kind: 'number', values: logProbability, missing: texts.length - places.length },
          ],
        ]),
        notes: [],
      },
    };
  },
};

interface Reading {
  readonly source?: string;
  readonly header?: boolean;
  /** What the column was called in training. */
  readonly learned: string;
}

/** The texts to translate, in their order; undefined where a row has none. */
async function textsOf(
  { path, texts, data, argv }: PredictRequest,
  { source, header, learned }: Reading,
  say: Output['say'],
): Promise<readonly (string | undefined)[]> {
  if ((data === undefined) === (texts.length === 0)) {
    throw new UsageError(`${path} translates texts: give them after it, or a file of them with --data.`);
  }
  if (data === undefined) return texts;
  const records = await readPairRecords(data, {
    ...givenSettings(argv, recordSettings),
    ...(header !== undefined && { header }),
  });
  const known = records.columns.includes(learned) ? learned : undefined;
  const columns = findColumns(records, { source: source ?? known }, say);
  const found: (string | undefined)[] = [];
  for await (const { values } of textRecords('predict', records.source, [
    { name: columns.source, takesNumbers: true, isOptional: true },
  ])) {
    found.push(values[0]);
  }
  for (const { text: note } of 'notes' in records.source ? records.source.notes : []) say(note);
  return found;
}

/** What is worth knowing of translations. */
function sayOf(found: readonly Translation[], empty: number, say: Output['say']): void {
  const unknown = found.reduce((sum, each) => sum + each.unknown, 0);
  const tokens = found.reduce((sum, each) => sum + each.source.length, 0);
  if (unknown > 0) say(`Not in the vocabulary: ${unknown} of ${counted(tokens, 'token')}.`);
  const cut = found.filter((each) => each.cut).length;
  if (cut > 0) say(`${counted(cut, 'text')} longer than what the model reads: cut.`);
  const endless = found.filter(({ finish }) => finish === 'length').length;
  if (endless > 0) say(`${counted(endless, 'translation')} without an end, cut at the most tokens.`);
  if (empty > 0) say(`${counted(empty, 'row')} without a text: nothing is written for them.`);
}
