/** lstm-onnx in Node: define a recurrent network, train it, export it to ONNX and run it. */
export { enableWideKernels, type WideKernels } from './builder/backends/simd/wide-kernels.js';
export * from './core.js';
export { readArray } from './files/array.js';
export { type FileImportResult, importFile } from './files/import-model.js';
export { loadMnist, type Mnist } from './files/mnist.js';
export { readFile } from './files/read.js';
export { readTable } from './files/table.js';
export {
  readJsonLines,
  readTaggedTexts,
  readText,
  readTextFolder,
  type TextFolderOptions,
} from './files/text.js';
export { writeFileAtomic } from './files/write.js';
export { fit } from './fit-with-progress.js';
export { type ForecastPlotOptions, forecastPlot } from './report/forecast-plot.js';
export { availableProviders, Model } from './runtime/node.js';
