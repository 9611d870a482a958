/** Spans in sequences of BIO tags (Ramshaw & Marcus 1995), such as names in a text, and how well they are found: as seqeval does. */
import { inWords, isList, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { MatchCounts, type PrecisionAndRecall, precisionAndRecall } from './f1.js';
import { expectPairs } from './pairs.js';

export interface SpanOptions {
  /**
   * Whether a span must begin with a B tag, as seqeval's `mode='strict', scheme=IOB2`: an I tag that continues nothing is no span.
   * Without, as seqeval's default and CoNLL's script: such an I tag begins one.
   * @default false
   */
  readonly strict?: boolean;
}

/** Tokens `start` to `end - 1`, of a type. */
export interface Span {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const optionNames = { strict: true } satisfies OptionNames<SpanOptions>;

/** The type of tags that have none, B and I, as seqeval calls it. */
const NO_TYPE = '_';

/**
 * The spans that BIO tags say: `B-` begins a span of a type, `I-` continues it, `O` is outside of any. `['B-PER', 'I-PER', 'O']`
 * has the span `{ type: 'PER', start: 0, end: 2 }`. A tag of another type ends a span.
 *
 * @throws E_INVALID_OPTION for other tags
 */
export function spansOf(tags: readonly string[], options: SpanOptions = {}): Span[] {
  return spansIn('spansOf', tags, isStrict('spansOf', options));
}

/** The scores of all spans together (`average='micro'` of seqeval), and of those of each type. */
export interface SpanScores extends PrecisionAndRecall {
  readonly types: Readonly<Record<string, PrecisionAndRecall>>;
}

/**
 * Precision, recall and F1 of spans: a span is right where one of the same type has the same start and end. As seqeval's
 * `classification_report`; what would be divided by 0 is NaN, for which seqeval warns and gives 0.
 *
 * @param predictions the tags of each sequence
 * @param targets the right tags of each, as many
 * @throws E_SHAPE_MISMATCH for lists of different lengths; E_INVALID_OPTION for tags that are not BIO
 */
export function spanF1(
  predictions: readonly (readonly string[])[],
  targets: readonly (readonly string[])[],
  options: SpanOptions = {},
): SpanScores {
  expectPairs('spanF1', predictions, targets, 'the tags of each sequence');
  const strict = isStrict('spanF1', options);
  const counts = new MatchCounts<string>();
  for (const [i, target] of targets.entries()) {
    const prediction = predictions[i] ?? [];
    expectPairs(`spanF1, sequence ${i}`, prediction, target, 'a tag for each token');
    const actual = spansIn('spanF1', target, strict);
    const keys = new Set(actual.map(keyOf));
    for (const { type } of actual) counts.of(type).actual++;
    for (const span of spansIn('spanF1', prediction, strict)) {
      const count = counts.of(span.type);
      count.predicted++;
      if (keys.has(keyOf(span))) count.right++;
    }
  }
  const types = counts.entries().map(([type, count]) => [type, precisionAndRecall(count)] as const);
  return { ...precisionAndRecall(counts.total()), types: Object.fromEntries(types) };
}

function isStrict(where: string, options: SpanOptions): boolean {
  checkOptionNames(where, options, optionNames, { mode: 'strict, true or false' });
  const { strict = false } = options;
  if (typeof strict !== 'boolean') throw wrongArgument(`${where}: strict`, strict, 'true or false');
  return strict;
}

function keyOf({ type, start, end }: Span): string {
  return `${start} ${end} ${type}`;
}

function spansIn(where: string, tags: readonly string[], strict: boolean): Span[] {
  if (!isList(tags)) throw wrongArgument(where, tags, "a list of tags, as in ['B-PER', 'I-PER', 'O']");
  const spans: Span[] = [];
  let open: { readonly type: string; readonly start: number } | undefined;
  const close = (end: number) => {
    if (open) spans.push({ ...open, end });
    open = undefined;
  };
  for (let at = 0; at < tags.length; at++) {
    const { prefix, type } = bioTag(where, tags[at]);
    if (prefix === 'I' && open?.type === type) continue;
    close(at);
    if (prefix === 'B' || (prefix === 'I' && !strict)) open = { type, start: at };
  }
  close(tags.length);
  return spans;
}

/** The letter of a BIO tag, and its type. @throws E_INVALID_OPTION for another tag */
export function bioTag(where: string, tag: unknown): { readonly prefix: string; readonly type: string } {
  const [, prefix, type] = (typeof tag === 'string' && /^([BIO])(?:-(.*))?$/s.exec(tag)) || [];
  if (prefix !== undefined && (prefix !== 'O' || type === undefined))
    return { prefix, type: type || NO_TYPE };
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: a tag is ${inWords(tag)}; expected BIO tags: 'O', and 'B-' or 'I-' with a type, as in 'B-PER'.`,
  );
}
