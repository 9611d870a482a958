/**
 * Checkpoints: a safetensors file of parameters under PyTorch's names, with the network as JSON in its metadata.
 * Python's `safetensors.torch.load_file` and `load_state_dict` open it too.
 */

import { expectText, isObject, wrongArgument } from '../arguments.js';
import { parseJson } from '../data/bounded-json.js';
import { encodeSafetensors, parseSafetensors } from '../data/safetensors.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { checkVocabularies, vocabulariesKey, vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError, reading } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { checkNetwork } from './check-network.js';
import type { Network } from './network.js';
import { networkFromJson, networkToJson } from './network-json.js';
import { checkParameters, parameterSpecs, type StateDict } from './parameters.js';
import { tokenInputs } from './token-inputs.js';

/** What a checkpoint holds besides the parameters; an export copies it into the model's metadata. */
export interface ModelInfo {
  /** Names of the classes, in the order of the logits. */
  readonly labels?: readonly string[];
  /** How to turn raw data into inputs, in words: `pixel / 255`. */
  readonly preprocessing?: string;
  /** The vocabularies of inputs and outputs that are ids of tokens, by their names: `{ tokens: vocabulary }`. */
  readonly vocabularies?: Readonly<Record<string, Vocabulary>>;
}

export interface Checkpoint {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly info?: ModelInfo;
}

const networkKey = 'lstm_onnx.network';
const labelsKey = 'lstm_onnx.labels';
const preprocessingKey = 'lstm_onnx.preprocessing';

const names = { network: true, parameters: true, info: true } satisfies OptionNames<Checkpoint>;
const infoNames = { labels: true, preprocessing: true, vocabularies: true } satisfies OptionNames<ModelInfo>;

/**
 * @throws E_INVALID_OPTION for labels and preprocessing that are no texts, and vocabularies that are none or too large; E_UNKNOWN_NAME
 *   for a vocabulary of what is neither an input nor an output
 */
export function checkInfo(where: string, info: unknown, network: Network): void {
  if (!isObject(info)) throw wrongArgument(`${where}: info`, info, 'an object with labels or preprocessing');
  const { labels, preprocessing, vocabularies } = info;
  if (
    labels !== undefined &&
    !(Array.isArray(labels) && labels.every((label) => typeof label === 'string'))
  ) {
    throw wrongArgument(`${where}: labels`, labels, 'a list of texts');
  }
  if (preprocessing !== undefined) expectText(`${where}: preprocessing`, preprocessing);
  if (vocabularies === undefined) return;
  checkVocabularies(`${where}: vocabularies`, vocabularies);
  const { inputs, outputs } = network;
  const ports = Object.keys({ ...inputs, ...outputs });
  const known = tokenInputs(network);
  for (const [name, { tokens }] of Object.entries(vocabularies)) {
    if (!ports.includes(name)) {
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `${where}: vocabularies has '${name}'; give them by the names of inputs and outputs, which are ${ports.join(', ')}.`,
      );
    }
    const { dtype, shape } = outputs[name] ?? {};
    const size = known.get(name) ?? (dtype === 'float32' ? shape?.at(-1) : undefined);
    if (!(tokens.length > Number(size))) continue; // a name as a size is NaN; rows of an embedding may be left over
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: the vocabulary of '${name}' has ${tokens.length} tokens, and the network has ${size}; give the one it was trained with.`,
    );
  }
}

/** The checkpoint as bytes of a safetensors file. @throws E_SHAPE_MISMATCH for parameters of another network */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  // One object, not the network and the parameters.
  checkOptionNames('encodeCheckpoint', checkpoint ?? null, names, {
    nodes: '{ network, parameters }, in one object',
    inputs: '{ network, parameters }, in one object',
    labels: 'info: { labels }',
  });
  const { network, parameters, info = {} } = checkpoint;
  checkNetwork('encodeCheckpoint', network);
  checkInfo('encodeCheckpoint', info, network);
  checkOptionNames('encodeCheckpoint: info', info, infoNames, { classes: 'labels' });
  checkParameters(network, parameters);
  const tensors = new Map(
    [...parameters].map(([name, { shape, data }]) => [name, { dtype: 'float32' as const, shape, data }]),
  );
  const metadata = new Map([
    ['format', 'pt'], // what PyTorch's own writer puts there, and its readers look for
    [networkKey, networkToJson(network)],
  ]);
  if (info.labels) metadata.set(labelsKey, JSON.stringify(info.labels));
  if (info.preprocessing) metadata.set(preprocessingKey, info.preprocessing);
  if (info.vocabularies) metadata.set(vocabulariesKey, JSON.stringify(info.vocabularies));
  return encodeSafetensors(tensors, metadata);
}

/**
 * @throws E_INVALID_FILE for bytes that are not a checkpoint of this package
 * @throws E_SHAPE_MISMATCH when its parameters do not fit its network
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  return reading('the checkpoint', () => readCheckpoint(bytes));
}

function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = parseSafetensors(bytes);
  const json = metadata.get(networkKey);
  if (json === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The safetensors file has no network in its metadata ('${networkKey}'); give a checkpoint that lstm-onnx wrote.`,
    );
  }
  const network = networkFromJson(json);
  const read = new Map(
    [...tensors].map(([name, tensor]) => {
      if (tensor.dtype !== 'float32') {
        throw new LstmOnnxError(
          'E_DTYPE_MISMATCH',
          `Parameter '${name}' is ${tensor.dtype}, expected float32.`,
        );
      }
      return [name, { shape: tensor.shape, data: tensor.data }] as const;
    }),
  );
  checkParameters(network, read);
  const parameters = parameterSpecs(network).flatMap(({ name }) => {
    const parameter = read.get(name);
    return parameter ? [[name, parameter] as const] : [];
  });
  return { network, parameters: new Map(parameters), info: readInfo(metadata) };
}

function readInfo(metadata: ReadonlyMap<string, string>): ModelInfo {
  const labels = parseLabels(metadata.get(labelsKey));
  const preprocessing = metadata.get(preprocessingKey);
  const vocabularies = vocabulariesOf(metadata);
  return {
    ...(labels ? { labels } : {}),
    ...(preprocessing ? { preprocessing } : {}),
    ...(Object.keys(vocabularies).length > 0 ? { vocabularies } : {}),
  };
}

function parseLabels(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const labels = parseJson(text, `The metadata '${labelsKey}'`);
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `The metadata '${labelsKey}' is not a JSON list of strings: ${text.slice(0, 120)}`,
  );
}
