/** The bytes of the site's model: `digits.onnx`, made by make-model.ts. */
import { LstmOnnxError } from 'lstm-onnx/web';

/** @throws E_FILE_READ */
export async function fetchDigitModel(): Promise<Uint8Array> {
  const url = new URL('digits.onnx', document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) {
    throw new LstmOnnxError(
      'E_FILE_READ',
      `The model, ${url.pathname}, could not be fetched (${response?.status ?? 'no connection'}). Check the connection and try again.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}
