/** Any model that this library reads, as a network and its parameters: the reader is picked by the bytes. */
import { expectBytes, expectFiles, expectText } from '../arguments.js';
import { checkNetwork } from '../builder/check-network.js';
import { decodeCheckpoint } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import { checkParameters } from '../builder/parameters.js';
import { asLstmOnnxError, LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import {
  type ArchitectureOptions,
  architectureOptionNames,
  meantArchitectureOptions,
  networkFromStateDict,
} from './architecture.js';
import { cellNotes, withLayerNumbers } from './cell-modules.js';
import { describeUnread, detectFormat } from './formats.js';
import { type ImportedModel, type ImportedWeights, type ImportNote, plainNotes } from './imported-model.js';
import { groupModules, listModules } from './modules.js';
import { selectParameters } from './select-parameters.js';

export interface ImportOptions extends ArchitectureOptions {
  /** The file's name; only its extension is looked at, and only where the bytes do not tell. */
  readonly fileName?: string;
  /** The files that a TensorFlow.js `model.json` names, by those names. */
  readonly shards?: ReadonlyMap<string, Uint8Array>;
  /** The files of weights that an `.onnx` names, by those names: `model.onnx.data`, as `torch.onnx.export` writes it. */
  readonly externalData?: ReadonlyMap<string, Uint8Array>;
  /** The network that the weights are of; takes the tensors that it names and leaves out the others. */
  readonly network?: Network;
}

/** An imported model, and what was assumed for it. */
export interface ImportResult extends ImportedModel {
  /** Empty where the file says all. */
  readonly notes: readonly ImportNote[];
  /**
   * Whether the network was inferred from the names and shapes of weights: then what has no parameters is an assumption,
   * and only outputs recorded from the model itself can tell whether it is right.
   */
  readonly isInferred: boolean;
}

const optionNames = {
  fileName: true,
  shards: true,
  externalData: true,
  network: true,
  ...architectureOptionNames,
} satisfies OptionNames<ImportOptions>;

/**
 * The network and parameters of a file: our checkpoint, `.safetensors`, PyTorch's `.pt`, `.npz`, Keras' `.keras` and
 * `.h5`, `.onnx`, or TensorFlow.js' `model.json` with its shards. Of weights alone, the network follows from their names
 * and shapes as {@link networkFromStateDict} says, or is given.
 *
 * @throws E_UNSUPPORTED for bytes of no such format, and for what its reader does not read; E_INVALID_FILE for a broken
 *   file; E_INVALID_OPTION for an option that there is not, and for options of the architecture where the file or the given network says it;
 *   E_MISSING_DATA for a `model.json` without shards and an `.onnx` without its external data; and what {@link networkFromStateDict} throws
 */
export async function importModel(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportResult> {
  checkOptionNames('importModel', options, optionNames, {
    filename: 'fileName',
    ...meantArchitectureOptions,
  });
  expectBytes('importModel', bytes);
  checkValues(options);
  const read = await readFile(bytes, options).catch((error) => {
    throw asLstmOnnxError(error, 'Reading the file');
  });
  const {
    network,
    fileName: _fileName,
    shards: _shards,
    externalData: _externalData,
    ...architecture
  } = options;
  const says = network
    ? 'a network was given too'
    : 'network' in read
      ? 'the file already contains its network'
      : undefined;
  const names = Object.keys(architectureOptionNames) as (keyof ArchitectureOptions)[]; // its own keys
  const superfluous = names.find((option) => architecture[option] !== undefined);
  if (says !== undefined && superfluous !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The option ${superfluous} is for weights without a network, but ${says}; leave the option out.`,
      { hints: [{ leaveOut: superfluous }] },
    );
  }
  if (network) return { ...fitParameters(network, read), isInferred: false };
  if ('network' in read) return { ...read, notes: plainNotes(read.notes), isInferred: false };
  const inferred = networkFromStateDict(read.parameters, architecture);
  return { ...inferred, notes: [...plainNotes(read.notes), ...inferred.notes], isInferred: true };
}

/** @throws E_INVALID_OPTION for a file name, files or a network of another kind */
function checkValues({ fileName, shards, externalData, network }: ImportOptions): void {
  if (fileName !== undefined) expectText('The option fileName', fileName);
  expectFiles('The option shards', shards);
  expectFiles('The option externalData', externalData);
  if (network !== undefined) checkNetwork('importModel', network);
}

/** What a reader of whole models gives, some with notes on what is different from where the model comes from. */
type ReadModel = ImportedModel & { readonly notes?: readonly string[] };

/** Readers are loaded when they are needed: each is some code, and a process needs one. */
async function readFile(
  bytes: Uint8Array,
  { fileName, shards, externalData }: ImportOptions,
): Promise<ReadModel | ImportedWeights> {
  const format = detectFormat(bytes, fileName);
  switch (format) {
    case 'checkpoint':
      return decodeCheckpoint(bytes);
    case 'zip':
      return (await isKerasArchive(bytes)) ? readKerasFile(bytes) : readWeightsFile(bytes);
    case 'weights':
      return readWeightsFile(bytes);
    case 'hdf5':
      return readKerasFile(bytes);
    case 'onnx': {
      const { readOnnx } = await import('./onnx/read-onnx.js');
      return readOnnx(bytes, externalData);
    }
    case 'json': {
      if (!shards) {
        throw new LstmOnnxError(
          'E_MISSING_DATA',
          'The bytes are JSON, such as a TensorFlow.js model.json; give the files of weights that it names as shards.',
        );
      }
      const { readTfjsLayers } = await import('./tfjs/read-tfjs.js');
      return readTfjsLayers(bytes, shards);
    }
    case undefined:
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        'Not a model that can be read: expected a checkpoint of lstm-onnx, .safetensors, a PyTorch .pt, .npz, .keras, ' +
          `.h5, .onnx or a TensorFlow.js model.json, but ${describeUnread(bytes)}.`,
      );
  }
}

async function isKerasArchive(bytes: Uint8Array): Promise<boolean> {
  const { readZip } = await import('./zip.js');
  return readZip(bytes).has('config.json');
}

async function readKerasFile(bytes: Uint8Array): Promise<ReadModel> {
  const { readKeras } = await import('./keras/read-keras.js');
  return readKeras(bytes);
}

async function readWeightsFile(bytes: Uint8Array): Promise<ImportedWeights> {
  const { readWeights } = await import('./state-dict.js');
  return readWeights(bytes);
}

/** The parameters of the given network among those of the file. */
function fitParameters(network: Network, read: Awaited<ReturnType<typeof readFile>>) {
  const { parameters: state, cells } = withLayerNumbers(read.parameters);
  const { parameters, leftOut } = selectParameters(network, state);
  checkParameters(network, parameters);
  const unused = groupModules(leftOut);
  const listed = [unused.recurrent, unused.matrices, unused.others].flatMap((kind) => [...kind.values()]);
  const leftOutNote = `left out ${listModules(listed)}, which the network has no use for`;
  const notes = plainNotes([
    ...(read.notes ?? []),
    ...cellNotes(cells, leftOut),
    ...(listed.length > 0 ? [leftOutNote] : []),
  ]);
  const info = 'info' in read ? read.info : undefined;
  return { network, parameters, notes, ...(info ? { info } : {}) };
}
