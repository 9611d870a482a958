/** Reads pairs of texts from a file: CSV, TSV or JSON lines, or lines with tabs and no header. */
import type { TextPairs } from '../data/text/text-pairs.js';
import { textPairs } from '../data/text/text-pairs.js';
import { LstmOnnxError } from '../errors.js';
import { readText } from '../files/text.js';
import type { Output } from './output.js';
import { findColumns, type Records, readRecords } from './read-records.js';
import type { RecordSettings } from './record-settings.js';
import { UsageError } from './usage-error.js';

export interface PairSettings extends RecordSettings {
  readonly data: string;
  readonly source?: string;
  readonly target?: string;
  readonly header?: boolean;
}

export interface ReadPairs {
  readonly pairs: TextPairs;
  readonly columns: { readonly source: string; readonly target: string };
}

/** @throws what `readRecords`, `findColumns` and `textPairs` throw */
export async function readPairs(settings: PairSettings, say: Output['say']): Promise<ReadPairs> {
  const { source, target, data } = settings;
  const records = await readPairRecords(data, settings);
  const columns = columnsOf(records, { source, target }, settings, say);
  const pairs = await textPairs(records.source, columns);
  for (const { text } of pairs.notes) say(text);
  return { pairs, columns };
}

/** As `readRecords`; without a header the columns of lines with tabs are called 1, 2 and so on. */
export async function readPairRecords(
  path: string,
  { header = true, ...settings }: RecordSettings & { readonly header?: boolean },
): Promise<Records> {
  if (header) return readRecords(path, settings);
  const { encoding, separator = 'tab', missing } = settings;
  if (separator !== 'tab' || missing !== undefined) {
    throw new UsageError('--no-header is for lines with tabs: leave --separator and --missing out.');
  }
  const { text, notes } = await readText(path, encoding === undefined ? {} : { encoding });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const most = lines.reduce((count, line) => Math.max(count, line.split('\t').length), 0);
  if (most < 2) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${path} has no line with a tab; expected two texts with a tab between them on each line.`,
    );
  }
  const columns = Array.from({ length: most }, (_, i) => String(i + 1));
  const source = lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? null]));
  });
  return { path, source: Object.assign(source, { notes }), columns };
}

function columnsOf(
  records: Records,
  given: { readonly source: string | undefined; readonly target: string | undefined },
  { header = true }: PairSettings,
  say: Output['say'],
): ReadPairs['columns'] {
  // Of lines without a header the first two columns are meant, and others are about them, as those of Anki are.
  const usual = header ? given : { source: given.source ?? '1', target: given.target ?? '2' };
  return findColumns(records, usual, say);
}
