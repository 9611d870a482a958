/** The options of `generate`, and what a caller gave of them, checked. */
import { expectText, isObject, wrongArgument } from '../arguments.js';
import { Generator } from '../builder/random.js';
import { checkedOptions, rules } from '../builder/train/number-options.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { Feeds } from '../runtime/values.js';
import { allowedOutputs, tokenList } from './allowed-outputs.js';
import { BeamSearch, type BeamSettings } from './beam-search.js';
import type { Sources } from './encoder-and-decoder.js';
import type { GenerateMetadata } from './generate-metadata.js';
import type { EndTest, SearchLimits, SequenceSearch } from './generated.js';
import { drawn, mostProbable, SingleSearch } from './single-search.js';
import type { TokenModelOptions } from './token-model.js';

/** How tokens are drawn. */
export interface SampleOptions {
  /** What the logits are divided by: below 1 the probable tokens become more so. @default 1 */
  readonly temperature?: number;
  /** Only the so many most probable tokens are drawn from. @default all */
  readonly topK?: number;
  /** Only the fewest tokens whose probabilities come to this are drawn from, behind topK. @default 1 */
  readonly topP?: number;
  /** As in `torch.manual_seed`. Each sequence has random numbers of its own, whatever is beside it. @default 0 */
  readonly seed?: number | bigint;
}

/** How a beam search goes. */
export interface BeamOptions {
  /** How many sequences go on at each step. */
  readonly width: number;
  /** Sequences are ordered by `logProbability / length ** lengthPenalty`: 0 takes the most probable, more favours long ones. @default 1 */
  readonly lengthPenalty?: number;
  /** How many sequences are given for each prompt, at most `width`. @default 1 */
  readonly nBest?: number;
  /** End as soon as `width` sequences have ended, though one that goes on may become better. @default false */
  readonly earlyEnd?: boolean;
}

/** What {@link generate} takes. Without `sample` and `beam` the most probable token is taken at each step. */
export interface GenerateOptions extends TokenModelOptions {
  /** The tokens that each sequence begins with, one at least; the model reads them. @default the model's start token, once */
  readonly prompts?: readonly (readonly number[] | Int32Array)[];
  /** The token that ends a sequence. @default that of the model's metadata, else none */
  readonly end?: number;
  /** How many tokens a sequence may have behind its prompt, the end token counted. @default 100 */
  readonly maxLength?: number;
  readonly sample?: SampleOptions;
  readonly beam?: BeamOptions;
  /** What positive logits of tokens that were there before are divided by, and negative ones multiplied. @default 1 */
  readonly repetitionPenalty?: number;
  /** The sequences that there may be, without the end token: others do not come out. @default any */
  readonly allowed?: readonly (readonly number[] | Int32Array)[];
  /** Tokens that do not come out, such as one that stands for all that is unknown. @default none */
  readonly forbidden?: readonly number[];
  /** Stops before the next step, with the signal's reason thrown. */
  readonly signal?: AbortSignal;
}

/** What {@link generate} takes beside an encoder and a decoder. */
export interface TranslateOptions extends Omit<GenerateOptions, keyof TokenModelOptions> {
  /**
   * For each sequence a list of tokens; or what the encoder is fed, by name, as `model.run` takes it: `{ source: { data, dims } }`, with
   * `lengths` where it takes them.
   */
  readonly source: Sources;
}

const searchOptionNames = {
  prompts: true,
  end: true,
  maxLength: true,
  sample: true,
  beam: true,
  repetitionPenalty: true,
  allowed: true,
  forbidden: true,
  signal: true,
} as const;

export const translateOptionNames = {
  ...searchOptionNames,
  source: true,
} satisfies OptionNames<TranslateOptions>;

export const generateOptionNames = {
  ...searchOptionNames,
  input: true,
  output: true,
  feeds: true,
  initial: true,
  states: true,
} satisfies OptionNames<GenerateOptions>;

/** What transformers calls these options. */
const meant = {
  prompt: 'prompts, a list of prompts',
  max_length: 'maxLength',
  max_new_tokens: 'maxLength',
  maxNewTokens: 'maxLength',
  num_beams: 'beam, as in { beam: { width: 4 } }',
  beams: 'beam, as in { beam: { width: 4 } }',
  temperature: 'sample, as in { sample: { temperature: 0.8 } }',
  top_k: 'sample, as in { sample: { topK: 40 } }',
  topK: 'sample, as in { sample: { topK: 40 } }',
  top_p: 'sample, as in { sample: { topP: 0.9 } }',
  topP: 'sample, as in { sample: { topP: 0.9 } }',
  seed: 'sample, as in { sample: { seed: 1 } }',
  repetition_penalty: 'repetitionPenalty',
  eos_token_id: 'end',
  constraints: 'allowed',
  suppress_tokens: 'forbidden',
};

/** @throws E_INVALID_OPTION */
export function checkGenerateOptions(options: unknown, names: Readonly<Record<string, true>>): void {
  checkOptionNames('generate', options, names, meant);
  const { input, output, feeds, initial, states, signal, sample, beam } = isObject(options) ? options : {};
  for (const [name, value] of Object.entries({ input, output })) {
    if (value !== undefined) expectText(`generate: the option ${name}`, value, 'a name of the model');
  }
  for (const [name, value] of Object.entries({ feeds, initial })) {
    if (value !== undefined && !isObject(value)) {
      throw wrongArgument(`generate: the option ${name}`, value, 'arrays by name, as model.run takes them');
    }
  }
  if (states !== undefined && !isObject(states)) {
    throw wrongArgument('generate: the option states', states, "the output of each state, { state: 'next' }");
  }
  for (const [name, feed] of Object.entries((feeds ?? {}) as Feeds)) {
    const { data, dims, shape } = isObject(feed) ? feed : {};
    const isTensor = Array.isArray(dims ?? shape) && (Array.isArray(data) || ArrayBuffer.isView(data));
    if (!isTensor) throw wrongArgument(`generate: feeds.${name}`, feed, '{ data, dims }');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrongArgument(
      'generate: the option signal',
      signal,
      "an AbortSignal, such as an AbortController's",
    );
  }
  if (sample !== undefined && beam !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'generate: got both sample and beam; give sample to draw tokens, or beam to search for the most probable ones.',
    );
  }
  if (isObject(options) && options.allowed !== undefined && options.forbidden !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'generate: got both allowed and forbidden; leave forbidden out, and the outputs with such tokens out of allowed.',
    );
  }
}

/** A search for each prompt. @throws E_INVALID_OPTION */
export function searchesFor(
  options: GenerateOptions,
  prompts: readonly (readonly number[])[],
  metadata: GenerateMetadata,
  endsWith?: EndTest,
): readonly SequenceSearch[] {
  const { maxLength, repetitionPenalty, end } = checkedOptions<Numbers, typeof numberDefaults>(
    'generate',
    {
      maxLength: options.maxLength,
      repetitionPenalty: options.repetitionPenalty,
      end: options.end === undefined ? metadata.end : options.end,
    },
    { maxLength: rules.count, repetitionPenalty: rules.positive, end: rules.whole },
    numberDefaults,
    {},
    ['end'],
  );
  const allowed = options.allowed === undefined ? undefined : allowedOutputs(options.allowed, end, maxLength);
  const forbidden = new Set(tokenList('generate: the option forbidden', options.forbidden ?? []));
  const common = { end, maxLength, repetitionPenalty, allowed, forbidden, endsWith };
  const limits = prompts.map((prompt) => ({ prompt, ...common }));
  if (options.beam !== undefined) {
    const settings = beamSettings(options.beam, maxLength);
    return limits.map((own) => new BeamSearch(own, settings));
  }
  return options.sample === undefined
    ? limits.map((own) => new SingleSearch(own, mostProbable))
    : samplingSearches(options.sample, limits);
}

interface Numbers {
  readonly maxLength?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly end?: number | undefined;
}

const numberDefaults = { maxLength: 100, repetitionPenalty: 1 };

function samplingSearches(options: SampleOptions, limits: readonly SearchLimits[]): SequenceSearch[] {
  const { temperature, topP, topK, seed } = checkedOptions<SampleOptions, typeof sampleDefaults>(
    'generate: sample',
    options,
    {
      temperature: rules.positive,
      topK: rules.count,
      topP: rules.positiveShare,
      seed: () => undefined, // the generator checks it
    },
    sampleDefaults,
    { top_k: 'topK', top_p: 'topP' },
    ['topK'],
  );
  const generator = new Generator(seed);
  const sampling = { temperature, topP, topK: topK ?? Number.POSITIVE_INFINITY };
  return limits.map((own) => new SingleSearch(own, drawn(sampling, new Generator(generator.random63()))));
}

const sampleDefaults = { temperature: 1, topP: 1, seed: 0 as number | bigint };

function beamSettings(options: BeamOptions, maxLength: number): BeamSettings {
  const settings = checkedOptions<BeamOptions, typeof beamDefaults>(
    'generate: beam',
    options,
    { width: rules.count, lengthPenalty: finite, nBest: rules.count, earlyEnd: rules.flag },
    beamDefaults,
    { length_penalty: 'lengthPenalty', num_return_sequences: 'nBest', early_stopping: 'earlyEnd' },
  );
  if (settings.nBest > settings.width) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `generate: beam: nBest is ${settings.nBest}, and a beam of width ${settings.width} keeps no more than that; give a larger width.`,
    );
  }
  const divisor = maxLength ** settings.lengthPenalty;
  if (divisor > 0 && divisor < Number.POSITIVE_INFINITY) return settings;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `generate: beam: lengthPenalty is ${settings.lengthPenalty}, and ${maxLength} tokens to that power are ${divisor}, by which nothing can be ` +
      'divided; give one nearer to 0, such as 1.',
  );
}

const beamDefaults = { lengthPenalty: 1, nBest: 1, earlyEnd: false };

function finite(value: unknown): string | undefined {
  return Number.isFinite(value) ? undefined : `${String(value)}; give a finite number`;
}

/** @throws E_INVALID_OPTION, E_MISSING_NAME where there is neither a prompt nor a start token */
export function promptsOf(
  given: unknown,
  { start }: GenerateMetadata,
  sequences: number | undefined,
): readonly (readonly number[])[] {
  if (given === undefined) {
    if (start !== undefined) return Array.from({ length: sequences ?? 1 }, () => [start]);
    throw new LstmOnnxError(
      'E_MISSING_NAME',
      "generate: prompts is missing, and the model's metadata has no start token; give a list of prompts, such as [[1, 5]].",
    );
  }
  const list: unknown = given;
  if (!Array.isArray(list) || list.length === 0) {
    throw wrongArgument('generate: the option prompts', given, 'a list of prompts, such as [[1, 5], [1]]');
  }
  if (sequences !== undefined && list.length !== sequences) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `generate: got ${list.length} prompts for ${sequences} sources; give one for each, or none.`,
    );
  }
  return list.map((prompt, i) => {
    const tokens = tokenList(`generate: prompts[${i}]`, prompt);
    if (tokens.length > 0) return tokens;
    throw wrongArgument(`generate: prompts[${i}]`, prompt, 'one token at least');
  });
}
