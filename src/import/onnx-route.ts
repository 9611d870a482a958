/** What works for models that cannot be read as a network: every PyTorch model runs as the ONNX file that torch writes. */
import type { Hint } from '../hints.js';

export const onnxRoute =
  "In Python, torch.onnx.export(model, args, 'model.onnx') writes the whole model, which then runs on onnxruntime.";

/** What runs that file. */
export const runOnnx: Hint = { call: 'Model.load' };
