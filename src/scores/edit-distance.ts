/** How far sequences are from those that were expected: edit distance, and error rates of words, characters, phonemes. */
import { inWords, isList, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { expectPairs } from './pairs.js';

/** A text, or a list of tokens: class numbers, words, phonemes. */
export type TokenSequence = string | ArrayLike<string | number>;

/**
 * The edit distance (Levenshtein 1966): the least number of tokens to insert, delete or replace that makes one sequence the
 * other.
 *
 * @param a a text, whose tokens are its characters (code points, as in Python), or a list of tokens
 * @param b of the same kind
 * @throws E_INVALID_OPTION for what is no sequence, and a text beside a list
 */
export function editDistance(a: TokenSequence, b: TokenSequence): number {
  expectSameKind('editDistance', a, b);
  return distance(charactersOf(a), charactersOf(b));
}

export interface ErrorRateOptions {
  /**
   * What is counted in texts, where they are given as texts: `'word'`, what is between white space, or `'character'`, code points,
   * white space among them. Lists of tokens say it themselves.
   */
  readonly unit?: 'word' | 'character';
}

const optionNames = { unit: true } satisfies OptionNames<ErrorRateOptions>;

/**
 * The error rate of a set of sequences: the sum of their edit distances divided by the sum of the targets' lengths. Over words it is
 * the word error rate, over characters the character error rate, over phonemes the phoneme error rate, with the numbers of
 * torchmetrics and jiwer (whose character error rate takes white space off both ends first). It may be above 1.
 *
 * @param predictions a sequence for each target
 * @param targets lists of tokens, or texts with `unit`
 * @throws E_INVALID_OPTION for texts without a unit, for tokens with one, and where the targets have no token
 * @throws E_SHAPE_MISMATCH for another number of predictions than of targets
 */
export function errorRate(
  predictions: readonly TokenSequence[],
  targets: readonly TokenSequence[],
  options: ErrorRateOptions = {},
): number {
  expectPairs('errorRate', predictions, targets, 'a text or a list of tokens for each');
  checkOptionNames('errorRate', options, optionNames);
  const { unit } = options;
  if (unit !== undefined && unit !== 'word' && unit !== 'character')
    throw wrongArgument('errorRate: unit', unit, "'word' or 'character'");
  let [errors, length] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    const [prediction, target] = [predictions[i] ?? '', targets[i] ?? ''];
    expectSameKind('errorRate', prediction, target);
    expectUnit(target, unit);
    const tokens = tokensOf(target, unit);
    errors += distance(tokensOf(prediction, unit), tokens);
    length += tokens.length;
  }
  if (length > 0) return errors / length;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    'errorRate: the targets have no token to divide by; give at least one sequence that is not empty.',
  );
}

function expectSameKind(where: string, a: unknown, b: unknown): void {
  for (const sequence of [a, b]) {
    if (typeof sequence === 'string') continue;
    if (!isList(sequence)) throw wrongArgument(where, sequence, 'a text or a list of tokens');
    // Others, such as those of a BigInt64Array, would equal no number.
    const isToken = (token: unknown) => typeof token === 'string' || typeof token === 'number';
    const wrong = Array.prototype.findIndex.call(sequence, (token) => !isToken(token));
    if (wrong !== -1) throw wrongArgument(`${where}: token ${wrong}`, sequence[wrong], 'a number or a text');
  }
  if ((typeof a === 'string') === (typeof b === 'string')) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} got ${inWords(a)} and ${inWords(b)}; expected two texts, or two lists of tokens.`,
  );
}

function expectUnit(target: TokenSequence, unit: string | undefined): void {
  if ((typeof target === 'string') === (unit !== undefined)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    unit === undefined
      ? `errorRate got ${inWords(target)}; say what is counted in texts: { unit: 'word' } or { unit: 'character' }.`
      : `errorRate: the unit '${unit}' is for texts, but a target is ${inWords(target)}, whose tokens are counted; leave unit out.`,
  );
}

function tokensOf(sequence: TokenSequence, unit: ErrorRateOptions['unit']): ArrayLike<string | number> {
  if (typeof sequence !== 'string' || unit !== 'word') return charactersOf(sequence);
  return sequence.split(/\s+/).filter((word) => word !== '');
}

/** The code points of a text; a list as it is. */
function charactersOf(sequence: TokenSequence): ArrayLike<string | number> {
  return typeof sequence === 'string' ? Array.from(sequence) : sequence;
}

/** Row after row of the table of Wagner and Fischer (1974): `row[j]` is the distance of what was read of `a` to `j` tokens of `b`. */
function distance(a: ArrayLike<string | number>, b: ArrayLike<string | number>): number {
  const row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = i - 1;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j] ?? 0;
      row[j] = Math.min(replaced, diagonal + 1, (row[j - 1] ?? 0) + 1);
    }
  }
  return row[b.length] ?? 0;
}
