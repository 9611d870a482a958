/** What a user of the package may write: a network defined, exported and run in a page. */
import { defineNetwork, exportOnnx, float32, initParameters, linear, lstm, Model } from 'lstm-onnx/web';

const network = defineNetwork({ x: float32('batch', 'time', 4) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 8 });
  return { y: linear('out', output.at(-1), 3) };
});
const bytes = exportOnnx(network, initParameters(network, 1));

globalThis.consumer = {
  bytes: [...bytes],
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
