/** The first rows of a file, before anybody has said how the rest is to be read. */
import { parseTable, type Table } from 'lstm-onnx/web';
import { columnOf, guessRoles } from './guess.js';
import type { Preview, Reading } from './messages.js';

/** Of the file; a guess by more would not be better. */
const HEAD_BYTES = 2 ** 18;
const SHOWN_ROWS = 6;
/** By which columns are told. */
const SAMPLE_ROWS = 1000;

/** @throws what `parseTable` throws for what is no table */
export async function previewOf(file: File, { separator, decimal, names }: Reading): Promise<Preview> {
  const table = await parseTable(await headOf(file), {
    ...(separator && { separator }),
    ...(decimal && { decimal }),
    ...(names && { names }),
    columns: 'text',
    missing: [],
  });
  const texts = [...table.columns.keys()].map((name) => textsOf(table, name));
  const columns = [...table.columns.keys()].map((name, i) =>
    columnOf(name, texts[i]?.slice(0, SAMPLE_ROWS) ?? []),
  );
  const rows = Array.from({ length: table.rows }, (_, row) => texts.map((cells) => cells[row] ?? ''));
  return { columns, rows: rows.slice(0, SHOWN_ROWS), guess: guessRoles(columns, rows) };
}

/** The start of the file, as UTF-8, up to the last row that is whole. */
async function headOf(file: File): Promise<Uint8Array> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (file.size <= HEAD_BYTES) return bytes;
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  let quotes = 0;
  let end = text.length;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quotes++;
    if (text[i] === '\n' && quotes % 2 === 0) end = i + 1;
  }
  return new TextEncoder().encode(text.slice(0, end));
}

function textsOf({ columns }: Table, name: string): string[] {
  const column = columns.get(name);
  if (column?.kind !== 'text') return [];
  return Array.from(column.codes, (code) => column.categories[code] ?? '');
}
