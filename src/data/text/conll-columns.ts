/** The columns of a file of CoNLL: what stands between them, how many there are, and which ones have the tokens and the tags. */
import { LstmOnnxError } from '../../errors.js';

/** Of Universal Dependencies, version 2. */
const CONLL_U = ['ID', 'FORM', 'LEMMA', 'UPOS', 'XPOS', 'FEATS', 'HEAD', 'DEPREL', 'DEPS', 'MISC'];

export interface ConllColumns {
  readonly separator: '\t' | ' ';
  readonly width: number;
  /** The line, from 1, by which it was found. */
  readonly line: number;
  /** Whether the first column numbers the words of a text. */
  readonly isConllU: boolean;
  /** The places of tokens and tags, from 0. */
  readonly token: number;
  readonly tag: number;
}

export interface ColumnsAsked {
  readonly token?: number | string;
  /** False of tokens without tags, which may stand on a line alone. */
  readonly tag?: number | string | false;
}

/** @throws E_INVALID_FILE for lines without a token, or of one column; E_UNKNOWN_NAME, E_INVALID_OPTION for columns that are not there */
export function columnsOf(where: string, lines: readonly string[], asked: ColumnsAsked): ConllColumns {
  const first = lines.findIndex((line) => line.trim() !== '' && !/^(?:#|-DOCSTART-)/.test(line));
  // A file may have '#' as its only token.
  const place = first === -1 ? lines.findIndex((line) => /^#\S*[ \t]+\S+$/.test(line)) : first;
  const example = lines[place];
  if (example === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'There is no token: expected a token and its tag on each line.',
    );
  }
  const separator = example.includes('\t') ? '\t' : ' ';
  const cells = cellsOf(example, { separator });
  const width = cells.length;
  if (width < 2 && asked.tag !== false) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `Line ${place + 1} has one column; expected a token and its tag, with white space or a tab between them.`,
    );
  }
  const isConllU = separator === '\t' && width === 10 && /^\d+(?:[-.]\d+)?$/.test(cells[0] ?? '');
  const names = namesIn(lines) ?? (isConllU ? CONLL_U : undefined);
  const { token = names?.includes('FORM') ? 'FORM' : 1, tag = names?.includes('UPOS') ? 'UPOS' : width } =
    asked;
  const found = {
    token: placeOf(`${where}: token`, token, width, names),
    tag: tag === false ? -1 : placeOf(`${where}: tag`, tag, width, names),
  };
  if (found.token === found.tag) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: token and tag are both column ${found.tag + 1} of ${width}; give each its own.`,
    );
  }
  const hasIds = names?.[0] === 'ID' || isConllU;
  return { separator, width, line: place + 1, isConllU: hasIds, ...found };
}

export function cellsOf(line: string, { separator }: Pick<ConllColumns, 'separator'>): string[] {
  return separator === '\t' ? line.split('\t') : line.trim().split(/[ \t]+/);
}

/** The names that a comment of CoNLL-U Plus gives. */
function namesIn(lines: readonly string[]): readonly string[] | undefined {
  const [first = ''] = lines;
  const [, names] = /^#\s*global\.columns\s*=\s*(.+)$/.exec(first) ?? [];
  return names?.trim().split(/\s+/);
}

function placeOf(
  where: string,
  asked: number | string,
  width: number,
  names: readonly string[] | undefined,
): number {
  const known = names ? `the columns are ${names.join(', ')}` : 'its columns have no names';
  const place = typeof asked === 'number' ? asked - 1 : (names?.findIndex((name) => same(name, asked)) ?? -1);
  if (place >= 0 && place < width) return place;
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${where} is column ${typeof asked === 'number' ? asked : `'${asked}'`}; the file has ${width} of them, and ${known}. Give a number from 1 to ${width}${names ? ' or a name' : ''}.`,
  );
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
