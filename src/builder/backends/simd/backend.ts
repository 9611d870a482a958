/**
 * A tfjs backend of our own: tensors and most kernels are those of tfjs' cpu backend, the hot kernels run in
 * WebAssembly SIMD on several threads. The same number of threads gives the same bits; another number sums the
 * gradients of the weights in another order.
 */
import type {
  BackendValues,
  DataId,
  DataType,
  KernelConfig,
  NamedTensorInfoMap,
  TensorInfo,
  TypedArray,
  Variable,
} from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { fewerThreads } from '#simd-platform';
import { copyRows } from '../../../data/dataset.js';
import { LstmOnnxError } from '../../../errors.js';
import { sizeOf } from '../../../nd-array.js';
import type { CreateOptimizer, Gather, NumbersOf } from '../backend.js';
import type { OwnLayers } from '../own-layers.js';
import type { Tf } from '../tf.js';
import { convolutionKernels } from './convolution-kernels.js';
import { crossEntropyKernels } from './cross-entropy-kernel.js';
import { defaultThreads } from './default-threads.js';
import { elementwiseKernels } from './elementwise-kernels.js';
import { Engine, type EngineOptions } from './engine.js';
import { gatherKernel } from './gather-kernel.js';
import { kernelBytes, type SimdForm } from './kernel-bytes.js';
import { layerKernels, simdLayers } from './layer-op.js';
import { matmulKernels } from './matmul-kernels.js';
import { SimdOptimizer } from './simd-optimizer.js';
import { softmaxKernels } from './softmax-kernel.js';
import { sumKernel } from './sum-kernel.js';
import type { TrainingPlan } from './training-plan.js';

/** tfjs' cpu backend, and what its tensors keep in the engine's memory. */
export class SimdBackend extends MathBackendCPU {
  readonly engine: Engine;
  /** Why it runs on fewer threads than it could. */
  readonly notice: string | undefined;
  readonly #tf: Tf;

  constructor(tf: Tf, engine: Engine) {
    super();
    this.#tf = tf;
    this.engine = engine;
    const { lstmDirections, gruDirections, rnnDirections } = simdLayers(tf);
    this.lstmDirections = lstmDirections;
    this.gruDirections = gruDirections;
    this.rnnDirections = rnnDirections;
    this.notice = engine.threads === 1 ? fewerThreads() : undefined;
  }

  /** A tensor over a block of the engine's memory, which goes with it. */
  own(shape: readonly number[], at: number, dtype: 'float32' | 'int32' = 'float32'): TensorInfo {
    const info = this.makeTensorInfo([...shape], dtype);
    const data = this.#dataOf(info.dataId);
    data.values = this.engine.view(dtype, at, sizeOf(shape));
    data.block = at;
    return info;
  }

  /**
   * Kernels of tfjs' cpu backend give parts of their input as views of it. A view of a block would outlive the block, so
   * what is not {@link own} is copied out of the engine's memory.
   */
  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    return super.write(isShared(values) ? values.slice() : values, shape, dtype);
  }

  /** For the same reason what is read is a copy: the caller may keep it when the tensor is gone. */
  override readSync(dataId: DataId): BackendValues {
    const values = super.readSync(dataId);
    return isShared(values) ? values.slice() : values;
  }

  /** The block that a tensor owns. */
  blockOf({ dataId }: { readonly dataId: DataId }): number | undefined {
    return this.data.has(dataId) ? this.#dataOf(dataId).block : undefined;
  }

  /** Where a tensor's numbers are in the engine's memory; a copy made for that is added to `copies`. */
  place(info: TensorInfo, copies: number[]): number {
    const block = this.blockOf(info);
    // tfjs casts integers to floats by the type of the tensor alone.
    const isInteger = this.data.get(info.dataId).values instanceof Int32Array;
    if (block !== undefined && isInteger === (info.dtype === 'int32')) return block;
    const size = sizeOf(info.shape);
    const at = this.engine.allocate(size * Float32Array.BYTES_PER_ELEMENT);
    copies.push(at);
    if (info.dtype === 'int32') this.engine.integers(at, size).set(this.integers(info));
    else this.engine.floats(at, size).set(this.numbers(info));
    return at;
  }

  /** Moves a variable's numbers to a block of the engine's memory, which goes with it. */
  moveTo(variable: Variable, at: number): void {
    const tensor = this.#tf.engine().makeTensorFromTensorInfo(this.own(variable.shape, at), this);
    variable.assign(tensor);
    tensor.dispose();
  }

  /** Runs another kernel of this backend, one with a single result. */
  runKernel(name: string, inputs: NamedTensorInfoMap, attributes?: KernelAttributes): TensorInfo {
    const kernel = this.#tf.getKernel(name, this.#tf.getBackend());
    return kernel.kernelFunc({ inputs, attrs: attributes ?? {}, backend: this }) as TensorInfo;
  }

  /** An empty tensor. */
  nothing(): TensorInfo {
    return this.makeTensorInfo([0], 'float32', new Float32Array(0));
  }

  /** An empty tensor that stands for plans, those of a turn at once, whose memory goes with it; until then what they read stays. */
  keepPlans(turns: Turns, inputs: readonly TensorInfo[]): TensorInfo {
    const info = this.nothing();
    const read = new Set(inputs.map(({ dataId }) => dataId));
    for (const dataId of read) this.incRef(dataId);
    this.#dataOf(info.dataId).kept = { turns, inputs: read };
    return info;
  }

  plansOf({ dataId }: TensorInfo): Turns {
    const { kept } = this.#dataOf(dataId);
    if (!kept)
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        'The backward pass of a recurrent layer found no forward pass of its own.',
      );
    for (const input of kept.inputs) {
      if (this.data.has(input)) continue;
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        'An input of a recurrent layer was moved to another backend between its forward and its backward pass; compute both on one.',
      );
    }
    return kept.turns;
  }

  /** Not in maps of our own: entries that come and go at every step leave garbage behind. */
  #dataOf(dataId: DataId): TensorData {
    return this.data.get(dataId) as TensorData;
  }

  /** A tensor's numbers, in place where they are float32; tfjs casts some tensors by their type alone. */
  numbers({ dataId }: TensorInfo): Float32Array {
    const { values } = this.data.get(dataId) as { values: TypedArray };
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }

  /** An int32 tensor's numbers. */
  integers({ dataId }: TensorInfo): Int32Array {
    const { values } = this.data.get(dataId) as { values: TypedArray };
    return values instanceof Int32Array ? values : Int32Array.from(values);
  }

  /** Copies the samples straight into the engine's memory. */
  readonly gather: Gather = (array, order, start, end) => {
    const shape = [end - start, ...array.shape.slice(1)];
    const at = this.engine.allOrNothing(() => {
      const block = this.engine.allocate(sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT);
      copyRows(array, order, start, end, this.engine.view(array.dtype, block, sizeOf(shape)));
      return block;
    });
    return this.#tf.engine().makeTensorFromTensorInfo(this.own(shape, at, array.dtype), this);
  };

  /** tfjs' promises of numbers leave garbage at every step that only a full collection finds; see `../tape.ts`. */
  readonly numbersOf: NumbersOf = (tensor) => tensor.dataSync<'float32'>();

  readonly lstmDirections: OwnLayers['lstmDirections'];
  readonly gruDirections: OwnLayers['gruDirections'];
  readonly rnnDirections: OwnLayers['rnnDirections'];

  readonly createOptimizer: CreateOptimizer = (...args) => new SimdOptimizer(this, ...args);

  /** Of a tensor that tfjs may have disposed of meanwhile, or moved to another backend. */
  #letGo(dataId: DataId): void {
    if (this.data.has(dataId) && this.disposeData(dataId)) this.#tf.engine().removeDataId(dataId, this);
  }

  override disposeData(dataId: object, force = false): boolean {
    const data = this.data.has(dataId) ? this.#dataOf(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (!gone || !data) return gone;
    for (const plan of data.kept?.turns.flat() ?? []) plan.release();
    for (const input of data.kept?.inputs ?? []) this.#letGo(input);
    if (data.block !== undefined) this.engine.release(data.block);
    return true;
  }
}

/** The plans of a layer's directions, of each of its turns. */
type Turns = readonly (readonly TrainingPlan[])[];

/** What tfjs' cpu backend keeps of a tensor, and what goes with it. */
interface TensorData {
  values: BackendValues;
  /** A block of the engine's memory. */
  block?: number;
  /** Plans, and the data that they read. */
  kept?: { readonly turns: Turns; readonly inputs: ReadonlySet<DataId> };
}

function isShared(values: BackendValues): values is Float32Array | Int32Array {
  const numbers = values instanceof Float32Array || values instanceof Int32Array;
  // Pages that are not cross-origin isolated do not know SharedArrayBuffer by its name.
  return numbers && !(values.buffer instanceof ArrayBuffer);
}

export function inputNamed(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const input = inputs[name];
  if (!input) throw new LstmOnnxError('E_MISSING_NAME', `The kernel's input '${name}' is missing.`);
  return input;
}

/** A kernel of the simd backend: tensors in, tensors out. */
export interface SimdKernel {
  readonly name: string;
  run(
    backend: SimdBackend,
    inputs: NamedTensorInfoMap,
    attributes: KernelAttributes,
  ): TensorInfo | TensorInfo[];
}

export type KernelAttributes = Parameters<KernelConfig['kernelFunc']>[0]['attrs'];

interface SimdOptions extends Partial<EngineOptions> {
  /** Which form of the kernels. @default the best that the engine has */
  readonly simd?: SimdForm;
}

/** Registrations under way or done, by the backend's name: two callers at once get one backend. */
const registrations = new Map<string, Promise<Engine>>();

/**
 * Registers the backend with tfjs, once for each name.
 *
 * @param name what it is called there
 * @returns its engine
 * @throws E_PROVIDER_UNAVAILABLE where WebAssembly SIMD or shared memory is missing
 */
export function registerSimdBackend(tf: Tf, name = 'simd', options: SimdOptions = {}): Promise<Engine> {
  const known = registrations.get(name) ?? register(tf, name, options);
  registrations.set(name, known);
  return known;
}

async function register(tf: Tf, name: string, options: SimdOptions): Promise<Engine> {
  const { simd, threads = defaultThreads(), ...others } = options;
  const engine = await Engine.start(await kernelBytes('training', simd), { threads, ...others });
  tf.copyRegisteredKernels('cpu', name);
  const cpu = (kernel: string) => tf.getKernel(kernel, 'cpu').kernelFunc;
  const own = [...layerKernels, ...convolutionKernels, ...softmaxKernels, ...crossEntropyKernels];
  const whole = [sumKernel(cpu('Sum')), gatherKernel(cpu('GatherV2'))];
  const around = [...matmulKernels(cpu), ...elementwiseKernels(cpu), ...whole];
  for (const kernel of [...own, ...around]) {
    if (tf.getKernel(kernel.name, name)) tf.unregisterKernel(kernel.name, name);
    tf.registerKernel({
      kernelName: kernel.name,
      backendName: name,
      // tfjs hands a kernel the backend of the name that it is registered for.
      kernelFunc: ({ inputs, attrs, backend }) =>
        engine.allOrNothing(() => kernel.run(backend as SimdBackend, inputs, attrs)),
    });
  }
  tf.registerBackend(name, () => new SimdBackend(tf, engine));
  return engine;
}
