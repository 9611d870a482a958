/** Texts with a class each. */
import { expectText, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { type DataNote, expectWhole, quotedNames } from '../table/table.js';
import { notesOf, type TextSource, textRecords } from './text-records.js';

export interface LabelledTexts {
  readonly texts: readonly string[];
  /** The class of each text, as its place in `classes`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly notes: readonly DataNote[];
}

/** What is taken of texts and classes, from wherever they come. */
export interface LabelOptions {
  /** The classes in the order of their numbers; a label of another is refused. @default those found, sorted: by value where all are numbers */
  readonly classes?: readonly string[];
  /** What becomes of texts that are missing, empty or blank, and of texts without a class: left out with a note, or an error. @default 'drop' */
  readonly empty?: 'drop' | 'refuse';
  /** The fewest texts of a class; fewer are an error. A class with a single text is said in a note. @default 1 */
  readonly minExamples?: number;
}

export interface LabelledTextsOptions extends LabelOptions {
  /** The column or field with the text. */
  readonly text: string;
  /** The column or field with the class: text, or numbers. */
  readonly label: string;
}

const optionNames = {
  text: true,
  label: true,
  classes: true,
  empty: true,
  minExamples: true,
} satisfies OptionNames<LabelledTextsOptions>;

/**
 * Texts and their classes from two columns of a table, or two fields of JSON lines or objects.
 *
 * @throws E_UNKNOWN_NAME for a column or field that there is not; E_INVALID_FILE for a field that holds no text, no texts at all,
 *   a class that is not among `classes` or has fewer texts than `minExamples`; E_INVALID_OPTION for other options
 */
export async function labelledTexts(
  source: TextSource,
  options: LabelledTextsOptions,
): Promise<LabelledTexts> {
  const where = 'labelledTexts';
  checkOptionNames(where, options ?? null, optionNames, { labels: 'label', texts: 'text', target: 'label' });
  expectText(`${where}: text`, options.text, 'the name of a column or field');
  expectText(`${where}: label`, options.label, 'the name of a column or field');
  const fields = [
    { name: options.text, takesNumbers: false },
    { name: options.label, takesNumbers: true },
  ];
  const collected = new LabelCollector(where, options);
  for await (const { values, place } of textRecords(where, source, fields)) {
    collected.add(values[0], values[1], place);
  }
  return collected.finish(notesOf(source));
}

/** Collects texts and classes, and says once what was left out. */
export class LabelCollector {
  readonly #where: string;
  readonly #empty: 'drop' | 'refuse';
  readonly #minExamples: number;
  readonly #given: readonly string[] | undefined;
  readonly #texts: string[] = [];
  readonly #labels: string[] = [];
  #emptyTexts = 0;
  #unlabelled = 0;

  constructor(where: string, { classes, empty = 'drop', minExamples = 1 }: LabelOptions) {
    if (empty !== 'drop' && empty !== 'refuse') {
      throw wrongArgument(`${where}: empty`, empty, "'drop' or 'refuse'");
    }
    expectWhole(where, { minExamples }, 1);
    if (classes !== undefined) checkClasses(where, classes);
    this.#where = where;
    this.#empty = empty;
    this.#minExamples = minExamples;
    this.#given = classes;
  }

  add(text: string | undefined, label: string | undefined, place: string): void {
    const isEmpty = text === undefined || text.trim() === '';
    const isUnlabelled = label === undefined || label === '';
    if (!isEmpty && !isUnlabelled) {
      this.#texts.push(text);
      this.#labels.push(label);
      return;
    }
    if (this.#empty === 'refuse') {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${this.#where}: ${place} has no ${isEmpty ? 'text' : 'class'}. Mend it, or leave such texts out with empty: 'drop'.`,
      );
    }
    if (isEmpty) this.#emptyTexts++;
    else this.#unlabelled++;
  }

  finish(notes: readonly DataNote[]): LabelledTexts {
    if (this.#texts.length === 0) {
      throw new LstmOnnxError('E_INVALID_FILE', `${this.#where}: there is no text with a class.`);
    }
    const classes = this.#given ?? sortedClasses(new Set(this.#labels));
    const numbers = new Map(classes.map((name, i) => [name, i]));
    const counts = new Int32Array(classes.length);
    const labels = Int32Array.from(this.#labels, (label) => {
      const number = numbers.get(label);
      if (number === undefined) throw this.#unknownClass(label, classes);
      counts[number] = (counts[number] ?? 0) + 1;
      return number;
    });
    this.#checkCounts(classes, counts);
    return { texts: this.#texts, labels, classes, notes: [...notes, ...this.#notes(classes, counts)] };
  }

  #unknownClass(label: string, classes: readonly string[]): LstmOnnxError {
    return new LstmOnnxError(
      'E_INVALID_FILE',
      `${this.#where}: there is a text of the class '${label}'; the classes are ${quotedNames(classes)}.`,
    );
  }

  #checkCounts(classes: readonly string[], counts: Int32Array): void {
    const few = classes.find((_, i) => (counts[i] ?? 0) < this.#minExamples && (counts[i] || !this.#given));
    if (few === undefined) return;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${this.#where}: the class '${few}' has ${counted(counts[classes.indexOf(few)] ?? 0, 'text')}; expected at least ${this.#minExamples} (minExamples).`,
    );
  }

  *#notes(classes: readonly string[], counts: Int32Array): Generator<DataNote> {
    if (this.#emptyTexts > 0) {
      yield { text: `${counted(this.#emptyTexts, 'empty text')} left out.`, count: this.#emptyTexts };
    }
    if (this.#unlabelled > 0) {
      yield {
        text: `${counted(this.#unlabelled, 'text')} without a class left out.`,
        count: this.#unlabelled,
      };
    }
    const single = classes.filter((_, i) => counts[i] === 1);
    if (single.length > 0) {
      yield {
        text: `With a single text, which cannot be both learned from and tested on: ${quotedNames(single)}.`,
        count: single.length,
      };
    }
    const none = classes.filter((_, i) => counts[i] === 0);
    if (none.length > 0) yield { text: `Without a text: ${quotedNames(none)}.`, count: none.length };
    if (classes.length === 1) yield { text: `All texts are of the class '${classes[0]}'.`, count: 1 };
  }
}

function checkClasses(where: string, classes: unknown): void {
  const areTexts =
    Array.isArray(classes) && classes.length > 0 && classes.every((name) => typeof name === 'string');
  if (!areTexts) throw wrongArgument(`${where}: classes`, classes, 'a list of texts');
  if (new Set(classes).size === classes.length) return;
  throw new LstmOnnxError('E_DUPLICATE_NAME', `${where}: classes has a name twice.`);
}

/** By value where all are numbers, else by their characters: the same on every machine. */
function sortedClasses(names: ReadonlySet<string>): string[] {
  const list = [...names];
  const areNumbers = list.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
  return areNumbers ? list.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1)) : list.sort();
}
