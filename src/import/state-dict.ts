/**
 * The weights in a file of any format that holds named tensors and no network: PyTorch's, safetensors, npz. The
 * format is told by the first bytes and, for zip archives, by what is in them.
 */
import type { StateDict } from '../builder/parameters.js';
import { parseSafetensors } from '../data/safetensors.js';
import { LstmOnnxError } from '../errors.js';
import { isNpz, readNpz, toFloat32 } from './npz.js';
import { isPickle } from './pytorch/legacy-format.js';
import { readPyTorch } from './pytorch/read-pytorch.js';
import { torchFolder } from './pytorch/zip-format.js';
import { quotedList } from './quoted.js';
import { withoutWrapperPrefixes } from './wrapper-prefixes.js';
import { isZip, readZip } from './zip.js';

/** Where a tar file says that it is one (POSIX.1, ustar); PyTorch wrote such before version 0.1.10. */
const TAR_MAGIC_AT = 257;
/** Metadata of files that lstm-onnx wrote: their names are those of a network, prefixes and all. */
const OWN_METADATA = 'lstm_onnx.';

const READ =
  "Read are PyTorch files (.pt, .pth, .ckpt), .safetensors and .npz. In Python: torch.save(model.state_dict(), 'model.pt').";

/**
 * The weights as float32 by PyTorch's names, in the file's order. Prefixes that wrappers put before the names
 * (`module.`, `_orig_mod.`, `model.`) are taken off where every name has them; tensors of integers and booleans are
 * left out, since no parameter of a network here is one.
 *
 * @param bytes a whole `.pt`, `.pth`, `.ckpt`, `.safetensors` or `.npz` file
 * @throws E_INVALID_FILE for files that are damaged or claim more memory than twice their length and 64 MiB;
 * E_UNSUPPORTED for other formats, for what {@link readPyTorch}, {@link readNpz} and {@link parseSafetensors} do not
 * read, and for files without weights
 */
export function readStateDict(bytes: Uint8Array): StateDict {
  if (isSafetensors(bytes)) return readSafetensors(bytes);
  if (isPickle(bytes)) return withoutWrapperPrefixes(readPyTorch(bytes));
  if (isZip(bytes)) return withoutWrapperPrefixes(readArchive(bytes));
  if (textAt(bytes, TAR_MAGIC_AT, 5) === 'ustar') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      "The file is a tar archive, as PyTorch before version 0.1.10 wrote them. If it is one of those, open it in Python and save it again: torch.save(torch.load('old.pt', weights_only=False), 'model.pt'); else unpack it first.",
    );
  }
  throw new LstmOnnxError('E_UNSUPPORTED', `The file is ${describeStart(bytes)}, not weights. ${READ}`);
}

/** JSON behind a header length below 4 GiB. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && [4, 5, 6, 7].every((index) => bytes[index] === 0);
}

function readSafetensors(bytes: Uint8Array): StateDict {
  const { tensors, metadata } = parseSafetensors(bytes);
  const weights: StateDict = new Map(
    [...tensors].flatMap(([name, tensor]) => {
      const weight = toFloat32(tensor);
      return weight === undefined ? [] : [[name, weight] as const];
    }),
  );
  if (weights.size === 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The safetensors file holds no weights: its tensors are ${quotedList(tensors.keys())}, none of them of floats.`,
    );
  }
  const isOwn = [...metadata.keys()].some((key) => key.startsWith(OWN_METADATA));
  return isOwn ? weights : withoutWrapperPrefixes(weights);
}

function readArchive(bytes: Uint8Array): StateDict {
  const entries = readZip(bytes);
  if (torchFolder(entries) !== undefined) return readPyTorch(bytes);
  if (isNpz(entries)) return readNpz(bytes);
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `The file is a zip archive of ${quotedList(entries.keys())}, not weights. ${READ}`,
  );
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  if (textAt(bytes, 1, 3) === 'HDF') return 'an HDF5 file, such as Keras writes';
  if (textAt(bytes, 1, 5) === 'NUMPY') return 'one .npy array without a name (numpy.savez keeps names)';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'compressed by gzip (unpack it first)';
  if (textAt(bytes, 0, 11) === 'version htt') return 'a Git LFS pointer (git lfs pull fetches the file)';
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `of ${bytes.length} bytes that begin with ${start}`;
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
}
