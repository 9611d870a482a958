/** Tensors by name, as runs give them, and their JSON: arrays that can be fed again. */
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError } from '../errors.js';
import { float16Number } from './float16.js';
import type { Results } from './values.js';

/** Writable, since an output may have any name. */
const prototype: object = Object.create(null, { toJSON: { value: toJson, writable: true } });

/** An object on which `__proto__` and `toString` are ordinary names. */
export function emptyResults(): Record<string, Tensor> {
  return Object.create(prototype);
}

/** @throws E_UNSUPPORTED for what JSON cannot hold exactly: NaN, infinities, integers beyond 2^53 */
function toJson(this: Results): Record<string, unknown> {
  const arrays: Record<string, unknown> = Object.create(null);
  for (const [name, { type, dims, data }] of Object.entries(this)) {
    const isBits = type === 'float16' && data instanceof Uint16Array;
    const exactly = (value: string | number | bigint) => {
      if (typeof value === 'string') return value;
      const number = isBits ? float16Number(Number(value)) : Number(value);
      if (typeof value === 'bigint' ? Number.isSafeInteger(number) : Number.isFinite(number)) return number;
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `'${name}' holds ${typeof value === 'bigint' ? value : number}, which JSON does not; keep its data in another form.`,
      );
    };
    arrays[name] = {
      dtype: type,
      shape: dims,
      data: Array.from<string | number | bigint, unknown>(data, exactly),
    };
  }
  return arrays;
}
