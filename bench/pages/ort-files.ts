/** The files of onnxruntime-web, brought along by Vite. */
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

const absolute = (url: string): string => new URL(url, location.href).href;

export const ortFiles = { mjs: absolute(mjs), wasm: absolute(wasm) };
