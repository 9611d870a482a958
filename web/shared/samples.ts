/** The test images of MNIST that the site brings: `samples.idx3-ubyte`, of the digits 0 to 9 over and over. */
import { LstmOnnxError, parseIdx } from 'lstm-onnx/web';
import { type DigitImage, imageSide } from './digit-image.js';

/** The images of each digit: `samples[7][0]` is the first 7. @throws E_FILE_READ, E_INVALID_FILE */
export async function loadSamples(): Promise<DigitImage[][]> {
  const url = new URL('samples.idx3-ubyte', document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) {
    throw new LstmOnnxError(
      'E_FILE_READ',
      `The sample digits, ${url.pathname}, could not be fetched (${response?.status ?? 'no connection'}).`,
    );
  }
  const idx = parseIdx(new Uint8Array(await response.arrayBuffer()));
  if (idx.dtype !== 'uint8') {
    throw new LstmOnnxError('E_INVALID_FILE', `The sample digits are ${idx.dtype}; expected uint8 pixels.`);
  }
  const { data } = idx;
  const size = imageSide ** 2;
  const images = Array.from({ length: data.length / size }, (_, index) =>
    Float32Array.from(data.subarray(index * size, (index + 1) * size), (pixel) => pixel / 255),
  );
  return Array.from({ length: 10 }, (_, digit) => images.filter((_, index) => index % 10 === digit));
}
