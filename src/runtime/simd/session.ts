/**
 * The provider `simd`: a model read back as a network and run on this library's own WebAssembly kernels, without
 * onnxruntime. It runs the networks that `readOnnx` reads; for other models it throws an error that names the operator.
 */
import { Engine } from '../../builder/backends/simd/engine.js';
import { LstmOnnxError } from '../../errors.js';
import { readOnnxModel } from '../../import/onnx/read-onnx.js';
import { sizeOf } from '../../nd-array.js';
import { decodeModel } from '../../onnx/decode-model.js';
import type { OnnxValueInfo } from '../../onnx/graph.js';
import { bytesGiven } from '../external-data.js';
import type { RecurrentTrace } from '../recurrent-trace.js';
import type { PartsSession, SessionOptions, TensorParts } from '../session.js';
import type { ModelValue } from '../values.js';
import { Executor } from './executor.js';
import type { RunTensor } from './run-tensor.js';

/** Engines, started or starting, by their number of threads. Models share them, since each has its own threads and memory. */
const engines = new Map<number, Promise<Engine>>();

/**
 * @param kernels of an engine that runs models: what `kernelBytes` gives
 */
export function sharedEngine(
  kernels: () => Uint8Array | Promise<Uint8Array>,
  threads: number,
): Promise<Engine> {
  const known = engines.get(threads);
  if (known) return known;
  const started = start(kernels, threads);
  engines.set(threads, started);
  started.catch(() => engines.delete(threads));
  return started;
}

async function start(kernels: () => Uint8Array | Promise<Uint8Array>, threads: number): Promise<Engine> {
  return Engine.start(await kernels(), { threads });
}

/** The element types at the model's border, and what the network computes in. */
const computedAs = { float32: 'float32', int32: 'int32', int64: 'int32' } as const;
type BorderType = keyof typeof computedAs;

interface BorderValue extends ModelValue {
  readonly dtype: BorderType;
}

/**
 * Opens a model on an engine.
 *
 * @param options files of weights are read, nothing else
 * @param model what the bytes are, where they have been decoded: its numbers may be copies of theirs
 * @throws what `readOnnx` throws; E_UNSUPPORTED for inputs and outputs of types other than float32, int32 and int64
 */
export function openSimdSession(
  bytes: Uint8Array,
  engine: Engine,
  options: SessionOptions = {},
  model = decodeModel(bytes),
): PartsSession {
  const { graph, metadata } = model;
  // Shape rules and the reader limit sizes; constants may be NaN or infinite, as elsewhere.
  const { network, parameters } = readOnnxModel(
    model,
    bytes.length,
    bytesGiven(options),
    ({ options }) => options,
  );
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const fed = graph.inputs.filter(({ name }) => !constants.has(name));
  // Both are in the graph's order, whatever the network calls them.
  const inputs = withNames(fed, Object.entries(network.inputs), 'input');
  const outputs = withNames(graph.outputs, Object.entries(network.outputs), 'output');
  const executor = new Executor(engine, network, parameters);
  const given = (feeds: Readonly<Record<string, TensorParts>>) =>
    Object.fromEntries(inputs.map(({ value, name }) => [name, toRun(value, feeds[value.name])]));
  return {
    inputs: inputs.map(({ value }) => value),
    outputs: outputs.map(({ value }) => value),
    metadata,
    sequences: new Set(), // our own layers report empty input themselves
    async run(feeds, fetches) {
      const wanted = outputs.filter(({ value }) => fetches?.includes(value.name) ?? true);
      return executor.run(given(feeds), (computed) => {
        const results: Record<string, TensorParts> = Object.create(null);
        for (const { value, name } of wanted) {
          const tensor = computed.get(name);
          if (tensor) results[value.name] = fromRun(value, tensor);
        }
        return results;
      });
    },
    async trace(feeds) {
      const traces: RecurrentTrace[] = [];
      executor.run(
        given(feeds),
        () => {},
        (layer) => traces.push(layer),
      );
      return traces;
    },
    async release() {
      executor.release();
    },
  };
}

/** The values that the file declares, each with its name in the network. */
function withNames(
  declared: readonly OnnxValueInfo[],
  known: readonly (readonly [string, { readonly dtype: RunTensor['dtype'] }])[],
  what: string,
): { readonly value: BorderValue; readonly name: string }[] {
  return declared.map(({ name: shown, dtype: stated, shape }, i) => {
    const [name = shown, { dtype: own } = { dtype: 'float32' }] = known[i] ?? [];
    const dtype = stated === 'undefined' ? own : stated;
    if (!(dtype in computedAs) || computedAs[dtype as BorderType] !== own) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `The ${what} '${shown}' is ${dtype}; the provider simd takes and gives float32, int32 and int64.`,
      );
    }
    const value = { name: shown, dtype: dtype as BorderType, ...(shape ? { shape } : {}) };
    return { value, name };
  });
}

function toRun({ name, dtype }: BorderValue, tensor: TensorParts | undefined): RunTensor {
  const data = tensor?.data;
  const shape = tensor?.dims ?? [];
  if (dtype === 'float32' && data instanceof Float32Array) return { dtype, shape, data };
  if (dtype === 'int32' && data instanceof Int32Array) return { dtype, shape, data };
  if (dtype === 'int64' && data instanceof BigInt64Array) {
    const tooLarge = data.find((entry) => BigInt.asIntN(32, entry) !== entry);
    if (tooLarge === undefined) return { dtype: 'int32', shape, data: Int32Array.from(data, Number) };
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `the input '${name}' has ${tooLarge}; the provider simd computes with integers of 32 bits.`,
    );
  }
  throw new LstmOnnxError('E_DTYPE_MISMATCH', `the input '${name}' is not a ${dtype} tensor in memory.`);
}

/** A copy: the result may be in the engine's memory, or be one of the feeds. */
function fromRun({ dtype }: BorderValue, { shape, data }: RunTensor): TensorParts {
  const dims = [...shape];
  if (dtype === 'int64') return { type: dtype, data: BigInt64Array.from(data, BigInt), dims };
  const copy = data instanceof Int32Array ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  copy.set(data);
  return { type: dtype, data: copy, dims };
}
