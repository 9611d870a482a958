/** ONNX files to {@link OnnxModel}, by a reader of our own: what only runs models need not load protobufjs. */
import { counted } from '../counted.js';
import { asLstmOnnxError, LstmOnnxError, reworded } from '../errors.js';
import { foreignFormat } from './foreign-format.js';
import { modelFromProto } from './from-proto.js';
import type { OnnxModel } from './graph.js';
import type { proto } from './proto.js';
import { readProto } from './proto-reader.js';

/**
 * Parses an ONNX file. The tensors' `data` are views into `bytes` where the file has them aligned (a copy
 * otherwise): leave `bytes` as they are while the model is in use.
 *
 * @throws E_INVALID_FILE when the bytes are not an ONNX model, are cut off or contradict themselves; the message
 * names another format where it recognises one. E_UNSUPPORTED for segmented tensors.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  // Never a Buffer: its slices are views, and what callers get should be the same everywhere.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return modelFrom(messageFrom(file), file);
}

function messageFrom(file: Uint8Array): proto.ModelProto.$Properties {
  try {
    // The reader's table of fields is that of the schema which the types were made from.
    return readProto('ModelProto', file) as proto.ModelProto.$Properties;
  } catch (error) {
    const cause = asLstmOnnxError(error, 'Reading the ONNX model');
    const why = `${cause.message} (${counted(file.length, 'byte')}). Is the file complete?`;
    throw refusal(file, cause, `Not an ONNX model, or cut off: ${why}`);
  }
}

function modelFrom(message: proto.ModelProto.$Properties, file: Uint8Array): OnnxModel {
  try {
    return modelFromProto(message);
  } catch (error) {
    const cause = asLstmOnnxError(error, 'Reading the ONNX model');
    throw refusal(file, cause, `Not a valid ONNX model: ${cause.message}`);
  }
}

function refusal(file: Uint8Array, cause: LstmOnnxError, message: string): LstmOnnxError {
  if (cause.code === 'E_INTERNAL') return cause;
  const foreign = foreignFormat(file);
  if (foreign)
    return new LstmOnnxError('E_INVALID_FILE', `Not an ONNX model: this is ${foreign}.`, { cause });
  return reworded(cause, message);
}
