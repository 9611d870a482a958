/**
 * {@link OnnxModel} to ONNX files. The only file that takes the code of protobufjs: the messages are in
 * `schemas/onnx.proto`, the code generated from them is `#onnx-proto`. Reading is `decode-model.ts`.
 */
import { onnx } from '#onnx-proto';
import { LstmOnnxError } from '../errors.js';
import type { OnnxModel } from './graph.js';
import { modelToProto } from './to-proto.js';

/** Protobuf, and so ONNX, cannot have a file of more than 2 GiB. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * Writes an ONNX file. Tensors go to `raw_data`, little-endian. The model is not judged: see `checkModel`.
 *
 * @throws E_SHAPE_MISMATCH or E_DTYPE_MISMATCH for a tensor whose data is not what it says; E_INVALID_OPTION for an
 * integer outside the safe range; E_UNSUPPORTED for parts that this library cannot write, and past 2 GiB.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const fields = modelToProto(model);
  const tensorBytes = model.graph.initializers.reduce((sum, { data, raw }) => {
    return sum + (data ?? raw ?? []).length * (data?.BYTES_PER_ELEMENT ?? 1);
  }, 0);
  if (tensorBytes > MAX_FILE_BYTES) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The tensors take ${tensorBytes} bytes; an ONNX file holds at most ${MAX_FILE_BYTES}.`,
    );
  }
  const written = onnx.ModelProto.encode(fields).finish();
  // In Node protobufjs gives a Buffer, perhaps a slice of a shared pool; callers get plain bytes of their own.
  return written.byteLength === written.buffer.byteLength
    ? new Uint8Array(written.buffer)
    : new Uint8Array(written);
}
