/** JSON lines: an object on each line, read as the bytes come. https://jsonlines.org */
import { inWords, isObject } from '../../arguments.js';
import { counted } from '../../counted.js';
import { asLstmOnnxError, LstmOnnxError } from '../../errors.js';
import { parseJson } from '../bounded-json.js';
import { checkTextSource, decodedPieces, encodingNote, type TableSource } from '../decode-text.js';
import type { DataNote } from '../table/table.js';
import { checkTextOptions, type TextOptions } from './plain-text.js';

/** One object, and the line that it is on, from 1. */
export interface JsonLine {
  readonly value: Readonly<Record<string, unknown>>;
  readonly line: number;
}

/** The objects one after the other; nothing is read before they are asked for. */
export interface JsonLines extends AsyncIterable<JsonLine> {
  /** On UTF-16 and blank lines; complete when all lines have been read. */
  readonly notes: readonly DataNote[];
}

/** Characters of one line. */
const MAX_LINE_CHARACTERS = 2 ** 21;

/**
 * The objects of JSON lines. No more than a line is in memory at a time, so that whoever reads them decides what is kept.
 * Lines end in `\n`, `\r\n` or `\r`; blank ones are left out, with a note.
 *
 * @param source the bytes, or pieces of them, such as `file.stream()` of a page
 * @throws E_INVALID_OPTION for other options; where lines are read E_FILE_READ for a source that fails, E_INVALID_FILE with the number of a line that is no JSON
 *   object, is longer than 2^21 characters or would take too much memory, and for bytes that are no text
 */
export function parseJsonLines(source: TableSource, options: TextOptions = {}): JsonLines {
  const encoding = checkTextOptions('parseJsonLines', options);
  checkTextSource('parseJsonLines', source);
  const notes: DataNote[] = [];
  return {
    notes,
    async *[Symbol.asyncIterator]() {
      notes.length = 0;
      try {
        yield* linesOf(source, encoding, notes);
      } catch (error) {
        throw asLstmOnnxError(error, 'Reading JSON lines');
      }
    },
  };
}

async function* linesOf(
  source: TableSource,
  encoding: string | undefined,
  notes: DataNote[],
): AsyncGenerator<JsonLine> {
  let line = 0;
  let blank = 0;
  let rest = '';
  const decoding = {
    where: 'parseJsonLines',
    what: 'the JSON',
    encoding,
    said: (found: string) => void notes.push({ text: encodingNote(found), count: 1 }),
    lines: () => line,
  };
  for await (const piece of decodedPieces(source, decoding)) {
    const text = rest + piece;
    // A carriage return at the end may be the first half of a line end.
    const isOpen = text.endsWith('\r');
    const lines = (isOpen ? text.slice(0, -1) : text).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? '') + (isOpen ? '\r' : '');
    for (const each of lines) {
      line++;
      if (each.trim() === '') blank++;
      else yield { value: objectOf(each, line), line };
    }
    if (rest.length > MAX_LINE_CHARACTERS) throw tooLong(line + 1);
  }
  if (rest.trim() !== '') yield { value: objectOf(rest, line + 1), line: line + 1 };
  if (blank > 0) notes.push({ text: `${counted(blank, 'blank line')} left out.`, count: blank });
}

function objectOf(text: string, line: number): Readonly<Record<string, unknown>> {
  if (text.length > MAX_LINE_CHARACTERS) throw tooLong(line);
  if (line === 1 && /^\s*\[\s*(?:\{.*)?$/.test(text)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'The text is a JSON list; expected JSON lines, an object on each line. Give the list that JSON.parse makes of it instead.',
    );
  }
  const value = parseJson(text, `Line ${line}`);
  if (isObject(value)) return value;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `Line ${line} holds ${inWords(value)}; expected an object, such as {"text": "...", "label": "..."}.`,
  );
}

function tooLong(line: number): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `Line ${line} has more than ${MAX_LINE_CHARACTERS} characters; expected JSON lines, an object on each line.`,
  );
}
