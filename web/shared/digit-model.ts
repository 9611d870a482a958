/** The bytes of the site's model, fetched once a page: `digits.onnx`, made by make-model.ts. */
import { LstmOnnxError } from 'lstm-onnx/web';

let fetched: Promise<Uint8Array> | undefined;

/** A failed download is tried again by the next call. @throws E_FILE_READ */
export function fetchDigitModel(): Promise<Uint8Array> {
  fetched ??= download().catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

async function download(): Promise<Uint8Array> {
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
