/** Generates sequences of tokens by a model: token by token, each fed back to give the next. */
import { wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { BaseModel } from '../runtime/model.js';
import { readGenerateMetadata } from './generate-metadata.js';
import {
  checkGenerateOptions,
  type GenerateOptions,
  generateOptionNames,
  promptsOf,
  searchesFor,
} from './generate-options.js';
import type { Generated, GeneratedSoFar, SequenceSearch } from './generated.js';
import { TokenModel } from './token-model.js';

/**
 * Generates what follows prompts, with a model of tokens that carries its states from run to run: greedily, by sampling or by a beam
 * search.
 *
 * ```ts
 * const [[best]] = await generate(model, { prompts: [[1]], end: 2, beam: { width: 4 } });
 * ```
 *
 * @param model takes tokens, int32 or int64 `[batch]` or `[batch, time]`, and gives logits `[batch, vocabulary]` or
 *   `[batch, time, vocabulary]`
 * @returns for each prompt what was generated, the best first: one sequence, or `nBest` of a beam search
 * @throws E_INVALID_OPTION for options that make no sense; E_MISSING_NAME, E_UNKNOWN_NAME for a model whose tokens or logits cannot be
 *   told; E_STATE_NOT_CARRIED for one without state; E_NOT_FINITE for logits that are no numbers; what `stream.run` throws
 */
export async function generate(
  model: BaseModel,
  options: GenerateOptions,
): Promise<readonly (readonly Generated[])[]> {
  const { searches, steps } = prepared(model, options);
  for await (const _ of steps);
  return searches.map((search) => search.results());
}

/**
 * {@link generate}, step by step: after each token it gives every sequence as it is by then. Of a beam search that is the best one, which
 * may change as a whole. Whoever stops asking stops the model.
 *
 * ```ts
 * for await (const [{ tokens }] of generateSteps(model, { prompts: [[1]], sample: { seed: 1 } })) show(tokens);
 * ```
 *
 * @returns an async iterator over the steps: for each prompt the sequence so far
 * @throws what {@link generate} throws
 */
export async function* generateSteps(
  model: BaseModel,
  options: GenerateOptions,
): AsyncGenerator<readonly GeneratedSoFar[], void, undefined> {
  yield* prepared(model, options).steps;
}

interface Prepared {
  readonly searches: readonly SequenceSearch[];
  readonly steps: AsyncGenerator<readonly GeneratedSoFar[], void, undefined>;
}

function prepared(model: BaseModel, options: GenerateOptions): Prepared {
  if (!(model instanceof BaseModel)) throw wrongArgument('generate', model, 'what Model.load gives');
  checkGenerateOptions(options, generateOptionNames);
  const given = options ?? {};
  const metadata = readGenerateMetadata(model.metadata);
  const prompts = promptsOf(given.prompts, metadata, undefined);
  const searches = searchesFor(given, prompts, metadata);
  const tokens = new TokenModel(model, given);
  return { searches, steps: stepsOf(tokens, searches, prompts, given) };
}

/**
 * All sequences go on together, each running one a row of the batch. One that is still in its prompt is fed the next token of that.
 */
async function* stepsOf(
  model: TokenModel,
  searches: readonly SequenceSearch[],
  prompts: readonly (readonly number[])[],
  { end, allowed, signal }: GenerateOptions,
): AsyncGenerator<readonly GeneratedSoFar[], void, undefined> {
  const tokens = [...prompts, ...(allowed ?? []), end === undefined ? [] : [end]];
  if (model.vocabulary !== undefined) checkTokens(tokens, model.vocabulary);
  let position = 0;
  let count = model.takesSeveral ? Math.min(...prompts.map(({ length }) => length)) : 1;
  while (searches.some(({ running }) => running.length > 0)) {
    signal?.throwIfAborted();
    const fed = searches.flatMap(({ running }, i) =>
      running.flatMap((hypothesis) => {
        const prompt = prompts[i] ?? [];
        const start = position - prompt.length;
        return start < 0
          ? prompt.slice(position, position + count)
          : hypothesis.tokens.slice(start, start + count);
      }),
    );
    const logits = await model.step(fed, count);
    if (position === 0) checkTokens(tokens, logits[0]?.length ?? 0);
    position += count;
    count = 1;
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
function checkTokens(lists: readonly ArrayLike<number>[], vocabulary: number): void {
  for (const tokens of lists) {
    const stranger = Array.from(tokens).find((token) => token >= vocabulary);
    if (stranger === undefined) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `generate: there is no token ${stranger}: the logits are of ${vocabulary} tokens; give tokens from 0 to ${vocabulary - 1}.`,
    );
  }
}
