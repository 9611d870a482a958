/** Texts split into parts to learn from, to validate and to test on. */
import { isObject, wrongArgument } from '../../arguments.js';
import { Generator } from '../../builder/random.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { LabelledTexts } from './labelled-texts.js';
import type { TextPairs } from './text-pairs.js';

export interface SplitSamplesOptions {
  /** The part for validation: a fraction, or a count from 1. @default none */
  readonly validation?: number;
  /** The part for the test: a fraction, or a count from 1. @default none */
  readonly test?: number;
  /** Determines the order. @default 0 */
  readonly seed?: number | bigint;
  /** Whether each class has its share of each part; of texts with classes alone. @default true of texts with classes */
  readonly stratified?: boolean;
}

export interface SplitSamples<T> {
  readonly train: T;
  /** Empty where none was asked for. */
  readonly validation: T;
  readonly test: T;
}

const optionNames = {
  validation: true,
  test: true,
  seed: true,
  stratified: true,
} satisfies OptionNames<SplitSamplesOptions>;

/**
 * Splits texts with classes, or pairs, by the seed. With `stratified` each class has its share of each part, up to one text, and keeps
 * at least one to learn from, so that a part may be smaller than asked for where classes have few texts. Every text is in exactly one
 * part; in each part the texts are in the order in which they came.
 *
 * @throws E_INVALID_OPTION for other data or options, and where no text is left to learn from
 */
export function splitSamples<T extends LabelledTexts | TextPairs>(
  data: T,
  options: SplitSamplesOptions,
): SplitSamples<T> {
  const where = 'splitSamples';
  checkOptionNames(where, options ?? null, optionNames, { stratify: 'stratified' });
  const labels = labelsOf(data);
  const { seed = 0, stratified = labels !== undefined } = options;
  if (typeof stratified !== 'boolean')
    throw wrongArgument(`${where}: stratified`, stratified, 'true or false');
  if (stratified && !labels) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: stratified is for texts with classes; pairs have none.`,
    );
  }
  const length = 'texts' in data ? data.texts.length : data.sources.length;
  const counts = (['validation', 'test'] as const).map((part) =>
    partSize(`${where}: ${part}`, options[part], length),
  );
  const held = counts.reduce((sum, count) => sum + count, 0);
  if (held >= length) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: ${held} of ${length} texts are held back, so that none is left to learn from.`,
    );
  }
  const order = new Generator(seed).randperm(length);
  const parts = partOf(stratified && labels ? byClass(order, labels) : [order], counts, length, stratified);
  const take = (part: number) =>
    taken(
      data,
      Int32Array.from(parts.keys()).filter((i) => parts[i] === part),
    );
  return { train: take(0), validation: take(1), test: take(2) };
}

function labelsOf(data: unknown): Int32Array | undefined {
  const { texts, labels, sources, targets } = isObject(data) ? data : {};
  if (Array.isArray(texts) && labels instanceof Int32Array && labels.length === texts.length) return labels;
  if (Array.isArray(sources) && Array.isArray(targets) && sources.length === targets.length) return undefined;
  throw wrongArgument('splitSamples', data, 'what labelledTexts or textPairs gives');
}

function partSize(where: string, size: unknown, length: number): number {
  if (size === undefined) return 0;
  if (typeof size === 'number' && size > 0) {
    const count = size < 1 ? Math.max(Math.round(size * length), 1) : size;
    if (Number.isInteger(count)) return count;
  }
  throw wrongArgument(where, size, 'a fraction between 0 and 1, or a count from 1');
}

function byClass(order: Int32Array, labels: Int32Array): Int32Array[] {
  const groups = new Map<number, number[]>();
  for (const sample of order) {
    const label = labels[sample] ?? 0;
    const group = groups.get(label);
    if (group) group.push(sample);
    else groups.set(label, [sample]);
  }
  return [...groups.values()].map((group) => Int32Array.from(group));
}

/**
 * The part of each sample: 0 to learn from, 1 and 2 held back. What is due is rounded over all groups so far, so that the parts have
 * the sizes that were asked for.
 */
function partOf(
  groups: readonly Int32Array[],
  counts: readonly number[],
  length: number,
  keepsFirst: boolean,
): Uint8Array {
  const parts = new Uint8Array(length);
  let before = 0;
  for (const group of groups) {
    const seen = before + group.length;
    let at = keepsFirst ? 1 : 0;
    for (const [part, count] of counts.entries()) {
      const due = Math.round((count * seen) / length) - Math.round((count * before) / length);
      const end = Math.min(at + due, group.length);
      for (; at < end; at++) parts[group[at] ?? 0] = part + 1;
    }
    before = seen;
  }
  return parts;
}

function taken<T extends LabelledTexts | TextPairs>(data: T, indices: Int32Array): T {
  const pick = (list: readonly string[]) => Array.from(indices, (i) => list[i] ?? '');
  // Of the same type: the lists are replaced, all else stays.
  return 'texts' in data
    ? { ...data, texts: pick(data.texts), labels: indices.map((i) => data.labels[i] ?? 0) }
    : { ...data, sources: pick(data.sources), targets: pick(data.targets) };
}
