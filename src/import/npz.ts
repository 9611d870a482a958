/** Reads .npz: a zip archive of a .npy file for each array, as numpy.savez and savez_compressed write it. */
import type { Parameter, StateDict } from '../builder/parameters.js';
import { MemoryBudget } from '../data/memory-budget.js';
import { parseNpy } from '../data/npy.js';
import { LstmOnnxError, reworded } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { refuseQuantizedWeight } from './quantized.js';
import { quoted, quotedList } from './quoted.js';
import { readZip, type ZipEntry } from './zip.js';

const SUFFIX = '.npy';

/** Whether every file of the archive is an array. */
export function isNpz(entries: ReadonlyMap<string, ZipEntry>): boolean {
  return entries.size > 0 && [...entries.keys()].every((name) => name.endsWith(SUFFIX));
}

/**
 * The floating-point arrays of a .npz file by name, as float32, in the file's order. float16 is widened, float64
 * rounded; arrays of integers and booleans are left out, as {@link readPyTorch} leaves them out.
 *
 * @throws E_INVALID_FILE for files that are damaged or claim more memory than {@link MemoryBudget} allows;
 * E_UNSUPPORTED for archives of other files, arrays of objects or text, and files without floating-point arrays
 */
export function readNpz(bytes: Uint8Array): StateDict {
  const entries = readZip(bytes);
  if (!isNpz(entries)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The zip archive is not .npz: it holds ${quotedList(entries.keys())}. Write it with numpy.savez.`,
    );
  }
  const budget = new MemoryBudget(bytes.length);
  const weights = new Map<string, Parameter>();
  for (const entry of entries.values()) {
    const name = arrayName(entry.name);
    const weight = readArray(name, entry, budget);
    if (weight !== undefined) weights.set(name, weight);
  }
  if (weights.size === 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The .npz file holds no weights: its arrays ${quotedList([...entries.keys()].map(arrayName))} are of integers. Save them as float32.`,
    );
  }
  return weights;
}

function arrayName(fileName: string): string {
  return fileName.slice(0, -SUFFIX.length);
}

function readArray(name: string, entry: ZipEntry, budget: MemoryBudget): Parameter | undefined {
  // What is inflated is held twice for a moment: as bytes of the file, and as elements of an array.
  const passing = entry.isCompressed ? 2 * entry.size : 0;
  budget.take(passing, `the compressed array ${quoted(name)}`);
  const array = parseNamed(name, entry);
  const weight = toFloat32(name, array);
  if (weight !== undefined) {
    budget.take(weight.data.byteLength, `the array ${quoted(name)}`);
  }
  budget.release(passing);
  return weight;
}

/** @throws what parseNpy throws, with the array's name in front */
function parseNamed(name: string, entry: ZipEntry): NdArray {
  const bytes = entry.bytes();
  try {
    return parseNpy(bytes);
  } catch (cause) {
    if (!(cause instanceof LstmOnnxError)) throw cause;
    throw reworded(cause, `The .npz file's array ${quoted(name)}: ${cause.message}`);
  }
}

/**
 * The array as a parameter; undefined where it is of integers or booleans.
 *
 * @throws E_UNSUPPORTED for a weight of 8-bit integers, which is quantized
 */
export function toFloat32(name: string, { dtype, shape, data }: NdArray): Parameter | undefined {
  refuseQuantizedWeight(name, dtype, shape);
  if (dtype === 'float32') return { shape, data };
  return dtype === 'float64' ? { shape, data: Float32Array.from(data) } : undefined;
}
