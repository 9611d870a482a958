/** Which classes are taken for which others, as scikit-learn's `confusion_matrix` counts it. */
import { inWords, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { expectPairs } from './pairs.js';

/** A class number, or the name of a class. */
export type ClassLabel = number | string;

export interface ConfusionOptions {
  /**
   * The names of the classes, in order. Of class numbers, the name of each: the first is class 0.
   * @default the classes that there are, in ascending order
   */
  readonly labels?: readonly string[];
  /** Targets of this class number do not count, such as padding. @default none */
  readonly ignoreIndex?: number;
}

export interface ConfusionMatrix {
  /** The classes that rows and columns stand for. */
  readonly labels: readonly ClassLabel[];
  /** `counts[i][j]`: how many targets of the class `labels[i]` were predicted as `labels[j]`. */
  readonly counts: readonly (readonly number[])[];
}

const optionNames = { labels: true, ignoreIndex: true } satisfies OptionNames<ConfusionOptions>;

/**
 * How often each class was taken for each other: rows are targets, columns predictions, as in scikit-learn and torchmetrics.
 * Predictions come first, as in every function here; scikit-learn takes targets first.
 *
 * @param predictions class numbers or names, one for each target, as a list or a typed array
 * @param targets as many, of the same kind
 * @throws E_SHAPE_MISMATCH for lists of different lengths; E_INVALID_OPTION for a class that is not among the labels, which scikit-learn
 *   leaves out without a word
 */
export function confusionMatrix(
  predictions: ArrayLike<ClassLabel>,
  targets: ArrayLike<ClassLabel>,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  expectPairs('confusionMatrix', predictions, targets, 'a class number or name for each target');
  checkOptionNames('confusionMatrix', options, optionNames, { ignore_index: 'ignoreIndex' });
  const { labels, ignoreIndex } = options;
  expectLabels(labels);
  if (ignoreIndex !== undefined && !Number.isSafeInteger(ignoreIndex))
    throw wrongArgument('confusionMatrix: ignoreIndex', ignoreIndex, 'an integer');
  const seen = new Set<ClassLabel | undefined>();
  for (let i = 0; i < targets.length; i++)
    if (targets[i] !== ignoreIndex) seen.add(targets[i]).add(predictions[i]);
  const classes = classesOf(seen, labels);
  const places = new Map(classes.map((label, i) => [label, i]));
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] === ignoreIndex) continue;
    const row = counts[placeOf(targets[i], places, labels)];
    const column = placeOf(predictions[i], places, labels);
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return { labels: labels ? [...labels] : classes, counts };
}

function expectLabels(labels: unknown): void {
  if (labels === undefined) return;
  const wrong = Array.isArray(labels) ? labels.find((label) => typeof label !== 'string') : labels;
  const isRight = Array.isArray(labels) && labels.every((label) => typeof label === 'string');
  if (!isRight) throw wrongArgument('confusionMatrix: labels', wrong, 'a list of names, texts');
  if (new Set(labels).size === labels.length) return;
  throw new LstmOnnxError(
    'E_DUPLICATE_NAME',
    'confusionMatrix: two labels are the same; give each class its own.',
  );
}

/**
 * The classes in order, as they are in predictions and targets.
 *
 * @throws E_INVALID_OPTION unless they are all whole numbers or all texts
 */
function classesOf(
  seen: ReadonlySet<ClassLabel | undefined>,
  labels: readonly string[] | undefined,
): readonly ClassLabel[] {
  const classes = [...seen];
  if (classes.every((one) => typeof one === 'string')) return labels ?? classes.toSorted(ascending);
  const numbers = classes.filter((one) => typeof one === 'number' && Number.isSafeInteger(one)) as number[]; // as filtered
  if (numbers.length === classes.length) return labels?.map((_, i) => i) ?? numbers.toSorted(ascending);
  const wrong = classes.find((one) => !Number.isSafeInteger(one));
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `confusionMatrix: a class is ${inWords(wrong)}; expected class numbers alone, whole, or names alone.`,
  );
}

function ascending(a: ClassLabel, b: ClassLabel): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function placeOf(
  label: ClassLabel | undefined,
  places: ReadonlyMap<ClassLabel, number>,
  labels: readonly string[] = [],
): number {
  const place = places.get(label ?? '');
  if (place !== undefined) return place;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `confusionMatrix: a class is ${inWords(label)}, which is none of the labels ${labels.join(', ')}.`,
  );
}
