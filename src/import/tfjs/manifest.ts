/**
 * The weights that a TensorFlow.js `model.json` lists: groups of files, and tensors one after another in each group.
 * https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts (WeightsManifestConfig)
 */
import { joinBytes } from '../../array-layout.js';
import { counted } from '../../counted.js';
import { checkedElementCount } from '../../data/array-bytes.js';
import { widenFloat16 } from '../../data/half-precision.js';
import { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { brokenModel, Fields } from '../keras/fields.js';
import type { Weight } from '../keras/weights.js';
import { quoted } from '../quoted.js';

/** Named limits: recurrent models have some tens of weights. */
const MAX_GROUPS = 10_000;
const MAX_WEIGHTS = 10_000;
const MAX_FILES = 10_000;

/** The bytes of one element, by type and by what it was quantized to. */
const ITEM_BYTES: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
]);

/** Values are `scale * stored + min`; absent for float16, which is stored as it is. */
interface Quantization {
  readonly dtype: string;
  readonly scale: number;
  readonly min: number;
}

/** A tensor's place among the bytes of its group's files. */
interface Place {
  readonly where: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly dtype: string;
  readonly quantization: Quantization | undefined;
  readonly files: readonly Uint8Array[];
  readonly start: number;
  readonly size: number;
}

export interface ManifestWeights {
  readonly names: readonly string[];
  /** @throws E_UNSUPPORTED for a weight that is no float */
  read(name: string): Weight | undefined;
}

/** @throws E_MISSING_DATA naming files that are not there, E_INVALID_FILE, E_UNSUPPORTED */
export function readManifest(
  manifest: readonly unknown[],
  shards: ReadonlyMap<string, Uint8Array>,
): ManifestWeights {
  if (manifest.length > MAX_GROUPS) throw brokenModel(`its weights are in ${manifest.length} groups`);
  const places = new Map<string, Place>();
  for (const [index, value] of manifest.entries()) {
    const group = new Fields(value, `weightsManifest[${index}]`);
    const files = filesOf(group, shards);
    const end = files.reduce((sum, file) => sum + file.length, 0);
    let start = 0;
    for (const entry of group.list('weights')) {
      const { name, ...place } = readPlace(new Fields(entry, `${group.where}: weights`), files, start);
      if (places.size >= MAX_WEIGHTS) throw brokenModel(`it has more than ${MAX_WEIGHTS} weights`);
      if (places.has(name)) throw brokenModel(`two weights are called ${quoted(name)}`);
      start += place.size;
      if (start > end)
        throw brokenModel(`its weights take more than the ${counted(end, 'byte')} of their files`);
      places.set(name, place);
    }
    if (start !== end)
      throw brokenModel(`its weights take ${counted(start, 'byte')}, and their files have ${end}`);
  }
  const budget = new MemoryBudget([...shards.values()].reduce((sum, { length }) => sum + length, 0));
  return {
    names: [...places.keys()],
    read(name) {
      const place = places.get(name);
      if (!place) return undefined;
      budget.take(4 * place.count + place.size, place.where);
      return { shape: place.shape, data: toFloat32(place) };
    },
  };
}

function filesOf(group: Fields, shards: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const paths = group.list('paths');
  if (paths.length > MAX_FILES) throw brokenModel(`${group.where} has ${paths.length} files`);
  return paths.map((path) => {
    if (typeof path !== 'string') throw brokenModel(`${group.where}: paths has an entry that is no text`);
    const bytes = shards.get(path) ?? shards.get(path.replace(/^\.\//, ''));
    if (bytes) return bytes;
    const given = [...shards.keys()].slice(0, 8).map(quoted).join(', ') || 'none';
    throw new LstmOnnxError(
      'E_MISSING_DATA',
      `The model's weights are in ${quoted(path)}, which is not among the files given (${given}).`,
    );
  });
}

function readPlace(
  entry: Fields,
  files: readonly Uint8Array[],
  start: number,
): Place & { readonly name: string } {
  const name = entry.text('name');
  const where = `weight ${quoted(name)}`;
  const dtype = entry.text('dtype');
  const shape = entry.list('shape').map((dim) => {
    if (typeof dim === 'number') return dim;
    throw brokenModel(`${where} has a shape that is not of numbers`);
  });
  const count = checkedElementCount(shape, 'weight');
  const quantization = entry.get('quantization') === undefined ? undefined : readQuantization(entry);
  const itemBytes = ITEM_BYTES.get(quantization?.dtype ?? dtype);
  if (itemBytes === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${where} is of type ${quoted(quantization?.dtype ?? dtype)}; float32 is read, also quantized to float16, uint16 or uint8.`,
    );
  }
  return { name, where, shape, count, dtype, quantization, files, start, size: count * itemBytes };
}

function readQuantization(entry: Fields): Quantization {
  const fields = entry.fields('quantization');
  const dtype = fields.text('dtype');
  return dtype === 'float16'
    ? { dtype, scale: 1, min: 0 }
    : { dtype, scale: fields.number('scale'), min: fields.number('min') };
}

function toFloat32({ where, dtype, quantization, files, start, size }: Place): Float32Array {
  if (dtype !== 'float32')
    throw new LstmOnnxError('E_UNSUPPORTED', `${where} is of type ${quoted(dtype)}, expected float32.`);
  const { buffer } = gather(files, start, size);
  if (!quantization) return new Float32Array(buffer);
  if (quantization.dtype === 'float16') return widenFloat16(new Uint16Array(buffer));
  const stored = quantization.dtype === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return Float32Array.from(stored, (value) => value * quantization.scale + quantization.min);
}

/** A copy of bytes from the files laid end to end. */
function gather(files: readonly Uint8Array[], start: number, size: number): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const [from, to] = [Math.max(start, offset), Math.min(start + size, offset + file.length)];
    if (from < to) parts.push(file.subarray(from - offset, to - offset));
    offset += file.length;
  }
  return joinBytes(parts);
}
