/** The worker of the provider `wasm`. */
import { readOnnxFile } from '../onnx-file.js';
import { configureWasm, openWasmSession } from '../wasm.js';
import { serve } from './serve.js';

serve(async (bytes, options, settings) => {
  configureWasm(settings);
  const session = await openWasmSession(readOnnxFile(bytes), options);
  return {
    ...session,
    run(parts, fetches) {
      const feeds: Parameters<typeof session.run>[0] = Object.create(null);
      for (const [name, { type, data, dims }] of Object.entries(parts)) {
        feeds[name] = new session.Tensor(type, data, dims);
      }
      return session.run(feeds, fetches);
    },
  };
});
