/** The worker of the provider `wasm`. */

import { trustAllScripts } from '../../script-url.js';
import { readOnnxFile } from '../onnx-file.js';
import { configureWasm, openWasmSession } from '../wasm.js';
import { withoutTensors } from '../with-tensors.js';
import { serve } from './serve.js';

// onnxruntime starts its threads from plain URLs.
trustAllScripts();

serve<'wasm'>(async (bytes, options, settings) => {
  configureWasm(settings);
  return withoutTensors(await openWasmSession(readOnnxFile(bytes), options));
});
