/** TensorFlow.js and its backends: which one computes, and the LSTM kernels it computes with. */
import { LstmOnnxError, messageOf } from '../../errors.js';
import { registerComposedLstm } from './composed-lstm.js';
import type { Tf } from './tf.js';

/**
 * `auto` is `wasm` unless its files do not load, then `cpu`; `tensorflow` needs the package `@tensorflow/tfjs-node`;
 * any other backend that the caller registered with tfjs goes by its name.
 */
export type BackendName = 'auto' | 'wasm' | 'cpu' | 'tensorflow' | (string & {});

/** In a variable, so that neither compilers nor bundlers look for a package that need not be there. */
const tfjsNode: string = '@tensorflow/tfjs-node';

export interface Backend {
  readonly tf: Tf;
  /** The tfjs backend in use. */
  readonly name: string;
  /** Why the preferred backend is not the one in use. */
  readonly notice?: string;
}

async function importTf(): Promise<Tf> {
  const tf = await import('@tensorflow/tfjs');
  // In production mode tfjs prints no banner about faster backends when it first computes.
  tf.env().set('PROD', true);
  return tf;
}

/** Makes a tfjs backend the current one. @returns undefined, or why it cannot be. */
async function tryBackend(tf: Tf, name: string): Promise<string | undefined> {
  try {
    if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
    if (name === 'tensorflow') await import(tfjsNode);
    if (!(await tf.setBackend(name))) return `tfjs could not start its '${name}' backend`;
    await tf.ready();
    registerComposedLstm(tf, name);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Starts a tfjs backend; later tfjs operations of this process run on it.
 *
 * @param name default `auto`
 * @throws E_PROVIDER_UNAVAILABLE when a backend asked for by name does not start
 */
export async function startBackend(name: BackendName = 'auto'): Promise<Backend> {
  const tf = await importTf();
  const preferred = name === 'auto' ? 'wasm' : name;
  const problem = await tryBackend(tf, preferred);
  if (problem === undefined) return { tf, name: preferred };
  if (name === 'auto' && (await tryBackend(tf, 'cpu')) === undefined) {
    return {
      tf,
      name: 'cpu',
      notice: `tfjs backend wasm did not start (${problem}); training runs on cpu, slower`,
    };
  }
  const known = Object.keys(tf.engine().registryFactory);
  throw new LstmOnnxError(
    'E_PROVIDER_UNAVAILABLE',
    `tfjs backend '${name}' is not available: ${problem}. Registered here: ${known.join(', ')}.`,
  );
}
