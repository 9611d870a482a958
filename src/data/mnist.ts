/**
 * MNIST and the sets in its form (Fashion-MNIST, KMNIST): 28 by 28 grey images, each with a label of 0 to 9, as two
 * idx files; scaled as torchvision's `ToTensor` scales them.
 */
import { isObject, wrongArgument } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { type IdxParts, readIdx } from './idx.js';

/** Rows, and columns, of an image. */
export const MNIST_IMAGE_SIZE = 28;
/** Labels are 0 to one less than this. */
export const MNIST_CLASSES = 10;

export interface MnistImages {
  /** `[samples, 28, 28]`, 0 (background) to 1. */
  readonly images: NdArray<'float32'>;
  /** `[samples]`, 0 to 9. */
  readonly labels: NdArray<'int32'>;
}

/**
 * Images and labels of a pair of idx files, plain or gzipped.
 * @throws E_INVALID_FILE when either is not such a file, or the two differ in their number of samples;
 * E_UNSUPPORTED for gzip data of several members.
 */
export function parseMnist(files: { readonly images: Uint8Array; readonly labels: Uint8Array }): MnistImages {
  if (!isObject(files))
    throw wrongArgument('parseMnist', files, '{ images, labels }, the bytes of each file');
  return reading('the MNIST files', () =>
    pairMnist(parseMnistImages(files.images), parseMnistLabels(files.labels)),
  );
}

/** Puts images and labels together. @throws E_INVALID_FILE when there are not as many of each. */
export function pairMnist(images: NdArray<'float32'>, labels: NdArray<'int32'>): MnistImages {
  if (images.shape[0] !== labels.shape[0]) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `Got ${counted(images.shape[0] ?? 0, 'MNIST image')} and ${counted(labels.shape[0] ?? 0, 'label')}. Give the two files of the same set.`,
    );
  }
  return { images, labels };
}

/** Images `[samples, 28, 28]` of an idx file of bytes, divided by 255 in float32. @throws as {@link parseMnist}. */
export function parseMnistImages(bytes: Uint8Array): NdArray<'float32'> {
  const pixels = readIdx(bytes);
  const [samples, rows, columns] = pixels.shape;
  if (
    pixels.dtype !== 'uint8' ||
    pixels.shape.length !== 3 ||
    samples === 0 ||
    rows !== MNIST_IMAGE_SIZE ||
    columns !== MNIST_IMAGE_SIZE
  ) {
    throw unlike('images', pixels, `uint8 [samples, ${MNIST_IMAGE_SIZE}, ${MNIST_IMAGE_SIZE}]`);
  }
  // Four times the bytes of the file, or of what was compressed, which has a limit.
  const data = new Float32Array(pixels.elements.length);
  for (let index = 0; index < data.length; index++) {
    // The double quotient, rounded once more by the Float32Array, is the correctly rounded float32 quotient.
    data[index] = (pixels.elements[index] ?? 0) / 255;
  }
  return { dtype: 'float32', shape: pixels.shape, data };
}

/** Labels `[samples]` of an idx file of bytes. @throws as {@link parseMnist}. */
export function parseMnistLabels(bytes: Uint8Array): NdArray<'int32'> {
  const labels = readIdx(bytes);
  if (labels.dtype !== 'uint8' || labels.shape.length !== 1 || labels.shape[0] === 0) {
    throw unlike('labels', labels, 'uint8 [samples]');
  }
  const strange = labels.elements.findIndex((label) => label >= MNIST_CLASSES);
  if (strange !== -1) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `MNIST label ${strange} is ${labels.elements[strange]}; labels are 0 to ${MNIST_CLASSES - 1}. The file is damaged or of another set.`,
    );
  }
  return { dtype: 'int32', shape: labels.shape, data: Int32Array.from(labels.elements) };
}

function unlike(what: 'images' | 'labels', got: IdxParts, expected: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The MNIST ${what} are ${got.dtype} [${got.shape.join(', ')}]; expected ${expected}. Check that the images and labels files are not swapped.`,
  );
}
