/**
 * Vectors of 256 bits from WebAssembly, which has 128: V8 since Node.js 24 joins two operations that lie side by side, where a flag says
 * so. The flag is the process's own, so that whoever owns the process sets it, and the library does not by itself.
 */
import { setFlagsFromString } from 'node:v8';

const FLAG = '--experimental-wasm-revectorize';
/** The first Node.js whose V8 does what the flag says; older ones do not know it, or do nothing. */
const FIRST_MAJOR = 24;

interface FlagState {
  isSet: boolean;
  /** Whether kernels were chosen before the flag was set: they stay. */
  chosenBefore: boolean;
}

/** Of the thread, and not of the module: there may be two copies of this library. A worker thread sets the flag, which is the process's, again. */
const key = Symbol.for('lstm-onnx.wide-flag');
const shared = globalThis as { [key]?: FlagState };
shared[key] ??= { isSet: process.execArgv.includes(FLAG), chosenBefore: false };
const state = shared[key];

/**
 * Tells V8 to join vectors. It counts for what is compiled from now on.
 *
 * @returns undefined, or why it does not
 */
export function allowWideKernels(): string | undefined {
  if (state.isSet) return undefined;
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < FIRST_MAJOR) return `it takes Node.js ${FIRST_MAJOR} or newer, and this is ${process.version}`;
  if (state.chosenBefore) return 'kernels were chosen before; enable them before anything is trained or run';
  setFlagsFromString(FLAG);
  state.isSet = true;
  return undefined;
}

/** Whether it may be worth trying the kernels of 256 bits, asked when kernels are chosen. */
export function mayBeWide(): boolean {
  state.chosenBefore ||= !state.isSet;
  return state.isSet;
}
