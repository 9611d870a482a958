/**
 * What browsers load of TensorFlow.js: its core, the gradients and the cpu backend, a third of `@tensorflow/tfjs`, which
 * adds layers, converter, data sets and WebGL. Node.js takes that whole package (`#tfjs` in package.json): tfjs-node
 * does so too, and Node cannot load the gradients by themselves.
 */
// First: the gradients ask for flags that the core sets, and bundlers keep this order.
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-cpu';

export * from '@tensorflow/tfjs-core';
