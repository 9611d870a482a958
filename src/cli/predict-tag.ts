/** `predict` by a model of `train tag`: a row for each token, with its tag. */
import * as z from 'zod';
import { counted } from '../counted.js';
import type { Table, TableColumn } from '../data/table/table.js';
import { textColumn } from '../data/table/text-column.js';
import { mustHave } from '../must-get.js';
import { tagFactsOf } from '../tagging/tag-facts.js';
import { type TaggedWords, taggerOf } from '../tagging/tagger.js';
import { taskNameOf } from '../tasks/task-metadata.js';
import type { Output } from './output.js';
import type { Predictor } from './predictors.js';
import { readUntagged } from './read-untagged.js';
import { recordSettings } from './record-settings.js';
import { givenSettings } from './setting-options.js';
import { text } from './setting-schemas.js';
import { column } from './tag-settings.js';
import { UsageError } from './usage-error.js';

const settings = z.strictObject({
  tokens: text('a column')
    .exactOptional()
    .describe('Of CSV and JSON lines: the column of the tokens [default: as in training, or the only one]'),
  tokenColumn: column()
    .exactOptional()
    .describe('Of a file with a token on each line: their column [default: as in training, or the first]'),
});

export const predictTag: Predictor = {
  options: ['Tags:', settings],
  fits: (metadata) => taskNameOf(metadata) === 'tag',
  async predict(models, { argv, path, texts, data }, say) {
    if (argv.csv !== undefined || texts.length > 0 === (data !== undefined)) {
      throw new UsageError(`${path} tags texts: give some, or a file of them with --data.`);
    }
    const tagger = taggerOf(models.kind === 'one' ? models.model : models.encoder);
    const facts = mustHave(tagFactsOf(models.metadata), 'The task of the model');
    const asked = { ...givenSettings(argv, recordSettings), ...givenSettings(argv, settings) };
    const given = data === undefined ? { texts } : await readUntagged(data, asked, facts.columns, say);
    const tagged = 'texts' in given ? await tagger.tagTexts(given.texts) : await tagger.tagWords(given.words);
    sayUnknown(tagged, say);
    return { table: tokenTable(tagged) };
  },
};

function sayUnknown(tagged: readonly TaggedWords[], say: Output['say']): void {
  const unknown = tagged.reduce((sum, text) => sum + text.unknown, 0);
  const all = tagged.reduce((sum, { words }) => sum + words.length, 0);
  if (unknown === 0) return;
  const share = ((100 * unknown) / all).toFixed(1);
  say(
    `${unknown} of ${counted(all, 'word')} (${share} %) are not in the model's vocabulary: tagged by beginning, end and shape, and by the words around.`,
  );
}

/** The number of the text, the token and its tag. */
function tokenTable(tagged: readonly TaggedWords[]): Table {
  const texts = tagged.flatMap(({ words }, text) => words.map(() => text + 1));
  return {
    rows: texts.length,
    columns: new Map<string, TableColumn>([
      ['text', { kind: 'number', values: Float64Array.from(texts), missing: 0 }],
      ['token', textColumn(tagged.flatMap(({ words }) => words))],
      ['tag', textColumn(tagged.flatMap(({ labels }) => labels))],
    ]),
    notes: [],
  };
}
