/** The tokens that a model knows, each with a number, its id. */
import { expectText, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { expectWhole } from '../table/table.js';
import { isTokenizer, type Tokenizer, tokensOf } from './tokenizers.js';

/** What tokens that stand for no text are for. */
export type SpecialToken = 'padding' | 'unknown' | 'start' | 'end';

/** Plain data: JSON keeps it as it is. */
export interface Vocabulary {
  readonly kind: 'vocabulary';
  readonly version: 1;
  /** How texts are cut; `own` by whoever encodes. */
  readonly tokenizer: Tokenizer | 'own';
  /** Whether texts are in lower case before they are cut. */
  readonly lowercase: boolean;
  /** Each token at its id. Those that stand for no text come first, in the order padding, unknown, start, end. */
  readonly tokens: readonly string[];
  /** The ids of the tokens that stand for no text. */
  readonly special: Readonly<Partial<Record<SpecialToken, number>>>;
}

export interface VocabularyOptions {
  /**
   * How texts are cut: Unicode code points; words, which are letters, marks and digits with apostrophes between them, and every
   * other character but white space by itself; what stands between spaces, as it is; or by a function of your own, which gives the tokens
   * of a text.
   */
  readonly tokens: Tokenizer | ((text: string) => readonly string[]);
  /** Stands behind the end of a text; its id is 0. False for none, a text for another name. @default '<pad>' */
  readonly padding?: string | boolean;
  /** Stands for every token that is not in the vocabulary. False for none: such tokens are errors then. @default '<unk>' */
  readonly unknown?: string | boolean;
  /** Stands before a text that is to be written; true for '<s>'. @default none */
  readonly start?: string | boolean;
  /** Stands behind a text that is to be written; true for '</s>'. @default none */
  readonly end?: string | boolean;
  /** How often a token comes at least. @default 1 */
  readonly minCount?: number;
  /** How many tokens there are at most, those that stand for no text among them: the most frequent ones. @default all */
  readonly maxSize?: number;
  /** Whether all texts are in lower case first. @default false */
  readonly lowercase?: boolean;
}

const optionNames = {
  tokens: true,
  padding: true,
  unknown: true,
  start: true,
  end: true,
  minCount: true,
  maxSize: true,
  lowercase: true,
} satisfies OptionNames<VocabularyOptions>;

const specials = [
  ['padding', '<pad>', true],
  ['unknown', '<unk>', true],
  ['start', '<s>', false],
  ['end', '</s>', false],
] as const;

/**
 * The vocabulary of texts: first what stands for no text, then the tokens from the most frequent on, those that come equally often
 * in the order in which they first come. The same texts give the same ids on every machine.
 *
 * @throws E_INVALID_OPTION for texts that are none, no tokens at all, and wrong options; E_DUPLICATE_NAME for a token of the
 *   texts that is called as one that stands for no text
 */
export function vocabulary(texts: Iterable<string>, options: VocabularyOptions): Vocabulary {
  checkOptionNames('vocabulary', options ?? null, optionNames, {
    tokenizer: 'tokens',
    size: 'maxSize',
    limit: 'maxSize',
    minFrequency: 'minCount',
  });
  const { tokens: cut, minCount = 1, maxSize, lowercase = false } = options;
  if (!isTokenizer(cut) && typeof cut !== 'function') {
    throw wrongArgument('vocabulary: tokens', cut, "'characters', 'words', 'spaces' or a function");
  }
  if (typeof lowercase !== 'boolean')
    throw wrongArgument('vocabulary: lowercase', lowercase, 'true or false');
  expectWhole('vocabulary', { minCount, ...(maxSize === undefined ? {} : { maxSize }) }, 1);
  const { names, special } = specialTokens(options);
  const split =
    typeof cut === 'function'
      ? (text: string) => ownTokens(cut, lowercase ? text.toLowerCase() : text)
      : (text: string) => tokensOf(cut, text, lowercase);
  const counts = countTokens(texts, split);
  const taken = names.find((name) => counts.has(name));
  if (taken !== undefined) {
    throw new LstmOnnxError(
      'E_DUPLICATE_NAME',
      `vocabulary: '${taken}' is a token of the texts; give what stands for no text another name, as in unknown: '<?>'.`,
    );
  }
  // The order of a Map is that in which tokens first came, and sorting keeps it among equals.
  const kept = [...counts].filter(([, count]) => count >= minCount).sort(([, a], [, b]) => b - a);
  const all = [...names, ...kept.map(([token]) => token)].slice(0, maxSize);
  if (all.length <= names.length) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `vocabulary: of ${counts.size} different tokens none is left; give texts, or another minCount or maxSize.`,
    );
  }
  const tokenizer = typeof cut === 'function' ? 'own' : cut;
  return { kind: 'vocabulary', version: 1, tokenizer, lowercase, tokens: all, special };
}

function specialTokens(
  options: VocabularyOptions,
): Pick<Vocabulary, 'special'> & { readonly names: string[] } {
  const names: string[] = [];
  const special: Partial<Record<SpecialToken, number>> = {};
  for (const [kind, usual, byDefault] of specials) {
    const given = options[kind] ?? byDefault;
    if (given === false) continue;
    if (given !== true && (typeof given !== 'string' || given === '')) {
      throw wrongArgument(`vocabulary: ${kind}`, given, `a text such as '${usual}', true or false`);
    }
    special[kind] = names.push(given === true ? usual : given) - 1;
  }
  if (new Set(names).size === names.length) return { names, special };
  throw new LstmOnnxError('E_DUPLICATE_NAME', `vocabulary: two of ${names.join(', ')} are the same.`);
}

function countTokens(texts: unknown, split: (text: string) => readonly string[]): Map<string, number> {
  if (typeof texts !== 'object' || texts === null || !(Symbol.iterator in texts)) {
    throw wrongArgument('vocabulary', texts, 'a list of texts');
  }
  const counts = new Map<string, number>();
  let place = 0;
  for (const text of texts as Iterable<unknown>) {
    expectText(`vocabulary: text ${place}`, text);
    for (const token of split(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
    place++;
  }
  return counts;
}

function ownTokens(cut: (text: string) => readonly string[], text: string): readonly string[] {
  const tokens: unknown = cut(text);
  if (Array.isArray(tokens) && tokens.every((token) => typeof token === 'string')) return tokens;
  throw wrongArgument('vocabulary: the function tokens, for its result,', tokens, 'a list of texts');
}
