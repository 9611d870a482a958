/** An encoder and a decoder that run together: what the encoder makes of the sources is what the decoder starts from and attends to. */
import { isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { BaseModel } from '../runtime/model.js';
import { pairStates } from '../runtime/state-pairs.js';
import { describeValue, type Feed, type Feeds, quoteNames } from '../runtime/values.js';
import { tokenList } from './allowed-outputs.js';
import { readGenerateMetadata } from './generate-metadata.js';
import type { TokenModelOptions } from './token-model.js';

/** The two models of an encoder and a decoder, as `EncoderDecoder.toOnnx` writes their files. */
export interface EncoderAndDecoder {
  readonly encoder: BaseModel;
  readonly decoder: BaseModel;
}

/** Sources: a list of tokens for each, or what the encoder is fed, by name. */
export type Sources = readonly (readonly number[] | Int32Array)[] | Feeds;

interface Encoded extends Required<Pick<TokenModelOptions, 'feeds' | 'initial'>> {
  /** How many sources there are. */
  readonly sequences: number;
}

/** @throws E_INVALID_OPTION for models that do not belong together */
export function checkPair({ encoder, decoder }: EncoderAndDecoder): void {
  for (const [name, model] of Object.entries({ encoder, decoder })) {
    if (!(model instanceof BaseModel))
      throw wrongArgument(`generate: ${name}`, model, 'what Model.load gives');
  }
  const [first, second] = [encoder, decoder].map(({ metadata }) => readGenerateMetadata(metadata).pair);
  if (first === second) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `generate: the encoder and the decoder are of other trainings (${first ?? 'none'} and ${second ?? 'none'} in their metadata); ` +
      'load the two files that toOnnx wrote together.',
  );
}

/**
 * Runs the encoder.
 *
 * @throws E_MISSING_NAME for an input of the decoder that nothing gives; what `model.run` throws
 */
export async function encode({ encoder, decoder }: EncoderAndDecoder, sources: Sources): Promise<Encoded> {
  const fed = feedsOf(encoder, sources);
  if (Object.hasOwn(fed, 'lengths')) checkLengths(fed.lengths);
  const results = await encoder.run(fed); // which checks what it is fed
  const [source] = Object.values(fed);
  const shape = source && ('dims' in source ? source.dims : source.shape);
  const carriers = pairStates(decoder.inputs, decoder.outputs, decoder.metadata, undefined);
  const feeds: Record<string, Feed> = {};
  const initial: Record<string, Feed> = {};
  const missing: string[] = [];
  for (const input of decoder.inputs) {
    const { name } = input;
    const value = results[name] ?? (Object.hasOwn(fed, name) ? fed[name] : undefined);
    if (value) (carriers.has(name) ? initial : feeds)[name] = value;
    else if (!carriers.has(name)) missing.push(describeValue(input));
  }
  if (missing.length === 1) return { feeds, initial, sequences: shape?.[0] ?? 0 };
  throw new LstmOnnxError(
    'E_MISSING_NAME',
    `generate: of the inputs of the decoder one is to be left for its tokens, and ${missing.join(', ') || 'none'} is left. The encoder ` +
      `gives ${quoteNames(Object.keys(results))}, by which names the decoder takes them.`,
  );
}

/** @throws E_INVALID_OPTION for a source without a step, in which attention has nothing to attend to */
function checkLengths(lengths: Feed | undefined): void {
  const place = Array.from(lengths?.data ?? [], Number).indexOf(0);
  if (place === -1) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `generate: the source ${place} has a length of 0; a source has one step at least, so leave it out.`,
  );
}

/** What the encoder is fed. @throws E_INVALID_OPTION, E_MISSING_NAME */
function feedsOf(encoder: BaseModel, sources: unknown): Feeds {
  if (isObject(sources)) return sources as Feeds; // model.run checks what is in it
  if (!Array.isArray(sources) || sources.length === 0) {
    throw wrongArgument(
      'generate: the option source',
      sources,
      'a list of lists of tokens, or what the encoder is fed, by name',
    );
  }
  const lists = sources.map((source, i) => tokenList(`generate: source[${i}]`, source));
  const empty = lists.findIndex(({ length }) => length === 0);
  if (empty !== -1) throw wrongArgument(`generate: source[${empty}]`, lists[empty], 'one token at least');
  const names = encoder.inputs.map(({ name }) => name);
  if (!names.includes('source') || !names.includes('lengths')) {
    throw new LstmOnnxError(
      'E_MISSING_NAME',
      `generate: lists of tokens are for an encoder with the inputs 'source' and 'lengths', and this one has ${quoteNames(names)}; ` +
        'give what it is fed by name, as model.run takes it.',
    );
  }
  const time = lists.reduce((most, { length }) => Math.max(most, length), 0);
  const data = lists.flatMap((tokens) => [...tokens, ...new Array<number>(time - tokens.length).fill(0)]);
  return {
    source: { data, dims: [lists.length, time] },
    lengths: { data: lists.map(({ length }) => length), dims: [lists.length] },
  };
}
