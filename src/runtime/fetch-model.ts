/** Reads a model over HTTP with the platform's own fetch. */
import { LstmOnnxError, messageOf } from '../errors.js';
import type { ModelFile } from './session.js';

/** An ONNX file is one protobuf message, and those end at 2 GiB. Larger models keep weights in other files. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** @throws E_FILE_READ when the server cannot be reached, says no, or sends more than an ONNX file can hold. */
export async function fetchModel(url: URL): Promise<ModelFile> {
  const name = url.href;
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
    return { name, bytes: await readBody(response) };
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new LstmOnnxError('E_FILE_READ', `Cannot fetch the model ${name}: ${reason}.`, { cause });
  }
}

async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length;
    if (length > MAX_MODEL_BYTES) {
      await reader?.cancel();
      throw new Error(`it is longer than ${MAX_MODEL_BYTES} bytes, the limit of an ONNX file`);
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
