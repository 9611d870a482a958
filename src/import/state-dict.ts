/**
 * The weights in a file of any format that holds named tensors and no network: PyTorch's, safetensors, npz. The
 * format is told by the first bytes and, for zip archives, by what is in them.
 */
import { expectBytes } from '../arguments.js';
import type { Parameter, StateDict } from '../builder/parameters.js';
import { parseSafetensors } from '../data/safetensors.js';
import { LstmOnnxError, reading } from '../errors.js';
import { describeUnread, isSafetensors } from './formats.js';
import type { ImportedWeights } from './imported-model.js';
import { isNpz, readNpz, toFloat32 } from './npz.js';
import { isPickle } from './pytorch/legacy-format.js';
import { readPyTorch } from './pytorch/read-pytorch.js';
import { torchFolder } from './pytorch/zip-format.js';
import { quotedList } from './quoted.js';
import { withoutWeightNorm } from './weight-norm.js';
import { withoutWrapperPrefixes } from './wrapper-prefixes.js';
import { isZip, readZip } from './zip.js';

/** Metadata of files that lstm-onnx wrote: their names are those of a network, prefixes and all. */
const OWN_METADATA = 'lstm_onnx.';

const READ =
  "Read are PyTorch files (.pt, .pth, .ckpt), .safetensors and .npz. In Python: torch.save(model.state_dict(), 'model.pt').";

/**
 * The weights as float32 by PyTorch's names, in the file's order. Prefixes that wrappers put before the names
 * (`module.`, `_orig_mod.`, `model.`) are taken off where every name has them; tensors of integers and booleans are
 * left out, since no parameter of a network here is one. A weight that `weight_norm` keeps as norms and directions is computed
 * from them.
 *
 * @param bytes a whole `.pt`, `.pth`, `.ckpt`, `.safetensors` or `.npz` file
 * @throws E_INVALID_FILE for files that are damaged or claim more memory than twice their length and 64 MiB;
 * E_UNSUPPORTED for other formats, for what {@link readPyTorch}, {@link readNpz} and {@link parseSafetensors} do not
 * read, and for files without weights
 */
export function readStateDict(bytes: Uint8Array): StateDict {
  expectBytes('readStateDict', bytes);
  return reading('the weights', () => readWeights(bytes).parameters);
}

/** As {@link readStateDict}, with what was assumed to find the weights. */
export function readWeights(bytes: Uint8Array): ImportedWeights {
  return withoutWeightNorm(readNamed(bytes));
}

function readNamed(bytes: Uint8Array): ImportedWeights {
  if (isSafetensors(bytes)) return { parameters: readSafetensors(bytes), notes: [] };
  if (isPickle(bytes)) return unwrapped(readPyTorch(bytes));
  if (isZip(bytes)) return unwrapped(readArchive(bytes));
  throw new LstmOnnxError('E_UNSUPPORTED', `No weights: ${describeUnread(bytes)}. ${READ}`);
}

function unwrapped({ parameters, notes }: ImportedWeights): ImportedWeights {
  return { parameters: withoutWrapperPrefixes(parameters), notes };
}

function readSafetensors(bytes: Uint8Array): StateDict {
  const { tensors, metadata } = parseSafetensors(bytes);
  const names = [...tensors.keys()];
  const weights = new Map<string, Parameter>();
  for (const [name, tensor] of tensors) {
    const weight = toFloat32(name, tensor);
    if (weight !== undefined) weights.set(name, weight);
    // Of float64 this was twice the memory of its weight.
    tensors.delete(name);
  }
  if (weights.size === 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The safetensors file holds no weights: its tensors are ${quotedList(names)}, none of them of floats.`,
    );
  }
  const isOwn = [...metadata.keys()].some((key) => key.startsWith(OWN_METADATA));
  return isOwn ? weights : withoutWrapperPrefixes(weights);
}

function readArchive(bytes: Uint8Array): ImportedWeights {
  const entries = readZip(bytes);
  if (torchFolder(entries) !== undefined) return readPyTorch(bytes);
  if (isNpz(entries)) return { parameters: readNpz(bytes), notes: [] };
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The file is a zip archive of ${quotedList(entries.keys())}, not weights. ${READ}`,
  );
}
