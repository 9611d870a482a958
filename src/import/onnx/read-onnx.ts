/**
 * ONNX models back into a network and its parameters, to be trained further or written for another operator set.
 *
 * Read are graphs of recurrent layers and what stands around them, as torch.onnx (both exporters), tf2onnx and this library write
 * them. https://onnx.ai/onnx/repo-docs/IR.html
 */

import { checkCall } from '../../builder/check-call.js';
import type { ModelInfo } from '../../builder/checkpoint.js';
import type { CallCheck } from '../../builder/graph-builder.js';
import type { Network } from '../../builder/network.js';
import { parseJson } from '../../data/bounded-json.js';
import { vocabulariesOf } from '../../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../../errors.js';
import { decodeModel } from '../../onnx/decode-model.js';
import type { OnnxModel } from '../../onnx/graph.js';
import type { ImportedModel } from '../imported-model.js';
import { quoted } from '../quoted.js';
import { Dims, RestartWithEqualDims } from './dims.js';
import { type ExternalData, externalFiles, withExternalData } from './external-data.js';
import { GraphReader } from './graph-reader.js';
import { Work } from './limits.js';
import { SharedWeights } from './shared-weights.js';

/** The operator sets whose operators mean what the handlers read. */
const OLDEST_OPSET = 7;
const NEWEST_OPSET = 24;
const OLDEST_IR_VERSION = 3;

/**
 * Reads an ONNX model.
 *
 * Every LSTM, GRU or RNN node is one op of one layer. Parameters have PyTorch's names where the file's initializers do
 * (`fc.weight`), else their node's. Floats of any precision become float32, int64 inputs int32; labels and preprocessing
 * come along from the metadata. Layers whose weights are the same initializers, as the steps of a loop, share their parameters.
 * Inputs and outputs keep their names and order; one that is a number gets a `_` before it (`78` is `_78`).
 *
 * @param externalData the files of weights that the model names
 * @returns also `notes`: which inputs and outputs have another name or type than in the file, and which weights are read as one
 *   tensor for their numbers alone
 * @throws E_INVALID_FILE for bytes that are no ONNX model or contradict themselves; E_UNSUPPORTED, with operator and
 *   node, for what a network does not have, and for operator sets other than 7 to 24; E_MISSING_DATA for weights in files
 *   that are not given; E_SHAPE_MISMATCH, E_DTYPE_MISMATCH and E_INVALID_OPTION for tensors that do not fit their operator
 */
export function readOnnx(
  bytes: Uint8Array,
  externalData: ExternalData = new Map(),
): ImportedModel & { readonly notes: readonly string[] } {
  const model = decodeModel(bytes);
  let shared: SharedWeights | undefined;
  const read = readOnnxModel(model, bytes.length, externalData, checkCall, (work) => {
    shared = new SharedWeights((count) => work.takeNumbers(count));
    return shared;
  });
  const info = infoOf(model, read.network);
  const notes = [...notesOn(model, read.network), ...crfNotes(model), ...(shared?.notes ?? [])];
  return { ...read, ...(info ? { info } : {}), notes };
}

/**
 * {@link readOnnx} of a model that is decoded, without what is said beside the graph.
 *
 * @param fileBytes the size of its file, which bounds the memory that its numbers may take
 * @param check what calls of ops are held to: a network that is kept has no options that a definition could not have
 * @param sharedBy finds the layers that share their parameters; without it each has its own
 */
export function readOnnxModel(
  given: OnnxModel,
  fileBytes: number,
  externalData: ExternalData,
  check: CallCheck,
  sharedBy?: (work: Work) => SharedWeights,
): Omit<ImportedModel, 'info'> {
  checkVersions(given);
  const model = withExternalData(given, externalData);
  const allBytes = externalFiles(given).reduce(
    (sum, name) => sum + (externalData.get(name)?.length ?? 0),
    fileBytes,
  );
  const dims = new Dims();
  const work = new Work(allBytes);
  for (;;) {
    try {
      return new GraphReader(model, dims, work, allBytes, check, sharedBy?.(work)).read();
    } catch (error) {
      // Each is another equality of two dimensions, of which `dims` takes a limited number.
      if (!(error instanceof RestartWithEqualDims)) throw error;
    }
  }
}

/** A conditional random field is not in the graph, but in the metadata that `exportOnnx` writes (`tagging/crf-metadata.ts`). */
function crfNotes({ metadata }: OnnxModel): string[] {
  if (!metadata.has('lstm_onnx.crf')) return [];
  return [
    "The file's conditional random field is in its metadata, which taggerOf reads; the network here has the emissions alone, and so has a file that is exported of it.",
  ];
}

/** Inputs and outputs are in the file's order, whatever the network calls them. */
function notesOn({ graph }: OnnxModel, { inputs, outputs }: Network): string[] {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const sides = [
    ['input', graph.inputs.filter(({ name }) => !constants.has(name)), Object.entries(inputs)],
    ['output', graph.outputs, Object.entries(outputs)],
  ] as const;
  return sides.flatMap(([side, declared, own]) =>
    declared.flatMap(({ name: shown, dtype: stated }, i) => {
      const [name, { dtype }] = own[i] ?? [shown, { dtype: stated }];
      return [
        ...(name === shown
          ? []
          : [`The ${side} ${quoted(shown)} of the file is called ${quoted(name)} here.`]),
        ...(stated === 'undefined' || dtype === stated
          ? []
          : [
              `The ${side} ${quoted(shown)} is ${stated} in the file and ${dtype} here, and so where it is exported.`,
            ]),
      ];
    }),
  );
}

function checkVersions({ irVersion, opsets }: OnnxModel): void {
  const opset = opsets.get('');
  if (irVersion < OLDEST_IR_VERSION) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file has ir_version ${irVersion}; expected ${OLDEST_IR_VERSION} or newer.`,
    );
  }
  if (opset === undefined || opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The model is of operator set ${opset ?? 'none'}, and ${OLDEST_OPSET} to ${NEWEST_OPSET} are read; convert it, in ` +
        'Python with onnx.version_converter.convert_version(model, 17).',
    );
  }
}

function infoOf({ metadata }: OnnxModel, network: Network): ModelInfo | undefined {
  const labels = labelsOf(metadata.get('labels'), network);
  const preprocessing = metadata.get('preprocessing');
  const vocabularies = vocabulariesOf(metadata);
  const info = {
    ...(labels ? { labels } : {}),
    ...(preprocessing ? { preprocessing } : {}),
    ...(Object.keys(vocabularies).length > 0 ? { vocabularies } : {}),
  };
  return Object.keys(info).length > 0 ? info : undefined;
}

/** Other programs' metadata may mean something else by the key: taken is a list with a name for every class. */
function labelsOf(text: string | undefined, network: Network): readonly string[] | undefined {
  if (text === undefined) return undefined;
  let labels: unknown;
  try {
    labels = parseJson(text, 'The metadata labels');
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    return undefined;
  }
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined;
  const fits = Object.values(network.outputs).some(({ shape }) => shape.at(-1) === labels.length);
  return fits ? labels : undefined;
}
