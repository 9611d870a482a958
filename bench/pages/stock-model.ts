/** The network as TensorFlow.js users have it: `tf.layers.lstm` and a dense layer, on its wasm backend. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { StateDict } from 'lstm-onnx/web';

/** @param parameters of `lstm` and `fc`, under PyTorch's names */
export async function stockModel(
  parameters: StateDict,
): Promise<(x: Float32Array, batch: number) => Promise<Float32Array>> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  tf.env().set('PROD', true);
  // Its threads never start from a bundle that is minified: the backend would wait for them for ever.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const layer = tf.layers.lstm({ units: 64, inputShape: [28, 28], recurrentActivation: 'sigmoid' });
  const head = tf.layers.dense({ units: 10 });
  const model = tf.sequential({ layers: [layer, head] });
  const tensor = (name: string) => {
    const { shape = [], data = new Float32Array() } = parameters.get(name) ?? {};
    return tf.tensor(data, [...shape]);
  };
  // Keras has PyTorch's order of gates, its matrices transposed, and one bias.
  layer.setWeights([
    tf.transpose(tensor('lstm.weight_ih_l0')),
    tf.transpose(tensor('lstm.weight_hh_l0')),
    tf.add(tensor('lstm.bias_ih_l0'), tensor('lstm.bias_hh_l0')),
  ]);
  head.setWeights([tf.transpose(tensor('fc.weight')), tensor('fc.bias')]);
  return async (data, batch) => {
    const x = tf.tensor(data, [batch, 28, 28]);
    const y = model.predict(x, { batchSize: batch }) as tf.Tensor; // one output, one tensor
    const logits = await y.data<'float32'>();
    x.dispose();
    y.dispose();
    return logits;
  };
}
