/** tfjs' backend on libtensorflow, from the package `@tensorflow/tfjs-node`, which may be absent or broken. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError, messageOf } from '../../../errors.js';
import { initialize, select } from '../current-backend.js';
import { plainLstm } from '../plain-lstm.js';
import type { Tf } from '../tf.js';
import { registerTensorflowLstm } from './lstm-kernels.js';

const backendName = 'tensorflow';

/** In a variable, so that neither compilers nor bundlers look for a package that need not be there. */
const tfjsNode: string = '@tensorflow/tfjs-node';

/** The backends that have computed as they should. */
const proven = new WeakSet<object>();

/**
 * Loads tfjs-node, makes its backend the current one, gives it the LSTM kernels and has it compute once.
 *
 * @throws E_PROVIDER_UNAVAILABLE, or whatever tfjs-node throws, when one of these fails
 */
export async function startTensorflow(tf: Tf): Promise<void> {
  quieten();
  await importTfjsNode();
  try {
    await initialize(tf, backendName);
  } catch (error) {
    throw unavailable(`tfjs-node could not start libtensorflow: ${messageOf(error)}`, error);
  }
  registerTensorflowLstm(tf, backendName);
  select(tf, backendName);
  const backend = tf.backend();
  if (proven.has(backend)) return;
  selfTest(tf);
  proven.add(backend);
}

/** libtensorflow warns at every step of a layer with odd sizes; it reads this when it is loaded. */
function quieten(): void {
  if (typeof process === 'undefined') return;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}

async function importTfjsNode(): Promise<void> {
  if (typeof process === 'undefined') throw unavailable('libtensorflow runs in Node, not in browsers');
  try {
    await import(/* webpackIgnore: true */ /* @vite-ignore */ tfjsNode);
  } catch (error) {
    const missing = /^Cannot find (package|module) '@tensorflow\/tfjs-node'/.test(messageOf(error));
    throw missing ? unavailable(`the package ${tfjsNode} is not installed`, error) : error;
  }
}

/**
 * One step of a layer with all weights 0 and all biases 1, forward and back: c = σ(1) tanh(1), h = σ(1) tanh(c), and
 * the derivative of h by the output gate's bias is tanh(c) σ(1) (1 - σ(1)).
 */
function selfTest(tf: Tf): void {
  const [batch, hidden] = [2, 2];
  const sigmoid = 1 / (1 + Math.exp(-1));
  const cellTanh = Math.tanh(sigmoid * Math.tanh(1));
  const expected = [batch * hidden * sigmoid * cellTanh, batch * cellTanh * sigmoid * (1 - sigmoid)] as const;
  const got = tf.tidy(() => {
    const zeros = (...shape: number[]) => tf.zeros(shape);
    const states = { h0: zeros(batch, hidden), c0: zeros(batch, hidden) };
    const weights = { weightIh: zeros(4 * hidden, 1), weightHh: zeros(4 * hidden, hidden) };
    const layer = { x: zeros(batch, 1, 1), ...states, ...weights };
    const attributes = { batchFirst: true, reverse: false, wantOutput: false, training: true };
    const sumOf = (bias: TfTensor) => tf.sum<Scalar>(plainLstm(tf, { ...layer, bias }, attributes).h);
    const { value, grad } = tf.valueAndGrad(sumOf)(tf.ones([4 * hidden]));
    return [value.dataSync()[0], grad.dataSync()[3 * hidden]] as const;
  });
  // A sum that is not a number is not within either.
  const within = (i: 0 | 1) => Math.abs((got[i] ?? Number.NaN) - expected[i]) < 1e-4;
  if (!within(0) || !within(1)) {
    throw unavailable(
      `its libtensorflow computes ${got.join(' and ')} where it should be ${expected.join(' and ')}`,
    );
  }
}

function unavailable(reason: string, cause?: unknown): LstmOnnxError {
  return new LstmOnnxError('E_PROVIDER_UNAVAILABLE', reason, { cause });
}
