/** A plain text from its bytes. */
import { expectText } from '../../arguments.js';
import { counted } from '../../counted.js';
import { asLstmOnnxError, LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { checkTextSource, decodedPieces, encodingNote, type TableSource } from '../decode-text.js';
import type { DataNote } from '../table/table.js';

export interface TextOptions {
  /** How the bytes are text, such as `'windows-1252'`: UTF-8 by default, or UTF-16 where a byte order mark says so. */
  readonly encoding?: string;
}

export interface PlainText {
  /** Without byte order mark; every line ends in `\n`. */
  readonly text: string;
  readonly notes: readonly DataNote[];
}

const names = { encoding: true } satisfies OptionNames<TextOptions>;

/** Below what a string of V8 holds, 2^29 - 24. */
const MAX_CHARACTERS = 2 ** 28;

/** @returns the encoding @throws E_INVALID_OPTION for options that are none */
export function checkTextOptions(where: string, options: TextOptions): string | undefined {
  checkOptionNames(where, options, names);
  const { encoding } = options;
  if (encoding !== undefined) expectText(`${where}: encoding`, encoding, "a name such as 'windows-1252'");
  return encoding;
}

/**
 * The text of the bytes of a file. Line ends of Windows and of old Macs become `\n`; notes say so, and which UTF-16 it is.
 *
 * @param source the bytes, or pieces of them, such as `file.stream()` of a page
 * @throws E_INVALID_FILE for bytes that are no text of the encoding and for more than 2^28 characters; E_FILE_READ where the pieces
 *   cannot be read; E_INVALID_OPTION for other options
 */
export async function parseText(source: TableSource, options: TextOptions = {}): Promise<PlainText> {
  const encoding = checkTextOptions('parseText', options);
  checkTextSource('parseText', source);
  const notes: DataNote[] = [];
  const pieces: string[] = [];
  let length = 0;
  const decoding = {
    where: 'parseText',
    what: 'the text',
    encoding,
    said: (found: string) => void notes.push({ text: encodingNote(found), count: 1 }),
    lines: () => pieces.reduce((lines, piece) => lines + piece.split('\n').length - 1, 0),
  };
  try {
    for await (const piece of decodedPieces(source, decoding)) {
      length += piece.length;
      if (length > MAX_CHARACTERS) {
        throw new LstmOnnxError(
          'E_INVALID_FILE',
          `The text has more than ${MAX_CHARACTERS} characters; give it in parts.`,
        );
      }
      pieces.push(piece);
    }
  } catch (error) {
    throw asLstmOnnxError(error, 'Reading the text');
  }
  const { text, ends } = withLineFeeds(pieces.join(''));
  if (ends > 0)
    notes.push({
      text: `${counted(ends, 'line')} ended in a carriage return; all end in \\n now.`,
      count: ends,
    });
  return { text, notes };
}

/** The text with `\n` for every line end, and how many others there were. */
function withLineFeeds(text: string): { readonly text: string; readonly ends: number } {
  if (!text.includes('\r')) return { text, ends: 0 };
  let ends = 0;
  const replaced = text.replaceAll(/\r\n?/g, () => {
    ends++;
    return '\n';
  });
  return { text: replaced, ends };
}
