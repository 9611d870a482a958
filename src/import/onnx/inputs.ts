/** The inputs of an imported graph as inputs of a network. */
import type { TensorType } from '../../builder/tensor.js';
import { LstmOnnxError } from '../../errors.js';
import type { OnnxDType, OnnxValueInfo } from '../../onnx/graph.js';
import { quoted } from '../quoted.js';
import type { Dims } from './dims.js';

/** Networks compute in float32, and take indices as int32. */
const types: ReadonlyMap<OnnxDType, TensorType['dtype']> = new Map([
  ['float32', 'float32'],
  ['float64', 'float32'],
  ['float16', 'float32'],
  ['bfloat16', 'float32'],
  ['int32', 'int32'],
  ['int64', 'int32'],
]);

/**
 * @param name the input's name in the network; dimensions without a name are called after it
 * @throws E_UNSUPPORTED for an input that is no tensor of numbers or whose rank the file does not say
 */
export function inputType(
  { name: shown, dtype, shape, kind }: OnnxValueInfo,
  name: string,
  dims: Dims,
): TensorType {
  const type = types.get(dtype);
  if (!type || kind) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The input ${quoted(shown)} is ${kind ?? dtype}; expected a tensor of floats, int32 or int64.`,
    );
  }
  if (!shape) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The file does not say how many dimensions the input ${quoted(shown)} has; export the model with the input's shape, ` +
        'dimensions that vary under a name.',
    );
  }
  return {
    dtype: type,
    shape: shape.map((dim, i) => (typeof dim === 'number' ? dim : dims.named(dim ?? `${name}_${i}`))),
  };
}
