/** The rows of a table by their key, in the order of time. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { type DataNote, placeOf, quotedNames, type Table, type TextColumn } from './table.js';

/** The rows of one series. */
export interface RowGroup {
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** Rows of the table, ascending in time. */
  readonly rows: Int32Array;
}

interface Choices {
  readonly sort: boolean;
  readonly duplicates: 'error' | 'first' | 'last';
}

/** @throws E_INVALID_FILE for rows without a key, out of order or at one time, unless the choices say what to do */
export function groupRows(
  table: Table,
  times: Float64Array,
  keys: ReadonlyMap<string, TextColumn>,
  { sort, duplicates }: Choices,
  notes: DataNote[],
): RowGroup[] {
  let [moved, repeated] = [0, 0];
  const groups = groupsOf(table, keys).map(({ name, key, rows }) => {
    const at = (place: number) => times[rows[place] ?? 0] ?? 0;
    const early = rows.findIndex((_, place) => place > 0 && at(place) < at(place - 1));
    if (early > 0) {
      if (!sort) throw wrongTime(table, times, name, rows, early, keys);
      moved += rows.length;
      // Rows at one time keep their order.
      rows.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    }
    const twice = rows.findIndex((_, place) => place > 0 && at(place) === at(place - 1));
    if (twice < 0) return { name, key, rows };
    if (duplicates === 'error') throw wrongTime(table, times, name, rows, twice, keys);
    const kept = rows.filter(
      (_, place) => at(place) !== at(duplicates === 'first' ? place - 1 : place + 1) || isEdge(place),
    );
    function isEdge(place: number): boolean {
      return duplicates === 'first' ? place === 0 : place === rows.length - 1;
    }
    repeated += rows.length - kept.length;
    return { name, key, rows: kept };
  });
  if (moved > 0)
    notes.push({
      text: `${counted(moved, 'row')} of series that were not in the order of time are sorted.`,
      count: moved,
    });
  if (repeated > 0) {
    notes.push({
      text: `${counted(repeated, 'row')} at times that came before are left out; the ${duplicates} of each is kept.`,
      count: repeated,
    });
  }
  return groups;
}

function groupsOf(table: Table, keys: ReadonlyMap<string, TextColumn>): RowGroup[] {
  if (keys.size === 0) {
    return [{ name: '', key: {}, rows: Int32Array.from({ length: table.rows }, (_, row) => row) }];
  }
  const columns = [...keys];
  const rowsByCodes = new Map<string | number, number[]>();
  for (let row = 0; row < table.rows; row++) {
    const codes = columns.map(([name, { codes }]) => {
      const code = codes[row] ?? -1;
      if (code >= 0) return code;
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `seriesOf: key '${name}' has no value in ${placeOf(table, row)}; each row needs the series that it belongs to.`,
      );
    });
    const id = codes.length === 1 ? (codes[0] ?? 0) : codes.join();
    const rows = rowsByCodes.get(id);
    if (rows === undefined) rowsByCodes.set(id, [row]);
    else rows.push(row);
  }
  return [...rowsByCodes.values()].map((rows) => {
    const texts = columns.map(
      ([name, { codes, categories }]) => [name, categories[codes[rows[0] ?? 0] ?? -1] ?? ''] as const,
    );
    return {
      name: nameOf(texts.map(([, text]) => text)),
      key: Object.fromEntries(texts),
      rows: Int32Array.from(rows),
    };
  });
}

/** Texts that would read as two, or as the end of one, stand in quotes, so that no two series have one name. */
function nameOf(texts: readonly string[]): string {
  const [only = ''] = texts;
  if (texts.length === 1) return only;
  return texts.map((text) => (/^["/]| \/ |\/$/.test(text) ? JSON.stringify(text) : text)).join(' / ');
}

/** @param place of a row whose time is before that of the row before, or the same */
function wrongTime(
  table: Table,
  times: Float64Array,
  name: string,
  rows: Int32Array,
  place: number,
  keys: ReadonlyMap<string, unknown>,
): LstmOnnxError {
  const [before, row] = [rows[place - 1] ?? 0, rows[place] ?? 0];
  const [own, other] = [timeText(times[row]), timeText(times[before])];
  const isTwice = times[row] === times[before];
  const what = isTwice
    ? `has the same time as ${placeOf(table, before)}, ${own}.`
    : `has the time ${own}, before that of ${placeOf(table, before)}, ${other}.`;
  const choice = isTwice
    ? "duplicates: 'first' or 'last' to keep one of such rows."
    : 'sort: true to put the rows into order.';
  const texts = [...table.columns]
    .filter(([column, { kind }]) => kind === 'text' && !keys.has(column))
    .map(([column]) => column);
  const give =
    texts.length === 0
      ? 'Give'
      : `If the table has several series, name what tells them apart as key (its columns of text are ${quotedNames(texts)}); else give`;
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `seriesOf: ${placeOf(table, row)}${inSeries(name)} ${what} ${give} ${choice}`,
    {
      hints: [
        ...(texts.length > 0 ? [{ option: 'key', found: texts } as const] : []),
        { option: isTwice ? 'duplicates' : 'sort' },
      ],
    },
  );
}

function inSeries(name: string): string {
  return name === '' ? '' : ` of series '${name}'`;
}

/** As ISO 8601, of a midnight the date alone. */
export function timeText(time = Number.NaN): string {
  return Number.isFinite(time)
    ? new Date(time).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z')
    : String(time);
}
