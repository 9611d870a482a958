/** What a user of the package may write: a network defined, exported and run in a page. */
import {
  dataset,
  defineNetwork,
  exportOnnx,
  fit,
  float32,
  initParameters,
  linear,
  lstm,
  Model,
  mse,
} from 'lstm-onnx/web';

const network = defineNetwork({ x: float32('batch', 'time', 4) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 8 });
  return { y: linear('out', output.at(-1), 3) };
});
const bytes = exportOnnx(network, initParameters(network, 1));

globalThis.consumer = {
  bytes: [...bytes],
  /** Trains on what `run` is fed, a while. @returns the losses */
  async train({ x }) {
    const [samples] = x.dims;
    const inputs = { x: { dtype: 'float32', shape: x.dims, data: Float32Array.from(x.data) } };
    const targets = { dtype: 'float32', shape: [samples, 3], data: new Float32Array(samples * 3) };
    const losses = [];
    await fit(network, dataset({ inputs, targets }), {
      loss: mse,
      epochs: 5,
      onStep: ({ loss }) => void losses.push(loss),
    });
    return losses;
  },
  /** Loads and runs the model on a provider. */
  async run(provider, feeds) {
    // Bundlers that do not bring onnxruntime-web's files along have the page say where they are.
    const { wasmPaths } = globalThis;
    const model = await Model.load(bytes, { providers: [provider], ...(wasmPaths ? { wasmPaths } : {}) });
    const { y } = await model.run(feeds);
    await model.release();
    return { running: model.providers.running, y: [...y.data] };
  },
};
