/** Generates sequences of tokens by a model: token by token, each fed back to give the next. */
import { isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import { BaseModel } from '../runtime/model.js';
import { checkPair, type EncoderAndDecoder, encode } from './encoder-and-decoder.js';
import { startAndEnd } from './generate-metadata.js';
import {
  checkGenerateOptions,
  type GenerateOptions,
  generateOptionNames,
  promptsOf,
  searchesFor,
  type TranslateOptions,
  translateOptionNames,
} from './generate-options.js';
import type { EndTest, Generated, GeneratedSoFar, SequenceSearch } from './generated.js';
import { TokenModel } from './token-model.js';

/**
 * Generates sequences of tokens, each token fed back to give the next: greedily, by sampling or by a beam search. By a model of tokens that
 * carries its states from run to run, what follows prompts; by an encoder and a decoder, what belongs to sources.
 *
 * ```ts
 * const [[best]] = await generate(model, { prompts: [[1]], end: 2, beam: { width: 4 } });
 * const [[translation]] = await generate({ encoder, decoder }, { source: [[5, 8, 3]] });
 * ```
 *
 * @param model takes tokens, int32 or int64 `[batch]` or `[batch, time]`, and gives logits `[batch, vocabulary]` or
 *   `[batch, time, vocabulary]`; or the encoder and the decoder that `EncoderDecoder.toOnnx` wrote
 * @returns for each prompt or source what was generated, the best first: one sequence, or `nBest` of a beam search
 * @throws E_INVALID_OPTION for options that make no sense, and for a decoder of another encoder; E_MISSING_NAME, E_UNKNOWN_NAME for a model
 *   whose tokens or logits cannot be told; E_STATE_NOT_CARRIED for one without state; E_NOT_FINITE for logits that are no numbers; what
 *   `model.run` and `stream.run` throw
 */
export async function generate(
  model: BaseModel,
  options: GenerateOptions,
): Promise<readonly (readonly Generated[])[]>;
export async function generate(
  model: EncoderAndDecoder,
  options: TranslateOptions,
): Promise<readonly (readonly Generated[])[]>;
export async function generate(
  model: BaseModel | EncoderAndDecoder,
  options: GenerateOptions | TranslateOptions,
): Promise<readonly (readonly Generated[])[]> {
  const { searches, steps } = await prepared(model, options);
  for await (const _ of steps);
  return searches.map((search) => search.results());
}

/** {@link generate} by a beam search of a model of tokens, whose sequences end with a token that `endsWith` tells, too. */
export async function beamsUntil(
  model: BaseModel,
  options: GenerateOptions,
  endsWith: EndTest,
): Promise<readonly (readonly Generated[])[]> {
  checkGenerateOptions(options, generateOptionNames);
  const { searches, steps } = search(model, options, undefined, endsWith);
  for await (const _ of steps);
  return searches.map((each) => each.results());
}

/**
 * {@link generate}, step by step: after each token it gives every sequence as it is by then. Of a beam search that is the best one, which
 * may change as a whole. Whoever stops asking stops the model.
 *
 * ```ts
 * for await (const [{ tokens }] of generateSteps(model, { prompts: [[1]], sample: { seed: 1 } })) show(tokens);
 * ```
 *
 * @returns an async iterator over the steps: for each prompt or source the sequence so far
 * @throws what {@link generate} throws, when the first step is asked for
 */
export function generateSteps(model: BaseModel, options: GenerateOptions): GenerationSteps;
export function generateSteps(model: EncoderAndDecoder, options: TranslateOptions): GenerationSteps;
export async function* generateSteps(
  model: BaseModel | EncoderAndDecoder,
  options: GenerateOptions | TranslateOptions,
): GenerationSteps {
  const { steps } = await prepared(model, options);
  yield* steps;
}

/** The steps of {@link generateSteps}. */
export type GenerationSteps = AsyncGenerator<readonly GeneratedSoFar[], void, undefined>;

interface Prepared {
  readonly searches: readonly SequenceSearch[];
  readonly steps: GenerationSteps;
}

async function prepared(
  model: BaseModel | EncoderAndDecoder,
  options: GenerateOptions | TranslateOptions,
): Promise<Prepared> {
  if (model instanceof BaseModel) {
    checkGenerateOptions(options, generateOptionNames);
    return search(model, options as GenerateOptions, undefined);
  }
  if (!isObject(model) || !('decoder' in model)) {
    throw wrongArgument('generate', model, 'what Model.load gives, or two of them as { encoder, decoder }');
  }
  checkGenerateOptions(options, translateOptionNames);
  checkPair(model);
  const { source, ...others } = (options ?? {}) as TranslateOptions; // a caller may have given none
  others.signal?.throwIfAborted();
  const { sequences, ...given } = await encode(model, source);
  return search(model.decoder, { ...others, ...given }, sequences);
}

/** @param sequences how many there are, where prompts are not to say it */
function search(
  model: BaseModel,
  options: GenerateOptions,
  sequences: number | undefined,
  endsWith?: EndTest,
): Prepared {
  const tokens = new TokenModel(model, options ?? {});
  const metadata = startAndEnd(model.metadata, tokens.input);
  const prompts = promptsOf(options?.prompts, metadata, sequences);
  const searches = searchesFor(options ?? {}, prompts, metadata, endsWith);
  return { searches, steps: stepsOf(tokens, searches, prompts, options ?? {}) };
}

/** Tokens of a prompt that are read in one run, since the logits behind each of them are in memory together. */
const MOST_TOGETHER = 256;

/**
 * All sequences go on together, each running one a row of the batch. One that is still in its prompt is fed the next token of that.
 */
async function* stepsOf(
  model: TokenModel,
  searches: readonly SequenceSearch[],
  prompts: readonly (readonly number[])[],
  { end, allowed, forbidden, signal }: GenerateOptions,
): GenerationSteps {
  const checkTokens = (vocabulary: number) => {
    expectTokens('prompts', prompts, vocabulary);
    expectTokens('allowed', allowed ?? [], vocabulary);
    expectTokens('forbidden', [forbidden ?? []], vocabulary);
    if (end !== undefined) expectTokens('end', [[end]], vocabulary);
  };
  if (model.vocabulary !== undefined) checkTokens(model.vocabulary);
  const shortest = model.takesSeveral
    ? prompts.reduce((least, { length }) => Math.min(least, length), Infinity)
    : 1;
  let position = 0;
  let count = Math.min(shortest, MOST_TOGETHER);
  while (searches.some(({ running }) => running.length > 0)) {
    signal?.throwIfAborted();
    const fed = searches.flatMap(({ running }, i) =>
      running.flatMap((hypothesis) => {
        const prompt = prompts[i] ?? [];
        return position < prompt.length
          ? prompt.slice(position, position + count)
          : mustHave(hypothesis.last, 'A token').token;
      }),
    );
    const logits = await model.step(fed, count);
    if (position === 0) checkTokens(logits[0]?.length ?? 0);
    position += count;
    count = Math.max(Math.min(shortest - position, MOST_TOGETHER), 1);
    await model.keep(goOn(searches, prompts, logits, position), logits.length);
    if (prompts.some(({ length }) => length <= position)) yield searches.map((search) => search.best());
  }
}

/** Moves every search on that is behind its prompt. @returns the row that each running sequence follows */
function goOn(
  searches: readonly SequenceSearch[],
  prompts: readonly (readonly number[])[],
  logits: readonly Float64Array[],
  position: number,
): number[] {
  let first = 0;
  return searches.flatMap((search, i) => {
    const own = first;
    const rows = search.running.length;
    first += rows;
    if (rows === 0) return [];
    const isPrompt = position < (prompts[i]?.length ?? 0);
    const from = isPrompt ? [0] : search.advance(logits.slice(own, own + rows));
    return from.map((row) => own + row);
  });
}

/** @throws E_INVALID_OPTION for a token that the model does not have */
function expectTokens(option: string, lists: readonly ArrayLike<number>[], vocabulary: number): void {
  for (const [i, list] of lists.entries()) {
    const tokens = Array.from(list);
    const place = tokens.findIndex((token) => token >= vocabulary);
    if (place === -1) continue;
    const name = option === 'forbidden' ? option : `${option}[${i}]`;
    const where = option === 'end' ? 'end is' : `${name} has at place ${place}`;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `generate: ${where} the token ${tokens[place]}, and the logits are of ${vocabulary} tokens; give tokens from 0 to ${vocabulary - 1}.`,
    );
  }
}
