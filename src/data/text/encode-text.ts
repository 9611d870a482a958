/** Texts as ids of a vocabulary, and back. */
import { expectText, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { type DataNote, expectWhole } from '../table/table.js';
import { checkVocabulary } from './check-vocabulary.js';
import { tokensOf } from './tokenizers.js';
import type { SpecialToken, Vocabulary } from './vocabulary.js';

export interface EncodeOptions {
  /** Whether the start token stands before the text. @default false */
  readonly start?: boolean;
  /** Whether the end token stands behind the text. @default false */
  readonly end?: boolean;
}

export interface EncodeTextsOptions extends EncodeOptions {
  /** The most ids of a text, start and end among them. @default no limit */
  readonly maxLength?: number;
  /** What becomes of longer texts: an error, or the first ids alone, with a note; an end token stays. @default 'refuse' */
  readonly tooLong?: 'refuse' | 'cut';
}

export interface EncodedTexts {
  /** The ids of each text, for `raggedDataset`. */
  readonly sequences: readonly Int32Array[];
  /** How many ids there are, and how many of them stand for tokens that are not in the vocabulary. */
  readonly tokens: number;
  readonly unknown: number;
  readonly notes: readonly DataNote[];
}

const optionNames = { start: true, end: true } satisfies OptionNames<EncodeOptions>;
const textsOptionNames = {
  ...optionNames,
  maxLength: true,
  tooLong: true,
} satisfies OptionNames<EncodeTextsOptions>;

/** The ids of the tokens that stand for text, by vocabulary, which is plain data. */
const idsOfVocabularies = new WeakMap<Vocabulary, ReadonlyMap<string, number>>();

/**
 * The ids of a text's tokens.
 *
 * @param text a text; or its tokens, for a vocabulary of tokens of your own
 * @throws E_UNKNOWN_NAME for a token that is not in a vocabulary without an unknown token, and where a start or end token is wanted
 *   that it does not have; E_INVALID_OPTION for what is no vocabulary or text
 */
export function encodeText(
  vocabulary: Vocabulary,
  text: string | readonly string[],
  options: EncodeOptions = {},
): Int32Array {
  checkVocabulary('encodeText', vocabulary);
  checkOptionNames('encodeText', options, optionNames);
  checkAround('encodeText', options);
  return idsOf('encodeText', vocabulary, text, options, 'the text');
}

/**
 * The ids of many texts, with notes on tokens that are not in the vocabulary and on texts that were cut.
 *
 * @throws E_INVALID_OPTION for a text without tokens, and one that is longer than `maxLength` unless it may be cut; what
 *   `encodeText` throws
 */
export function encodeTexts(
  vocabulary: Vocabulary,
  texts: Iterable<string | readonly string[]>,
  options: EncodeTextsOptions = {},
): EncodedTexts {
  const where = 'encodeTexts';
  checkVocabulary(where, vocabulary);
  checkOptionNames(where, options, textsOptionNames, { maxTokens: 'maxLength', limit: 'maxLength' });
  checkAround(where, options);
  const { maxLength = Number.MAX_SAFE_INTEGER, tooLong = 'refuse', end } = options;
  expectWhole(where, { maxLength }, 1);
  const around = (options.start ? 1 : 0) + (end ? 1 : 0);
  if (maxLength <= around) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: maxLength is ${maxLength}, and start and end leave no place for a token of a text; give at least ${around + 1}.`,
    );
  }
  if (tooLong !== 'refuse' && tooLong !== 'cut')
    throw wrongArgument(`${where}: tooLong`, tooLong, "'refuse' or 'cut'");
  if (typeof texts !== 'object' || texts === null || !(Symbol.iterator in texts)) {
    throw wrongArgument(where, texts, 'a list of texts');
  }
  const sequences: Int32Array[] = [];
  let cut = 0;
  for (const text of texts) {
    const what = `text ${sequences.length}`;
    const ids = idsOf(where, vocabulary, text, options, what);
    if (ids.length === around) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${where}: ${what} has no tokens; leave empty texts out.`);
    }
    if (ids.length > maxLength) {
      if (tooLong === 'refuse') {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `${where}: ${what} has ${ids.length} tokens; expected at most ${maxLength} (maxLength). Give tooLong: 'cut' to take its first ones.`,
        );
      }
      cut++;
    }
    const kept = ids.length > maxLength ? ids.slice(0, maxLength) : ids;
    if (end && ids.length > maxLength) kept[maxLength - 1] = mustHave(where, vocabulary, 'end');
    sequences.push(kept);
  }
  const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
  const id = vocabulary.special.unknown;
  const unknown = id === undefined ? 0 : sequences.reduce((sum, ids) => sum + countOf(ids, id), 0);
  const notes: DataNote[] = [];
  if (unknown > 0) {
    const share = ((100 * unknown) / tokens).toFixed(1);
    notes.push({
      text: `${unknown} of ${counted(tokens, 'token')} (${share} %) are not in the vocabulary.`,
      count: unknown,
    });
  }
  if (cut > 0)
    notes.push({ text: `${counted(cut, 'text')} cut after ${counted(maxLength, 'token')}.`, count: cut });
  return { sequences, tokens, unknown, notes };
}

/**
 * The text of ids: characters joined, words and tokens of your own with a space between them. Padding and start are left out, and
 * nothing behind the first end is read.
 *
 * @param ids numbers, or those of int64, as `argmax` in a model file gives
 * @throws E_INVALID_OPTION for an id that is not in the vocabulary
 */
export function decodeText(vocabulary: Vocabulary, ids: ArrayLike<number | bigint>): string {
  checkVocabulary('decodeText', vocabulary);
  if (typeof ids !== 'object' || ids === null || typeof ids.length !== 'number') {
    throw wrongArgument('decodeText', ids, 'a list of ids');
  }
  const { tokens, special } = vocabulary;
  const found: string[] = [];
  for (let i = 0; i < ids.length; i++) {
    const given: unknown = ids[i];
    const id = typeof given === 'bigint' ? Number(given) : given;
    const token = typeof id === 'number' ? tokens[id] : undefined;
    if (token === undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `decodeText: ids[${i}] is ${String(ids[i])}; expected 0 to ${tokens.length - 1}.`,
      );
    }
    if (id === special.end) break;
    if (id !== special.padding && id !== special.start) found.push(token);
  }
  return found.join(separatorOf(vocabulary));
}

/** @throws E_INVALID_OPTION unless start and end are true or false */
function checkAround(where: string, { start = false, end = false }: EncodeOptions): void {
  for (const [name, value] of Object.entries({ start, end })) {
    if (typeof value !== 'boolean') throw wrongArgument(`${where}: ${name}`, value, 'true or false');
  }
}

function idsOf(
  where: string,
  vocabulary: Vocabulary,
  text: unknown,
  { start, end }: EncodeOptions,
  what: string,
): Int32Array {
  const known = knownTokens(vocabulary);
  const { unknown } = vocabulary.special;
  const ids = start ? [mustHave(where, vocabulary, 'start')] : [];
  const tokens = tokensIn(where, vocabulary, text, what);
  tokens.forEach((token, place) => {
    const id = known.get(token) ?? unknown;
    if (id === undefined)
      throw notKnown(
        where,
        token,
        what,
        place,
        tokens.slice(Math.max(place - 8, 0), place + 8).join(separatorOf(vocabulary)),
      );
    ids.push(id);
  });
  if (end) ids.push(mustHave(where, vocabulary, 'end'));
  return Int32Array.from(ids);
}

function tokensIn(where: string, vocabulary: Vocabulary, text: unknown, what: string): readonly string[] {
  const { tokenizer, lowercase } = vocabulary;
  if (tokenizer === 'own') {
    if (Array.isArray(text) && text.every((token) => typeof token === 'string')) return text;
    throw wrongArgument(
      `${where}: ${what}`,
      text,
      'the list of its tokens, since the vocabulary is of tokens of your own',
    );
  }
  expectText(`${where}: ${what}`, text);
  return tokensOf(tokenizer, text, lowercase);
}

function knownTokens(vocabulary: Vocabulary): ReadonlyMap<string, number> {
  const found = idsOfVocabularies.get(vocabulary);
  if (found) return found;
  const special = new Set(Object.values(vocabulary.special));
  const ids = new Map<string, number>();
  vocabulary.tokens.forEach((token, id) => {
    if (!special.has(id)) ids.set(token, id);
  });
  idsOfVocabularies.set(vocabulary, ids);
  return ids;
}

function mustHave(where: string, { special }: Vocabulary, kind: SpecialToken): number {
  const id = special[kind];
  if (id !== undefined) return id;
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${where}: the vocabulary has no ${kind} token; make it with ${kind}: true.`,
  );
}

/** What stands between the tokens of a text. */
function separatorOf({ tokenizer }: Vocabulary): string {
  return tokenizer === 'characters' ? '' : ' ';
}

function notKnown(where: string, token: string, what: string, place: number, around: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${where}: ${what} has the token '${token}' at place ${place} (near '${around}'), which is not in the vocabulary; a vocabulary made with unknown: true takes it.`,
  );
}

function countOf(ids: Int32Array, id: number): number {
  let count = 0;
  for (const each of ids) if (each === id) count++;
  return count;
}
