/** The least that classifies in a page: how long it takes from navigation to the first answer. */
import { Model } from 'lstm-onnx/web';

const model = await Model.load('/memory/model.onnx', { providers: [PROVIDER] });
await model.run({ x: { data: new Float32Array(28 * 28), dims: [1, 28, 28] } });
window.answered = performance.now();
