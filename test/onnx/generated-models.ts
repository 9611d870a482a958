/** Models of any content, for round trips: every element type, attribute kind and optional field. */
import fc from 'fast-check';
import type {
  OnnxAttribute,
  OnnxDType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from '../../src/onnx/graph.js';

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '\0'));
const someText = text.filter((string) => string !== '');
const domain = text.filter((string) => string !== 'ai.onnx');
const float32 = fc.float();
const integer = fc.maxSafeInteger();
const unsafe = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)));

/** An object without the keys whose value is undefined, as the decoder gives it. */
function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]: Exclude<T[K], undefined> };
}

const optionalText = fc.option(text, { nil: undefined });

const plainArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

const bitsOf: Partial<Record<OnnxDType, number>> = {
  float16: 16,
  bfloat16: 16,
  complex64: 64,
  complex128: 128,
  float8e4m3fn: 8,
  int4: 4,
  uint2: 2,
  float6e2m3: 6,
};

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const sizeOf = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const plainTensor = fc
  .record({ name: text, shape, dtype: fc.constantFrom(...keysOf(plainArrays)) })
  .chain((head) => {
    const array = plainArrays[head.dtype];
    // Copied, so that the bytes are aligned whatever fast-check hands out.
    const fill = bytes(sizeOf(head.shape) * array.BYTES_PER_ELEMENT);
    return fill.map((raw): OnnxTensor => ({ ...head, data: new array(new Uint8Array(raw).buffer) }));
  });
const boolTensor = fc.record({ name: text, shape }).chain((head) => {
  const bit = fc.array(fc.nat(1), { minLength: sizeOf(head.shape), maxLength: sizeOf(head.shape) });
  return bit.map((bits): OnnxTensor => ({ ...head, dtype: 'bool', data: Uint8Array.from(bits) }));
});
const packedTensor = fc
  .record({ name: text, shape, dtype: fc.constantFrom(...keysOf(bitsOf)) })
  .chain((head) => {
    const length = Math.ceil((sizeOf(head.shape) * (bitsOf[head.dtype] ?? 0)) / 8);
    return bytes(length).map((raw): OnnxTensor => ({ ...head, raw: new Uint8Array(raw) }));
  });
const tensor = fc.oneof(plainTensor, boolTensor, packedTensor);

function keysOf<T extends object>(record: T): (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}

const valueInfo: fc.Arbitrary<OnnxValueInfo> = fc
  .record({
    name: text,
    dtype: fc.constantFrom<OnnxDType>('float32', 'int64', 'bool', 'string', 'float16', 'undefined'),
    shape: fc.option(fc.array(fc.oneof(fc.nat(), someText, fc.constant(null))), { nil: undefined }),
    docString: optionalText,
  })
  .map(present);

const attribute = (graph: fc.Arbitrary<OnnxGraph> | undefined): fc.Arbitrary<OnnxAttribute> => {
  const kinds: fc.Arbitrary<OnnxAttribute>[] = [
    integer.map((value) => ({ type: 'int', value })),
    unsafe.map((value) => ({ type: 'bigint', value })),
    float32.map((value) => ({ type: 'float', value })),
    text.map((value) => ({ type: 'string', value })),
    fc.array(integer).map((value) => ({ type: 'ints', value })),
    fc
      .tuple(unsafe, fc.array(integer))
      .map(([big, more]) => ({ type: 'bigints', value: [big, ...more.map(BigInt)] })),
    fc.array(float32).map((value) => ({ type: 'floats', value })),
    fc.array(text).map((value) => ({ type: 'strings', value })),
    tensor.map((value) => ({ type: 'tensor', value })),
  ];
  if (graph) kinds.push(graph.map((value) => ({ type: 'graph', value })));
  return fc.oneof(...kinds);
};

const mapOf = <V>(key: fc.Arbitrary<string>, value: fc.Arbitrary<V>, minLength = 0) =>
  fc
    .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength, maxLength: 4 })
    .map((entries) => new Map(entries));

const nodeOf = (graph: fc.Arbitrary<OnnxGraph> | undefined): fc.Arbitrary<OnnxNode> =>
  fc
    .record({
      name: text,
      opType: someText,
      domain,
      inputs: fc.array(text, { maxLength: 3 }),
      outputs: fc.array(text, { maxLength: 3 }),
      attributes: mapOf(someText, attribute(graph)),
      docString: optionalText,
    })
    .map(present);

const graphOf = (inner: fc.Arbitrary<OnnxGraph> | undefined): fc.Arbitrary<OnnxGraph> =>
  fc
    .record({
      name: text,
      docString: optionalText,
      inputs: fc.array(valueInfo, { maxLength: 3 }),
      outputs: fc.array(valueInfo, { maxLength: 3 }),
      initializers: fc.array(tensor, { maxLength: 3 }),
      nodes: fc.array(nodeOf(inner), { minLength: 1, maxLength: 3 }),
      valueInfo: fc.array(valueInfo, { maxLength: 2 }),
    })
    .map(present);

export const anyModel: fc.Arbitrary<OnnxModel> = fc
  .record({
    irVersion: fc.nat(),
    opsets: mapOf(domain, integer, 1),
    producerName: text,
    producerVersion: text,
    domain: fc.option(someText, { nil: undefined }),
    modelVersion: fc.option(integer, { nil: undefined }),
    docString: optionalText,
    metadata: mapOf(text, text),
    graph: graphOf(graphOf(graphOf(undefined))),
  })
  .map(present);
