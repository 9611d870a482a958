/** Stock TensorFlow.js, `tf.layers.lstm` on its wasm backend: a training step of the reference example. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { median } from './networks.js';

tf.env().set('PROD', true);
await tf.setBackend('wasm');
const model = tf.sequential();
model.add(tf.layers.lstm({ units: 64, inputShape: [28, 28] }));
model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
model.compile({ optimizer: tf.train.adam(0.01), loss: 'sparseCategoricalCrossentropy' });
const x = tf.randomUniform([64, 28, 28]);
const y = tf.floor(tf.randomUniform([64, 1], 0, 10));
const times: number[] = [];
for (let i = 0; i < 25; i++) {
  const started = performance.now();
  await model.trainOnBatch(x, y);
  times.push(performance.now() - started);
}
console.log(JSON.stringify({ ms: median(times.slice(5)) }));
process.exit(0);
