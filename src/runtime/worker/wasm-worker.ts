/** The worker of the provider `wasm`. */
import { readOnnxFile } from '../onnx-file.js';
import { configureWasm, openWasmSession } from '../wasm.js';
import { serve } from './serve.js';

serve(async (bytes, options, settings) => {
  configureWasm(settings);
  return openWasmSession(readOnnxFile(bytes), options);
});
