/** The module of TensorFlow.js; loaded on first use, since defining and exporting a network needs none of it. */
export type Tf = typeof import('@tensorflow/tfjs-core');
