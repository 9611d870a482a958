/**
 * Constants of a model in files of their own, as `torch.onnx.export` writes them by default.
 * https://onnx.ai/onnx/repo-docs/ExternalData.html
 */

import { counted } from '../../counted.js';
import { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { sizeOf } from '../../nd-array.js';
import { dtypeFacts } from '../../onnx/dtypes.js';
import type { OnnxModel, OnnxTensor } from '../../onnx/graph.js';
import { decodeTensor } from '../../onnx/tensor-data.js';
import { quoted, quotedList } from '../quoted.js';

/** The contents of those files by the names that the model has for them: `model.onnx.data`. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/** A writer makes one file, or one for each constant. */
const MAX_FILES = 1_000;

/** Weights that are in files which were not given. */
export class MissingFiles extends LstmOnnxError {
  /** Their names, relative to the model's folder. */
  readonly files: readonly string[];

  constructor(files: readonly string[]) {
    super(
      'E_MISSING_DATA',
      `The weights are in other files: ${quotedList(files)}. Load the model by its path or URL with those files beside it, or ` +
        'give their bytes as externalData (of Model.load: sessionOptions.externalData: [{ path, data }]).',
    );
    this.files = files;
  }
}

/** Names are relative to the model's folder, with or without the `./` that says so. */
export function plainName(name: string): string {
  return name.replace(/^(?:\.\/)+/, '');
}

/** The files that a model names. @throws E_UNSUPPORTED for too many of them */
export function externalFiles({ graph }: OnnxModel): string[] {
  const names = new Set(graph.initializers.flatMap((tensor) => locationOf(tensor) ?? []));
  if (names.size <= MAX_FILES) return [...names];
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The weights are in ${names.size} files; at most ${MAX_FILES} are read. onnx.save_model writes one with ` +
      'all_tensors_to_one_file=True.',
  );
}

function locationOf({ externalData }: OnnxTensor): string | undefined {
  return externalData && plainName(externalData.get('location') ?? '');
}

/**
 * The model with all its numbers: views into the files, which must stay as they are while it is in use.
 *
 * @throws E_MISSING_DATA for a file that is not given; E_INVALID_FILE for constants that it does not hold
 */
export function withExternalData(model: OnnxModel, files: ExternalData): OnnxModel {
  const names = externalFiles(model);
  if (names.length === 0) return model;
  const given = new Map([...files].map(([name, bytes]) => [plainName(name), bytes]));
  const missing = names.filter((name) => !given.has(name));
  if (missing.length > 0) throw new MissingFiles(missing);
  // A constant that does not lie at a multiple of its elements' size is copied, as often as the file names it.
  const budget = new MemoryBudget(names.reduce((sum, name) => sum + (given.get(name)?.length ?? 0), 0));
  const initializers = model.graph.initializers.map((tensor) => {
    const name = locationOf(tensor);
    const file = name === undefined ? undefined : given.get(name);
    return file ? filled(tensor, file, budget) : tensor;
  });
  return { ...model, graph: { ...model.graph, initializers } };
}

function filled(tensor: OnnxTensor, file: Uint8Array, budget: MemoryBudget): OnnxTensor {
  const { name, dtype, shape, externalData } = tensor;
  const facts = dtypeFacts[dtype];
  const size = Math.ceil((sizeOf(shape) * facts.bits) / 8);
  const said = {
    offset: externalData?.get('offset') ?? '0',
    length: externalData?.get('length') ?? `${size}`,
  };
  const [offset, length] = [integer(said.offset), integer(said.length)];
  // Negated, so that NaN is refused too.
  if (!(length === size && offset + length <= file.length)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The constant ${quoted(name)} of ${counted(size, 'byte')} has the length ${quoted(said.length)} from ${quoted(said.offset)} on in ` +
        `${quoted(locationOf(tensor) ?? '')}, which has ${file.length}. Is it the file of this model, and complete?`,
    );
  }
  // Never a Buffer, whose slices are views.
  const rawData = new Uint8Array(file.buffer, file.byteOffset + offset, length);
  if (rawData.byteOffset % facts.unit.BYTES_PER_ELEMENT !== 0) budget.take(length, 'the weights');
  return decodeTensor({ name, dataType: facts.code, dims: [...shape], rawData }, name);
}

function integer(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
