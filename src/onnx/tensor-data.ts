/**
 * The elements of a TensorProto, from whichever field holds them, into typed arrays and back. Follows the
 * specification's onnx.proto: `raw_data` is little-endian and packed; otherwise each type has one typed field.
 * JavaScript engines run on little-endian machines only, so a typed array over the bytes reads them as they are.
 */
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { dtypeFacts, dtypeOfCode, type TypedArrayConstructor } from './dtypes.js';
import type { OnnxTensor } from './graph.js';
import { exactInteger, type LongBits, safeInteger } from './integers.js';
import type { proto } from './proto.js';

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** NumPy's limit. */
const MAX_RANK = 64;

type TensorFields = proto.TensorProto.$Properties;

/** A list of numbers, or {@link TensorNumbers}. */
interface Numbers {
  readonly length: number;
  forEach(take: (value: number | LongBits, index: number) => void): void;
}

/**
 * Reads one tensor. `data` is a view into the file's bytes where `raw_data` is aligned to the element size, else
 * a copy: do not write to it.
 *
 * @throws E_INVALID_FILE when the elements do not fill the shape exactly or do not fit their type;
 * E_UNSUPPORTED for a tensor cut in segments.
 */
export function decodeTensor(fields: TensorFields, owner: string): OnnxTensor {
  const name = fields.name ?? '';
  const what = `Tensor "${name || owner}"`;
  const code = fields.dataType ?? 0;
  const dtype = dtypeOfCode(code);
  if (dtype === undefined || dtype === 'undefined') {
    throw invalid(`${what} has data type ${code}, which the ONNX specification does not define.`);
  }
  const rank = fields.dims?.length ?? 0;
  if (rank > MAX_RANK) throw invalid(`${what} has ${rank} dimensions; at most ${MAX_RANK} are read.`);
  const shape = (fields.dims ?? []).map((dim) => safeInteger(dim, `${what}: a dimension`));
  if (shape.some((dim) => dim < 0)) throw invalid(`${what} has a negative dimension: [${shape.join(', ')}].`);
  if (fields.segment) {
    throw new LstmOnnxError('E_UNSUPPORTED', `${what} is one segment of a tensor; store it in one piece.`);
  }
  if (fields.dataLocation === EXTERNAL) {
    const entries = (fields.externalData ?? []).map((e) => [e.key ?? '', e.value ?? ''] as const);
    return { name, dtype, shape, externalData: new Map(entries) };
  }

  const count = shape.reduce((product, dim) => product * dim, 1);
  const facts = dtypeFacts[dtype];
  if (dtype === 'string') {
    const strings = fields.stringData?.length ?? 0;
    if (strings !== count) throw wrongLength(what, shape, counted(count, 'string'), `${strings}`);
    return { name, dtype, shape };
  }
  const byteLength = Math.ceil((count * facts.bits) / 8);
  const bytes = fields.rawData?.length
    ? rawBytes(fields, byteLength, what, shape)
    : typedBytes(fields, byteLength, what, shape);
  if (!facts.plain) return { name, dtype, shape, raw: bytes };
  return { name, dtype, shape, data: typedView(bytes, facts.unit) };
}

function rawBytes(
  fields: TensorFields,
  byteLength: number,
  what: string,
  shape: readonly number[],
): Uint8Array {
  const raw = fields.rawData ?? new Uint8Array(0);
  const rivals = [fields.floatData, fields.doubleData, fields.int32Data, fields.int64Data, fields.uint64Data];
  if (rivals.some((values) => values?.length)) {
    throw invalid(`${what} has elements in raw_data and in a typed field; a tensor may use only one.`);
  }
  if (raw.length !== byteLength) {
    throw wrongLength(what, shape, `${counted(byteLength, 'byte')} of raw_data`, `${raw.length}`);
  }
  return raw;
}

/** Packs the numbers of the typed field as `raw_data` would hold them. */
function typedBytes(
  fields: TensorFields,
  byteLength: number,
  what: string,
  shape: readonly number[],
): Uint8Array {
  // The caller has looked the code up already; an unknown one never gets here.
  const { field, unit, code } = dtypeFacts[dtypeOfCode(fields.dataType ?? 0) ?? 'undefined'];
  const values: Numbers = (field && fields[field]) ?? [];
  if (values.length !== byteLength / unit.BYTES_PER_ELEMENT) {
    const units = byteLength / unit.BYTES_PER_ELEMENT;
    throw wrongLength(
      what,
      shape,
      `${counted(units, 'value')} in ${field ?? 'raw_data'}`,
      `${values.length}`,
    );
  }
  if (unit === BigInt64Array || unit === BigUint64Array) return longBytes(values);
  const array = new unit(values.length);
  const isFloat = array instanceof Float32Array || array instanceof Float64Array;
  const isBool = code === dtypeFacts.bool.code;
  values.forEach((value, i) => {
    const number = typeof value === 'number' ? value : Number.NaN;
    array[i] = number;
    // A typed array wraps what does not fit; the file then says something else than its type.
    if (!isFloat && (array[i] !== value || (isBool && number > 1))) {
      throw invalid(
        `${what} has the value ${exactInteger(value)} at element ${i}, which its element type cannot hold.`,
      );
    }
  });
  return new Uint8Array(array.buffer);
}

/** Integers of 64 bits, each as its lower and its upper half. */
function longBytes(values: Numbers): Uint8Array {
  const halves = new Int32Array(2 * values.length);
  values.forEach((value, i) => {
    // A number is that of both halves: `| 0` is what is left of it below 2^32.
    halves[2 * i] = typeof value === 'number' ? value | 0 : value.low;
    halves[2 * i + 1] = typeof value === 'number' ? Math.floor(value / 2 ** 32) : value.high;
  });
  return new Uint8Array(halves.buffer);
}

function typedView(bytes: Uint8Array, unit: TypedArrayConstructor): NonNullable<OnnxTensor['data']> {
  const { buffer, byteOffset, byteLength } =
    bytes.byteOffset % unit.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  // All of these take any buffer; TypeScript resolves a union of constructors to its narrowest overload.
  return new unit(buffer as ArrayBuffer, byteOffset, byteLength / unit.BYTES_PER_ELEMENT);
}

/**
 * The fields of a tensor, its elements in `raw_data`.
 *
 * @throws E_SHAPE_MISMATCH or E_DTYPE_MISMATCH when the data is not what shape and type say; E_UNSUPPORTED for a
 * tensor without elements in memory (external data, strings).
 */
export function encodeTensor(tensor: OnnxTensor): TensorFields {
  const facts = dtypeFacts[tensor.dtype];
  const what = `Tensor "${tensor.name}"`;
  const elements = facts.plain ? tensor.data : tensor.raw;
  if (elements === undefined || facts.bits === 0) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${what} (${tensor.dtype}) has no elements in memory: external data and strings cannot be written.`,
    );
  }
  const unit = facts.plain ? facts.unit : Uint8Array;
  if (!(elements instanceof unit)) {
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `${what} is ${tensor.dtype}, so its data must be a ${unit.name}, not a ${elements.constructor.name}.`,
    );
  }
  const dims = tensor.shape.map((dim) => safeInteger(dim, `${what}: a dimension`, 'E_SHAPE_MISMATCH'));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const expected = facts.plain ? count : Math.ceil((count * facts.bits) / 8);
  if (dims.some((dim) => dim < 0) || elements.length !== expected) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what} of shape [${dims.join(', ')}] needs a ${unit.name} of length ${expected}, not ${elements.length}.`,
    );
  }
  return {
    name: tensor.name,
    dataType: facts.code,
    dims,
    rawData: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength),
  };
}

function invalid(message: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message);
}

function wrongLength(what: string, shape: readonly number[], expected: string, got: string): LstmOnnxError {
  return invalid(`${what} of shape [${shape.join(', ')}] needs ${expected}, but the file has ${got}.`);
}
