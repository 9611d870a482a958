/** ONNX files to {@link OnnxModel}, by a reader of our own: what only runs models need not load protobufjs. */
import { LstmOnnxError, messageOf } from '../errors.js';
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
  } catch (cause) {
    const why = `${messageOf(cause)} (${file.length} bytes). Is the file complete?`;
    throw refusal(file, cause, `Not an ONNX model, or cut off: ${why}`);
  }
}

function modelFrom(message: proto.ModelProto.$Properties, file: Uint8Array): OnnxModel {
  try {
    return modelFromProto(message);
  } catch (cause) {
    throw refusal(file, cause, `Not a valid ONNX model: ${messageOf(cause)}`);
  }
}

function refusal(file: Uint8Array, cause: unknown, message: string): LstmOnnxError {
  const foreign = foreignFormat(file);
  if (foreign)
    return new LstmOnnxError('E_INVALID_FILE', `Not an ONNX model: this is ${foreign}.`, { cause });
  return new LstmOnnxError(cause instanceof LstmOnnxError ? cause.code : 'E_INVALID_FILE', message, {
    cause,
  });
}
