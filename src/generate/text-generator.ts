/** Writes texts with a model of tokens whose vocabulary is known: a prompt as text in, what follows it as text out. */
import { wrongArgument } from '../arguments.js';
import { checkVocabulary } from '../data/text/check-vocabulary.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { BaseModel } from '../runtime/model.js';
import { beamsUntil, generateSteps } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import type { Generated, GeneratedSoFar } from './generated.js';
import { StopText, stopTest } from './stop-text.js';
import { type Prompt, promptTokens } from './text-prompt.js';
import { TokenModel } from './token-model.js';
import { writtenText } from './written-text.js';

/** How a text is written; {@link generate} has the same options for tokens. */
export interface TextGenerationOptions
  extends Pick<GenerateOptions, 'maxLength' | 'sample' | 'beam' | 'repetitionPenalty' | 'signal'> {
  /** A text, or several, at the first of which the text ends; it is left out itself. @default none */
  readonly stop?: string | readonly string[];
}

const optionNames = {
  maxLength: true,
  sample: true,
  beam: true,
  repetitionPenalty: true,
  signal: true,
  stop: true,
} satisfies OptionNames<TextGenerationOptions>;

const meant = {
  max_length: 'maxLength',
  temperature: 'sample, as in { sample: { temperature: 0.8 } }',
  topK: 'sample, as in { sample: { topK: 40 } }',
  topP: 'sample, as in { sample: { topP: 0.9 } }',
  seed: 'sample, as in { sample: { seed: 1 } }',
};

const [GENERATE, STREAM] = ['generate of a text', 'stream of a text'];

/** A text that was written. */
export interface GeneratedText {
  /** What follows the prompt: `prompt + text` is the whole. */
  readonly text: string;
  /** The tokens that were chosen, those of a stop among them. */
  readonly tokens: readonly number[];
  /** Of these tokens, as {@link Generated} has it. */
  readonly logProbability: number;
  /** Why it ends: by the model's end token, by `stop`, or because it has `maxLength` tokens. */
  readonly finish: Generated['finish'] | 'stop';
}

export interface TextGeneratorOptions {
  /** @default that of the model's metadata */
  readonly vocabulary?: Vocabulary;
}

/** Writes texts; {@link textGeneratorOf} makes it. */
export class TextGenerator {
  readonly vocabulary: Vocabulary;
  readonly #model: BaseModel;
  readonly #forbidden: readonly number[];

  /** Use {@link textGeneratorOf}. */
  constructor(model: BaseModel, vocabulary: Vocabulary) {
    this.#model = model;
    this.vocabulary = vocabulary;
    const { padding, unknown, start } = vocabulary.special;
    this.#forbidden = [padding, unknown, start].filter((token) => token !== undefined);
  }

  /**
   * Writes on from a prompt, at each step with the most probable token, or as `sample` and `beam` say.
   *
   * @param prompt a text, or its tokens where the vocabulary is of tokens of your own. What the vocabulary does not have is read as its
   *   unknown token. An empty one is for a new text, which begins as texts and lines begin
   * @returns the text, or the `nBest` of a beam search, the best first; fewer where some are the same text up to a stop
   * @throws E_INVALID_OPTION for options that make no sense; E_UNKNOWN_NAME for characters or words that the vocabulary has no token for;
   *   what {@link generate} throws
   */
  async generate(
    prompt: Prompt = '',
    options: TextGenerationOptions = {},
  ): Promise<readonly GeneratedText[]> {
    checkOptionNames(GENERATE, options, optionNames, meant);
    if (options.beam === undefined) {
      const steps = this.stream(prompt, options);
      for (;;) {
        const { value, done } = await steps.next();
        if (done) return [value];
      }
    }
    const { stop, ...others } = options;
    const { tokens, last } = promptTokens(this.vocabulary, prompt);
    const stops = stopsOf(stop);
    const [found = []] = await beamsUntil(
      this.#model,
      { ...others, prompts: [tokens], forbidden: this.#forbidden },
      stopTest(this.vocabulary, stops, last),
    );
    const written = found.map(({ score: _, ...one }): GeneratedText => {
      const text = writtenText(this.vocabulary, one.tokens, last);
      const { text: kept, stopped } = new StopText(stops).add(text);
      return stopped ? { ...one, text: kept, finish: 'stop' } : { ...one, text };
    });
    // The same text may come before two stops.
    return written.filter(({ text }, i) => written.findIndex((other) => other.text === text) === i);
  }

  /**
   * {@link generate}, piece by piece: what is certain to be in the text, as soon as it is. Not of a beam search, which may change it all.
   *
   * ```ts
   * for await (const piece of generator.stream('Call me', { sample: { temperature: 0.8 } })) process.stdout.write(piece);
   * ```
   *
   * @returns an async iterator over the pieces, whose result is the text as {@link generate} gives it
   * @throws what {@link generate} throws, when the first piece is asked for
   */
  async *stream(
    prompt: Prompt = '',
    options: TextGenerationOptions = {},
  ): AsyncGenerator<string, GeneratedText, undefined> {
    checkOptionNames(STREAM, options, optionNames, meant);
    const { stop, ...others } = options;
    if (others.beam !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${STREAM}: a beam search changes what it has written, so that there are no pieces; use generate.`,
      );
    }
    const ending = new StopText(stopsOf(stop));
    const { tokens, last } = promptTokens(this.vocabulary, prompt);
    const steps = generateSteps(this.#model, { ...others, prompts: [tokens], forbidden: this.#forbidden });
    let [text, before] = ['', last];
    let found: GeneratedSoFar | undefined;
    for await (const [sequence] of steps) {
      found = mustHave(sequence, 'The sequence');
      const added = found.finish === undefined ? found.last : found.tokens.at(-1);
      // An end token is not written.
      if (found.finish === 'end' || added === undefined) continue;
      const { text: piece, stopped } = ending.add(writtenText(this.vocabulary, [added], before));
      before = this.vocabulary.tokens[added];
      text += piece;
      if (piece !== '') yield piece;
      if (stopped) return writtenSoFar(found, text, 'stop');
    }
    const rest = ending.rest();
    if (rest !== '') yield rest;
    const whole = mustHave(found, 'A step');
    return writtenSoFar(whole, text + rest, mustHave(whole.finish, 'The end'));
  }
}

function writtenSoFar(
  { tokens, logProbability }: GeneratedSoFar,
  text: string,
  finish: GeneratedText['finish'],
): GeneratedText {
  return { text, tokens, logProbability, finish };
}

/**
 * The writer of texts of a model file that takes tokens and gives logits, carries its states, and has its vocabulary in the metadata, as
 * `exportOnnx` with `states` and `vocabularies` writes it: on any provider, in Node and in the browser.
 *
 * ```ts
 * const generator = textGeneratorOf(await Model.load('model.onnx'));
 * const [written] = await generator.generate('Call me', { sample: { temperature: 0.8, seed: 1 }, maxLength: 200 });
 * written?.text;
 * ```
 *
 * @throws E_MISSING_NAME for a model without a vocabulary of its tokens, and one whose tokens or logits cannot be told; E_INVALID_OPTION for a
 *   vocabulary of another size; E_STATE_NOT_CARRIED for a model without state
 */
export function textGeneratorOf(model: BaseModel, options: TextGeneratorOptions = {}): TextGenerator {
  if (!(model instanceof BaseModel)) throw wrongArgument('textGeneratorOf', model, 'what Model.load gives');
  checkOptionNames('textGeneratorOf', options, { vocabulary: true });
  const { input, vocabulary: size } = new TokenModel(model, {});
  const own = vocabulariesOf(model.metadata);
  const words = options.vocabulary ?? (Object.hasOwn(own, input) ? own[input] : undefined);
  if (words === undefined) {
    throw new LstmOnnxError(
      'E_MISSING_NAME',
      `The model has no vocabulary of its tokens ('${input}') in its metadata; give the one that it was trained with, as in { vocabulary }.`,
    );
  }
  checkVocabulary('textGeneratorOf', words);
  if (size === undefined || size === words.tokens.length) return new TextGenerator(model, words);
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `The vocabulary has ${words.tokens.length} tokens, and the model gives logits of ${size}; give the vocabulary that it was trained with.`,
  );
}

/** @throws E_INVALID_OPTION unless it is a text, or several, that are not empty */
function stopsOf(stop: unknown): readonly string[] {
  const stops: readonly unknown[] = Array.isArray(stop) ? stop : stop === undefined ? [] : [stop];
  const isText = (each: unknown): each is string => typeof each === 'string' && each !== '';
  if (stops.every(isText)) return stops;
  throw wrongArgument('The option stop', stop, 'a text, or a list of texts, none of them empty');
}
