/** The worker of the provider `wasm`. */
import { configureWasm, openWasmSession } from '../wasm.js';
import { serve } from './serve.js';

serve((bytes, options, settings) => {
  configureWasm(settings);
  return openWasmSession(bytes, options);
});
