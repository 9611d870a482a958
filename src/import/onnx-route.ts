/** What works for models that cannot be read as a network: every PyTorch model runs as the ONNX file that torch writes. */
export const onnxRoute =
  "In Python, torch.onnx.export(model, args, 'model.onnx') writes the whole model, which then runs on onnxruntime " +
  '(lstm-onnx run model.onnx --provider cpu).';
