/**
 * ONNX files to and from {@link OnnxModel}. The only file that speaks protobuf: the messages are in
 * `schemas/onnx.proto`, the code generated from them is `#onnx-proto`.
 */

import type { Long } from 'protobufjs';
import protobuf from 'protobufjs/minimal.js';
import { onnx } from '#onnx-proto';
import { LstmOnnxError, messageOf } from '../errors.js';
import { foreignFormat } from './foreign-format.js';
import { modelFromProto } from './from-proto.js';
import type { OnnxModel } from './graph.js';
import { narrow } from './integers.js';
import { modelToProto } from './to-proto.js';

export type { onnx as proto } from '#onnx-proto';

/** Protobuf, and so ONNX, cannot have a file of more than 2 GiB. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/**
 * Names, tensors and messages in one file. An empty message takes two bytes in the file and some two hundred in
 * memory, so a small hostile file could ask for all of it; real models of 100,000 nodes stay under this.
 */
const MAX_FIELDS = 2_000_000;

/**
 * Reads 64-bit integers as numbers where a double holds them exactly (protobufjs makes an object of every one),
 * as Long where not, and counts what it hands out.
 */
class BoundedReader extends protobuf.Reader {
  private fields = 0;

  override size(): number {
    this.fields += 1;
    if (this.fields > MAX_FIELDS) {
      throw new LstmOnnxError('E_INVALID_FILE', `The file has more than ${MAX_FIELDS} names and messages.`);
    }
    return super.size();
  }

  // protobufjs declares Long here, yet its own code and types take `number | Long` wherever the value goes.
  override int64(): Long {
    return narrow(super.int64()) as unknown as Long;
  }

  override uint64(): Long {
    return narrow(super.uint64()) as unknown as Long;
  }
}

/**
 * Parses an ONNX file. The tensors' `data` are views into `bytes` where the file has them aligned (a copy
 * otherwise): leave `bytes` as they are while the model is in use.
 *
 * @throws E_INVALID_FILE when the bytes are not an ONNX model, are cut off or contradict themselves; the message
 * names another format where it recognises one. E_UNSUPPORTED for segmented tensors.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  try {
    // Never a Buffer: its slices are views, and what callers get should be the same everywhere.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return modelFromProto(onnx.ModelProto.decode(new BoundedReader(plain)));
  } catch (cause) {
    const foreign = foreignFormat(bytes);
    if (foreign) {
      throw new LstmOnnxError('E_INVALID_FILE', `Not an ONNX model: this is ${foreign}.`, { cause });
    }
    if (cause instanceof LstmOnnxError) {
      throw new LstmOnnxError(cause.code, `Not a valid ONNX model: ${cause.message}`, { cause });
    }
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `Not an ONNX model, or cut off: ${messageOf(cause)} (${bytes.length} bytes). Is the file complete?`,
      { cause },
    );
  }
}

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
