/** An encoder and a decoder: one description, of which the network that is trained and the two that are run are made. */
import { isObject, wrongArgument } from '../arguments.js';
import type { Network } from '../builder/network.js';
import { checkParameters, type StateDict, specsOfNetwork } from '../builder/parameters.js';
import { checkedOptions, rules } from '../builder/train/number-options.js';
import { crc32 } from '../data/crc32.js';
import type { SampleArray } from '../data/dataset.js';
import type { Sequence } from '../data/ragged-dataset.js';
import type { SampleLoader } from '../data/sample-loader.js';
import { checkVocabularies } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { type ExportOptions, exportWith } from '../export/export.js';
import { generateMetadata } from '../generate/generate-metadata.js';
import { mustGet } from '../must-get.js';
import { checkOptionNames } from '../option-names.js';
import { GIVEN_STATES_KEY, STATES_METADATA_KEY } from '../runtime/state-pairs.js';
import { decoderNetwork, encoderNetwork, statesBy, trainingNetwork } from './encoder-decoder-networks.js';
import {
  type EncoderDecoderOptions,
  type EncoderDecoderPlan,
  encoderDecoderPlan,
} from './encoder-decoder-options.js';
import { sequenceSamples, type Tokens } from './samples.js';

type Vocabularies = NonNullable<ExportOptions['vocabularies']>;

/** How the network that is trained goes through the targets. */
export interface TrainingOptions {
  /**
   * How probable it is that a step reads the target before it; else it reads the most probable token of its own, which has no gradient
   * (scheduled sampling, Bengio et al. 2015). It is drawn for each sequence and step, in training alone: evaluation reads the targets. For a
   * schedule train in parts, each from the parameters of the one before. @default 1
   */
  readonly teacherForcing?: number;
  /**
   * How many steps the targets have, as all batches are padded to it. To be given with `inputFeeding` and with `teacherForcing` below 1,
   * where one step needs the one before. @default any number
   */
  readonly steps?: number;
}

/** The two model files of an encoder and a decoder. */
export interface EncoderDecoderFiles {
  /** `encoder.onnx`: from the source to the decoder's first states, and to what it attends to. */
  readonly encoder: Uint8Array;
  /** `decoder.onnx`: a step. From a token and the states to the logits of the next token and the next states. */
  readonly decoder: Uint8Array;
}

/** What {@link encoderDecoder} gives. */
export class EncoderDecoder {
  readonly #plan: EncoderDecoderPlan;
  /**
   * From `source` and `lengths` to the states `h0` (and `c0`), and with attention to `memory` and `keys`. An image has no lengths. The keys
   * are absent where the memory itself is compared.
   */
  readonly encoder: Network;
  /**
   * One step: from `token` `[batch]`, the states and what the encoder gave, to `logits` `[batch, vocabulary]`, the next states `hn` (and
   * `cn`), and with attention the weights of the encoder's steps, `attention` `[batch, time]`.
   */
  readonly decoder: Network;

  /** @internal Made by {@link encoderDecoder}. */
  constructor(plan: EncoderDecoderPlan) {
    this.#plan = plan;
    this.encoder = encoderNetwork(plan);
    this.decoder = decoderNetwork(plan);
  }

  /**
   * The network that `fit` trains: from the source and the token before each step, `previous` `[batch, steps]`, to the `logits` of each
   * step, `[batch, steps, vocabulary]`. `previous` is the start token and the targets without their last one.
   *
   * @throws E_INVALID_OPTION for options that make no sense, and for steps that are missing
   */
  training(options: TrainingOptions = {}): Network {
    const { teacherForcing, steps } = checkedOptions<TrainingOptions, { teacherForcing: number }>(
      'training',
      options,
      { teacherForcing: rules.share, steps: rules.count },
      { teacherForcing: 1 },
      {},
      ['steps'],
    );
    const isStepped = this.#plan.inputFeeding || teacherForcing < 1;
    if (isStepped && steps === undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        'training: with inputFeeding, or teacherForcing below 1, each step needs the one before, so that the network has as many ' +
          'steps as the targets; give their number as steps.',
      );
    }
    return trainingNetwork(this.#plan, teacherForcing, steps);
  }

  /**
   * Sources and targets as {@link training} takes them, for `fit` and `evaluate`: batches are padded, and the loss is to leave out what is
   * behind the end of a target, as `crossEntropy({ ignoreIndex: -100 })` does.
   *
   * @param sources for each sample a list of tokens, or an array `[time, features]`; images as one array, `[samples, height, width]`
   * @param targets for each sample a list of tokens, without the start and the end
   * @param options.steps what the targets are padded to, where {@link training} was given it. @default the longest of each batch
   * @throws E_INVALID_OPTION for tokens that there are not, and targets that are longer than the steps; E_SHAPE_MISMATCH for other numbers
   *   of sources and targets; what `raggedDataset` throws
   */
  samples(
    sources: readonly (Tokens | Sequence)[] | SampleArray,
    targets: readonly Tokens[],
    options: Pick<TrainingOptions, 'steps'> = {},
  ): SampleLoader {
    const { steps } = checkedOptions<Pick<TrainingOptions, 'steps'>, object>(
      'samples',
      options,
      { steps: rules.count },
      {},
      {},
      ['steps'],
    );
    return sequenceSamples(this.#plan, sources, targets, steps);
  }

  /**
   * The two model files of trained parameters, which {@link generate} runs. Their metadata says the start and end tokens, which states
   * are carried, and that the two belong together.
   *
   * @param parameters those of {@link training}
   * @param options `vocabularies` are those of texts, by the names of the inputs: `source` and `token`
   * @throws E_SHAPE_MISMATCH for parameters of another network, E_INVALID_OPTION for a vocabulary of another size; what `exportOnnx` throws
   */
  toOnnx(
    parameters: StateDict,
    options: Pick<ExportOptions, 'opset' | 'metadata' | 'vocabularies'> = {},
  ): EncoderDecoderFiles {
    checkOptionNames('toOnnx', options, { opset: true, metadata: true, vocabularies: true });
    const { opset, metadata = {}, vocabularies } = options;
    if (vocabularies !== undefined) checkSizes(this.#plan, vocabularies);
    if (!isObject(metadata)) throw wrongArgument('toOnnx: the option metadata', metadata, 'texts by name');
    checkParameters(trainingNetwork(this.#plan, 1, this.#plan.inputFeeding ? 1 : undefined), parameters);
    const { start, end } = this.#plan.target;
    const own = generateMetadata({ start, end, pair: fingerprint(parameters) });
    const file = (network: Network, more: Readonly<Record<string, string>>) =>
      exportWith({ ...own, ...more }, network, partFor(network, parameters), {
        ...(opset === undefined ? {} : { opset }),
        ...ofInputs(network, vocabularies),
        metadata,
      });
    return { encoder: file(this.encoder, {}), decoder: file(this.decoder, decoderMetadata(this.#plan)) };
  }
}

/**
 * An encoder that reads a source and a decoder that writes tokens, with attention: translation, spelling to sound, captions.
 *
 * ```ts
 * const model = encoderDecoder({ source: { vocabulary: 30 }, target: { vocabulary: 40, start: 1, end: 2 }, bidirectional: true });
 * const data = model.samples(sources, targets);
 * const { parameters } = await fit(model.training(), data, { loss: crossEntropy({ ignoreIndex: -100 }), epochs: 10 });
 * const { encoder, decoder } = model.toOnnx(parameters);
 * ```
 *
 * @throws E_INVALID_OPTION for options that make no sense, or do not fit together
 */
export function encoderDecoder(options: EncoderDecoderOptions): EncoderDecoder {
  if (!isObject(options)) throw wrongArgument('encoderDecoder', options, '{ source, target }');
  return new EncoderDecoder(encoderDecoderPlan(options));
}

function decoderMetadata(plan: EncoderDecoderPlan): Readonly<Record<string, string>> {
  const pairs = {
    ...statesBy(plan, (port) => [`${port}0`, `${port}n`]),
    ...(plan.inputFeeding ? { fed: 'fedNext' } : {}),
  };
  return {
    [STATES_METADATA_KEY]: JSON.stringify(pairs),
    [GIVEN_STATES_KEY]: JSON.stringify(Object.keys(statesBy(plan, (port) => [`${port}0`, '']))),
  };
}

/** @throws E_INVALID_OPTION for what is no vocabulary, or not that of the source or of the tokens of the target */
function checkSizes({ source, target }: EncoderDecoderPlan, vocabularies: Vocabularies): void {
  checkVocabularies('toOnnx: vocabularies', vocabularies);
  const sizes = {
    token: target.vocabulary,
    ...('vocabulary' in source ? { source: source.vocabulary } : {}),
  };
  for (const [name, { tokens }] of Object.entries(vocabularies)) {
    const size = Object.hasOwn(sizes, name) ? sizes[name as keyof typeof sizes] : undefined; // one of its keys, or undefined
    if (size === tokens.length) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      size === undefined
        ? `toOnnx: vocabularies has '${name}', which takes no tokens; give them by the names ${Object.keys(sizes).join(' and ')}.`
        : `toOnnx: the vocabulary of '${name}' has ${tokens.length} tokens, and the network takes ${size}; give the one it was trained with.`,
    );
  }
}

/** The vocabularies of a network's own inputs. */
function ofInputs(network: Network, vocabularies: Vocabularies = {}): Pick<ExportOptions, 'vocabularies'> {
  const own = Object.entries(vocabularies).filter(([name]) => Object.hasOwn(network.inputs, name));
  return own.length > 0 ? { vocabularies: Object.fromEntries(own) } : {};
}

/** The parameters that a network has. */
function partFor(network: Network, parameters: StateDict): StateDict {
  return new Map(
    specsOfNetwork(network).map(({ name }) => [name, mustGet(parameters, name, 'parameter')] as const),
  );
}

/** Of all parameters, in the order of their names. */
function fingerprint(parameters: StateDict): string {
  const sums = [...parameters.keys()].sort().map((name) => {
    const { buffer, byteOffset, byteLength } = mustGet(parameters, name, 'parameter').data;
    return crc32(new Uint8Array(buffer, byteOffset, byteLength));
  });
  return crc32(new Uint8Array(Uint32Array.from(sums).buffer))
    .toString(16)
    .padStart(8, '0');
}
