/** Which idx files belong together: images with their labels, and which of two pairs is for testing. */
import { LstmOnnxError } from 'lstm-onnx/web';
import { counted } from '../shared/quantities.js';

export interface IdxFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

export interface IdxPair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

/** A part of the name, not the end of another word such as "latest". */
const testName = /(?<![a-z])(?:t10k|test)/i;

/**
 * Two files by what is in them, images having three dimensions. Of four, `t10k` or `test` in the names says what is for
 * testing; where names do not tell, numbers of samples do, and the smaller set is for testing.
 *
 * @throws E_INVALID_OPTION for other files, and for four that neither names nor numbers tell apart
 */
export function pairIdxFiles(files: readonly IdxFile[]): { train: IdxPair; test?: IdxPair } {
  const images = files.filter(({ shape }) => shape.length === 3);
  const labels = files.filter(({ shape }) => shape.length === 1);
  const [one, other] = images;
  if (!one || images.length > 2 || images.length !== labels.length || files.length !== 2 * images.length) {
    throw unfit(files);
  }
  if (!other) return { train: pairOf(one, labels, files) };
  const testImages = images.filter(isTest);
  const testLabels = labels.filter(isTest);
  if (testImages.length === 1 && testLabels.length === 1) {
    const [train = one, test = other] = testImages.includes(one) ? [other, one] : [one, other];
    const rest = labels.filter((file) => !isTest(file));
    return { train: pairOf(train, rest, files), test: pairOf(test, testLabels, files) };
  }
  if (samplesOf(one) === samplesOf(other)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Which labels belong to which images cannot be told: both sets have ${counted(samplesOf(one), 'sample')}, and the names are ${namesOf(files)}. Put 'test' into the names of the two files to test on.`,
    );
  }
  const [larger, smaller] = [one, other]
    .map((image) => pairOf(image, labels, files))
    .toSorted((a, b) => samplesOf(b.images) - samplesOf(a.images));
  if (!larger || !smaller) throw unfit(files);
  return isTest(larger.images) || isTest(larger.labels)
    ? { train: smaller, test: larger }
    : { train: larger, test: smaller };
}

function pairOf(images: IdxFile, among: readonly IdxFile[], files: readonly IdxFile[]): IdxPair {
  const labels = among.find((file) => samplesOf(file) === samplesOf(images));
  if (!labels) throw unfit(files);
  return { images, labels };
}

function isTest({ name }: IdxFile): boolean {
  return testName.test(name);
}

function samplesOf({ shape: [samples = 0] }: IdxFile): number {
  return samples;
}

function namesOf(files: readonly IdxFile[]): string {
  return files.map(({ name }) => name).join(', ');
}

function unfit(files: readonly IdxFile[]): LstmOnnxError {
  const got = files.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ');
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `Choose images [samples, 28, 28] and labels [samples] together, or four files with a test set; got ${got || 'none'}.`,
  );
}
