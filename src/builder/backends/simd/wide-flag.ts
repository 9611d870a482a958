/**
 * Vectors of 256 bits from WebAssembly, which has 128: V8 since Node.js 24 joins two operations that lie side by side, where a flag says
 * so. The flag is the process's own, so that whoever owns the process sets it, and the library does not by itself.
 */
import { setFlagsFromString } from 'node:v8';

const FLAG = '--experimental-wasm-revectorize';
/** The first Node.js whose V8 does what the flag says; older ones do not know it, or do nothing. */
const FIRST_MAJOR = 24;

let isSet = process.execArgv.includes(FLAG);
/** Whether kernels were chosen before the flag was set: they stay. */
let chosenBefore = false;

/**
 * Tells V8 to join vectors. It counts for what is compiled from now on.
 *
 * @returns undefined, or why it does not
 */
export function allowWideKernels(): string | undefined {
  if (isSet) return undefined;
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < FIRST_MAJOR) return `it takes Node.js ${FIRST_MAJOR} or newer, and this is ${process.version}`;
  if (chosenBefore) return 'kernels were chosen before; enable them before anything is trained or run';
  setFlagsFromString(FLAG);
  isSet = true;
  return undefined;
}

/** Whether it may be worth trying the kernels of 256 bits, asked when kernels are chosen. */
export function mayBeWide(): boolean {
  chosenBefore ||= !isSet;
  return isSet;
}
