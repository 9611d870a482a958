/** Texts with a tag for each token, such as words with their parts of speech. */
import { expectText, inWords, isObject, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { brokenSpans, isBio } from '../../tagging/bio.js';
import type { DataNote } from '../table/table.js';
import { notesOf, type TextSource, textRecords } from './text-records.js';

export interface TaggedTexts {
  /** The tokens of each text. */
  readonly tokens: readonly (readonly string[])[];
  /** The tag of each token, a list for each text. */
  readonly tags: readonly (readonly string[])[];
  /** The tags that there are, sorted. */
  readonly labels: readonly string[];
  readonly notes: readonly DataNote[];
}

export interface TaggedTextsOptions {
  /** The column or field with the tokens. */
  readonly tokens: string;
  /** The column or field with the tags, as many as tokens. */
  readonly tags: string;
}

const optionNames = { tokens: true, tags: true } satisfies OptionNames<TaggedTextsOptions>;

/**
 * Tokens and tags from two columns of a table, or two fields of JSON lines or objects. Each is a text in which white space stands
 * between the tokens, or a list: of JSON lines and objects an array of texts, in a table the JSON of one. Texts without tokens are left
 * out, with a note.
 *
 * ```ts
 * await taggedTexts([{ words: 'ada met alan', tags: 'B-PER O B-PER' }], { tokens: 'words', tags: 'tags' });
 * ```
 *
 * @throws E_UNKNOWN_NAME for a column or field that there is not; E_INVALID_FILE for a text with another number of tags than tokens, for
 *   a field that holds neither text nor a list of texts, and no text at all; E_INVALID_OPTION for other options
 */
export async function taggedTexts(source: TextSource, options: TaggedTextsOptions): Promise<TaggedTexts> {
  const where = 'taggedTexts';
  checkOptionNames(where, options ?? null, optionNames, { words: 'tokens', labels: 'tags' });
  expectText(`${where}: tokens`, options.tokens, 'the name of a column or field');
  expectText(`${where}: tags`, options.tags, 'the name of a column or field');
  const fields = [options.tokens, options.tags].map((name) => ({
    name,
    takesNumbers: false,
    takesLists: true,
  }));
  const collected = new TagCollector(where);
  for await (const { values, place } of textRecords(where, source, fields)) {
    const [tokens, tags] = values.map((value = '', i) =>
      tokensIn(where, value, fields[i]?.name ?? '', place),
    );
    collected.add(tokens ?? [], tags ?? [], place);
  }
  return collected.finish(notesOf(source));
}

/** A list in JSON, or what white space separates. */
export function tokensIn(where: string, value: string, name: string, place: string): readonly string[] {
  const list = /^\s*\[\s*(?:"|\])/.test(value) ? jsonList(value) : undefined;
  if (list === undefined) {
    expectNoPythonList(where, value, name, place);
    return value.split(/\s+/).filter((token) => token !== '');
  }
  const wrong = list.findIndex((item) => typeof item !== 'string');
  if (wrong === -1) return list as readonly string[]; // as checked
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${where}: '${name}' of ${place} has ${inWords(list[wrong])} in its list; expected texts.`,
  );
}

/** @throws E_INVALID_FILE for `['a', 'b']`, as pandas writes lists: white space would cut it into tokens with quotation marks */
function expectNoPythonList(where: string, value: string, name: string, place: string): void {
  if (!/^\s*\[['"].*['"]\]\s*$/s.test(value)) return;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${where}: '${name}' of ${place} is a list as Python writes it; expected a JSON list, as json.dumps writes it, or texts with white space between the tokens.`,
  );
}

/** Undefined for what is no JSON list, such as a text that begins with a bracket and a quotation mark. */
function jsonList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Collects tokens and tags, and says once what was left out and found. */
export class TagCollector {
  readonly #where: string;
  readonly #tokens: (readonly string[])[] = [];
  readonly #tags: (readonly string[])[] = [];
  /** One text for each token and tag, however often it comes: the others would keep the whole file in memory. */
  readonly #known = new Map<string, string>();
  readonly #labels = new Set<string>();
  #empty = 0;

  constructor(where: string) {
    this.#where = where;
  }

  add(tokens: readonly string[], tags: readonly string[], place: string): void {
    if (tokens.length !== tags.length) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${this.#where}: ${place} has ${counted(tokens.length, 'token')} and ${counted(tags.length, 'tag')}; expected a tag for each token.`,
      );
    }
    if (tokens.length === 0) {
      this.#empty++;
      return;
    }
    for (const [name, list] of Object.entries({ token: tokens, tag: tags })) {
      const blank = list.findIndex((text) => text.trim() === '');
      if (blank === -1) continue;
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${this.#where}: ${place} has an empty ${name} (of token ${blank + 1}).`,
      );
    }
    this.#tokens.push(tokens.map((token) => this.#one(token)));
    const own = tags.map((tag) => this.#one(tag));
    this.#tags.push(own);
    for (const tag of own) this.#labels.add(tag);
  }

  finish(notes: readonly DataNote[]): TaggedTexts {
    if (this.#tokens.length === 0) {
      throw new LstmOnnxError('E_INVALID_FILE', `${this.#where}: there is no text with tags.`);
    }
    const labels = [...this.#labels].sort();
    return { tokens: this.#tokens, tags: this.#tags, labels, notes: [...notes, ...this.#notes(labels)] };
  }

  #one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, text);
    return text;
  }

  *#notes(labels: readonly string[]): Generator<DataNote> {
    if (this.#empty > 0) {
      yield { text: `${counted(this.#empty, 'text')} without tokens left out.`, count: this.#empty };
    }
    const [only, ...others] = labels;
    if (others.length === 0) yield { text: `All tokens have the tag '${only}'.`, count: 1 };
    const broken = isBio(labels) ? this.#tags.reduce((sum, tags) => sum + brokenSpans(tags), 0) : 0;
    if (broken > 0) {
      const spans = counted(broken, 'span begins', 'spans begin');
      yield { text: `${spans} with an I tag where BIO has a B tag, such as I-PER behind O.`, count: broken };
    }
  }
}

/** @throws E_INVALID_OPTION unless it is lists of tokens with a tag each */
export function checkTaggedTexts(where: string, data: unknown): void {
  const { tokens, tags } = isObject(data) ? data : {};
  const areTexts = (list: unknown) => Array.isArray(list) && list.every((text) => typeof text === 'string');
  const fits =
    Array.isArray(tokens) &&
    Array.isArray(tags) &&
    tokens.length === tags.length &&
    tokens.every((list, i) => areTexts(list) && areTexts(tags[i]) && list.length === tags[i].length);
  if (!fits) throw wrongArgument(where, data, 'what readTaggedTexts, parseTaggedTexts or taggedTexts gives');
}
