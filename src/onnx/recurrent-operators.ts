/**
 * ONNX's recurrent operators, whether the table of cells has them or not. Apart from the table, which pages that only run
 * onnxruntime do not load. https://onnx.ai/onnx/operators
 */
export const onnxRecurrentOperators: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);
