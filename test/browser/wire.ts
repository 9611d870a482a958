/** Tensors between Node and a page: their bytes as base64, in both directions, exactly. */

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

type WireType = keyof typeof ARRAYS;
type WireArray = InstanceType<(typeof ARRAYS)[WireType]>;

export interface WireTensor {
  readonly type: WireType;
  readonly dims: readonly number[];
  readonly base64: string;
}

export type WireTensors = Readonly<Record<string, WireTensor>>;

/** What either side has: a tensor of onnxruntime, or data with dims. */
export interface DataAndDims {
  readonly type?: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export function toWire(tensors: Readonly<Record<string, DataAndDims>>): WireTensors {
  const sent = Object.entries(tensors).map(([name, { data, dims, type }]) => {
    const found = Object.entries(ARRAYS).find(
      ([key, Class]) => (type ?? key) === key && data instanceof Class,
    );
    if (found === undefined) throw new TypeError(`${name} has no data that can be sent`);
    const bytes = data as WireArray; // one of the classes, as just seen
    return [name, { type: found[0] as WireType, dims: [...dims], base64: bytesToBase64(bytes) }] as const;
  });
  return Object.fromEntries(sent);
}

/** As a model is fed: its data tells its type. */
export interface ReceivedTensor {
  readonly dims: readonly number[];
  readonly data: WireArray;
}

export function fromWire(tensors: WireTensors): Record<string, ReceivedTensor> {
  const received = Object.entries(tensors).map(([name, { type, dims, base64 }]) => {
    const { buffer } = base64ToBytes(base64);
    return [name, { dims, data: new ARRAYS[type](buffer) }] as const;
  });
  return Object.fromEntries(received);
}

export function bytesToBase64(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let text = '';
  // Arguments live on the stack, so not all at once.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}

export function base64ToBytes(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
