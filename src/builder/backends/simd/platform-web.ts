/** What the simd backend asks of a browser: processors and threads. */
import { scriptUrl } from '../../../script-url.js';
import { workUntilItBreaks } from './thread-source.js';

/**
 * One where memory cannot be shared between threads, which takes a cross-origin isolated page; and in Firefox, where a
 * worker that starts a worker now and then waits for ever (seen with 153 ESR).
 */
export function processors(): number {
  return fewerThreads() === undefined ? navigator.hardwareConcurrency : 1;
}

/** Why there is one thread only, unless more are asked for. */
export function fewerThreads(): string | undefined {
  if (!globalThis.crossOriginIsolated) {
    return 'this page is not cross-origin isolated, so it computes on one thread; serve it with the headers COOP and COEP';
  }
  if (navigator.userAgent.includes('Firefox/')) {
    return 'Firefox may hang when a worker starts threads, so it computes on one, unless more are asked for';
  }
  return undefined;
}

/** Browsers that have relaxed SIMD have it on. */
export function enableRelaxedSimd(): void {}

/** V8 joins vectors into wider ones by a flag alone, which a page cannot set. */
export function wideKernels(): undefined {}

/** A page's own thread may not sleep: there the engine looks again. Workers sleep until the entry changes. */
export function waitForChange(entries: Int32Array, seen: number): void {
  if (!('document' in globalThis)) Atomics.wait(entries, 0, seen);
}

const source = `
  onmessage = ({ data: { module, memory, mailbox } }) => {
    const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    postMessage('ready');
    ${workUntilItBreaks}
  };
`;

/** A thread that works on the jobs of a mailbox. */
export function startThread(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  mailbox: number,
): Promise<void> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(scriptUrl(url));
  return new Promise<void>((resolve, reject) => {
    worker.onerror = ({ message }) =>
      reject(
        new Error(message || "a thread does not start; the page's policy must allow it: worker-src blob:"),
      );
    worker.onmessage = () => resolve();
    worker.postMessage({ module, memory, mailbox });
  }).finally(() => URL.revokeObjectURL(url));
}
