/** TensorFlow.js and its backends: which one computes, and the kernels of recurrent layers that it brings. */
import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import { expectText } from '../../arguments.js';
import { gatherRows, type SampleArray } from '../../data/dataset.js';
import { LstmOnnxError, messageOf } from '../../errors.js';
import { SerialQueue } from '../../serial-queue.js';
import type { Optimizer, OptimizerConfig, OptimizerState } from '../train/optimizers.js';
import { TfOptimizer } from '../train/tf-optimizer.js';
import { backendNames, isBackendName } from './backend-names.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { initialize, select } from './current-backend.js';
import { withoutProcessHandlers } from './process-handlers.js';
import { avoidTapeLeak } from './tape.js';
import type { Tf } from './tf.js';

/**
 * `auto` is `simd`, our own, where WebAssembly SIMD and shared memory are there, else `wasm`, else `cpu`; `simd:2` is
 * `simd` on two threads instead of one for each processor, four at most; `tensorflow` needs the package
 * `@tensorflow/tfjs-node`, and is `auto` where that is absent or broken; any other backend that the caller registered
 * with tfjs goes by its name.
 */
export type BackendName = 'auto' | 'simd' | `simd:${number}` | 'wasm' | 'cpu' | 'tensorflow' | (string & {});

export interface Backend {
  readonly tf: Tf;
  /** The tfjs backend in use. */
  readonly name: string;
  /** In one line, why the preferred backend is not the one in use, or is slower than it could be. */
  readonly notice?: string;
  readonly createOptimizer: CreateOptimizer;
  /** A tensor's numbers, at once where they lie in this process's own memory. */
  readonly numbersOf: NumbersOf;
  /** Samples `order[start]` to `order[end - 1]` of an array as a tensor. */
  readonly gather: Gather;
  /** Makes this the current backend again, should other code have chosen another while this one waited. */
  select(): void;
}

export type NumbersOf = (tensor: TfTensor) => Float32Array | Promise<Float32Array>;

export type Gather = (array: SampleArray, order: Int32Array, start: number, end: number) => TfTensor;

/** An optimizer over the parameters by name, going on from a state of its kind where one is given. */
export type CreateOptimizer = (
  config: OptimizerConfig,
  variables: ReadonlyMap<string, Variable>,
  state?: OptimizerState,
) => Optimizer;

async function importTf(): Promise<Tf> {
  const tf: Tf = await import('#tfjs');
  // In production mode tfjs prints no banner about faster backends when it first computes.
  tf.env().set('PROD', true);
  avoidTapeLeak(tf);
  return tf;
}

/** Makes a tfjs backend the current one. @returns undefined, or why it cannot be. */
async function tryBackend(tf: Tf, name: string): Promise<string | undefined> {
  try {
    if (name === 'simd' || name.startsWith('simd:')) {
      const { registerSimdBackend } = await import('./simd/backend.js');
      await registerSimdBackend(tf, name, name === 'simd' ? {} : { threads: Number(name.slice(5)) });
    }
    if (name === 'tensorflow') {
      const { startTensorflow } = await import('./tensorflow/backend.js');
      await startTensorflow(tf);
    }
    if (name === 'wasm') await startWasmBackend(tf);
    else await initialize(tf, name);
    select(tf, name);
    registerCrossEntropy(tf, name);
    return undefined;
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n');
    return line.replace(/[.\s]+$/, '');
  }
}

/** Its WebAssembly lies beside it in npm's folders, which no bundle has. */
async function startWasmBackend(tf: Tf): Promise<void> {
  if ('document' in globalThis || 'importScripts' in globalThis)
    throw new Error('it runs in Node, not in browsers');
  await import('@tensorflow/tfjs-backend-wasm');
  await withoutProcessHandlers(() => initialize(tf, 'wasm'));
}

/** What a backend that runs brings itself. */
function backendOverrides(
  tf: Tf,
  name: string,
): Partial<Pick<Backend, 'createOptimizer' | 'gather' | 'notice' | 'numbersOf'>> {
  return tf.findBackend(name) as ReturnType<typeof backendOverrides>;
}

/** What `auto` tries, fastest first. */
const preferences = ['simd', 'wasm', 'cpu'];

function candidatesFor(name: BackendName): readonly string[] {
  if (name === 'auto') return preferences;
  return name === 'tensorflow' ? [name, ...preferences] : [name];
}

/** One after another: two that start the same backend at once would get two of it. */
const starts = new SerialQueue();

/**
 * Makes a tfjs backend the current one, and no other in its stead.
 *
 * @returns undefined, or why it cannot be, in one line
 */
export function problemOf(name: string): Promise<string | undefined> {
  return starts.add(async () => tryBackend(await importTf(), name));
}

/**
 * Starts a tfjs backend and makes it the current one. Whoever waits for anything after that calls `select` before the next
 * operation, since others may have chosen another backend meanwhile.
 *
 * @param name default `auto`
 * @throws E_PROVIDER_UNAVAILABLE when a backend asked for by name does not start; not for `tensorflow`, which `auto`
 *   stands in for, with a `notice`
 */
export function startBackend(name: BackendName = 'auto'): Promise<Backend> {
  return starts.add(() => start(name));
}

async function start(name: BackendName): Promise<Backend> {
  expectText('The option backend', name, `the name of a backend: ${backendNames}`);
  const tf = await importTf();
  const problems: string[] = [];
  for (const candidate of candidatesFor(name)) {
    const problem = await tryBackend(tf, candidate);
    if (problem === undefined) {
      const own = backendOverrides(tf, candidate);
      const slower = candidate === preferences[0] ? '' : ', slower';
      const instead =
        problems.length > 0 ? [`${problems.join('; ')}; training runs on ${candidate}${slower}`] : [];
      const notices = [...instead, ...(own.notice === undefined ? [] : [own.notice])];
      const createOptimizer: CreateOptimizer =
        own.createOptimizer ?? ((...args) => new TfOptimizer(tf, ...args));
      const gather: Gather =
        own.gather ??
        ((...args) => {
          const { data, shape, dtype } = gatherRows(...args);
          return tf.tensor(data, [...shape], dtype);
        });
      return {
        tf,
        name: candidate,
        createOptimizer,
        numbersOf: own.numbersOf ?? ((tensor) => tensor.data<'float32'>()),
        gather,
        select: () => select(tf, candidate),
        ...(notices.length === 0 ? {} : { notice: notices.join('; ') }),
      };
    }
    problems.push(`tfjs backend ${candidate} did not start (${problem})`);
  }
  const others = Object.keys(tf.engine().registryFactory).filter((registered) => !isBackendName(registered));
  throw new LstmOnnxError(
    'E_PROVIDER_UNAVAILABLE',
    `${problems.join('; ')}. Choose ${backendNames}${others.length > 0 ? `; also registered with tfjs: ${others.join(', ')}` : ''}.`,
  );
}
