/** What the simd backend asks of Node.js: processors, threads, and relaxed SIMD where it has to be switched on. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { workUntilItBreaks } from './thread-source.js';
import { mayBeWide } from './wide-flag.js';

export function processors(): number {
  return availableParallelism();
}

export function fewerThreads(): undefined {}

/** Node 20 has relaxed SIMD behind a flag, which counts for modules compiled from now on, in workers too. */
export function enableRelaxedSimd(): void {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/**
 * The kernels of vectors in pairs, where V8 is told to join them and does so.
 *
 * @param anyway whether V8 joins them or not, for tests
 */
export async function wideKernels(anyway: boolean): Promise<{ readonly deflated: string } | undefined> {
  if (!anyway) {
    if (!mayBeWide()) return undefined;
    const { tryWideKernels } = await import('./wide-kernels.js');
    if (!(await tryWideKernels()).wide) return undefined;
  }
  return import('./binary-training-wide.js');
}

/** Sleeps until the first entry is no longer `seen`. */
export function waitForChange(entries: Int32Array, seen: number): void {
  Atomics.wait(entries, 0, seen);
}

const source = `
  const { parentPort, workerData: { module, memory, mailbox } } = require('node:worker_threads');
  const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  parentPort.postMessage('ready');
  ${workUntilItBreaks}
`;

/** A thread that works on the jobs of a mailbox and never keeps the process alive. */
export function startThread(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  mailbox: number,
): Promise<void> {
  const worker = new Worker(source, { eval: true, execArgv: [], workerData: { module, memory, mailbox } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The thread ended with ${code}.`)));
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
  });
}
