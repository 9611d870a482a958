/** lstm-onnx in browsers: the same as in Node, but for files on a disk. */
export * from './core.js';
export type { WebLoadOptions } from './runtime/web.js';
export { availableProviders, Model } from './runtime/web.js';
