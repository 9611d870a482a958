/** Data sets as the worker trains on them, from MNIST's files or the user's idx files. */
import {
  type Dataset,
  dataset,
  LstmOnnxError,
  type MnistImages,
  type ModelInfo,
  type NdArray,
  parseIdx,
  parseMnist,
} from 'lstm-onnx/web';
import { type IdxPair, pairIdxFiles } from './idx-pairs.js';
import type { DataSummary } from './messages.js';

export interface LoadedData {
  readonly summary: DataSummary;
  /** To train on. */
  readonly train: Dataset;
  /** `[samples, steps, features]` */
  readonly testInputs: NdArray<'float32'>;
  /** Class numbers. */
  readonly testTargets: ArrayLike<number>;
  readonly info: ModelInfo;
}

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** Where there is no test set. */
const testShare = 0.1;

/**
 * The MNIST subset that the site ships.
 *
 * @param base URL of the folder with the gzipped idx files
 * @throws E_MISSING_DATA when the server does not have them
 */
export async function loadShippedMnist(base: string): Promise<LoadedData> {
  const read = async (name: string): Promise<Uint8Array> => {
    const url = new URL(`${name}-ubyte.gz`, base);
    const response = await fetch(url);
    if (!response.ok) {
      throw new LstmOnnxError(
        'E_MISSING_DATA',
        `${url.pathname}: the server answers ${response.status}; the site was put up without its MNIST files.`,
      );
    }
    return new Uint8Array(await response.arrayBuffer());
  };
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read('train-images-idx3'),
    read('train-labels-idx1'),
    read('t10k-images-idx3'),
    read('t10k-labels-idx1'),
  ]);
  return digitData(
    'mnist',
    parseMnist({ images: trainImages, labels: trainLabels }),
    parseMnist({ images: testImages, labels: testLabels }),
  );
}

/**
 * MNIST, or a set in its form, from two files of images and labels, or four with a test set.
 *
 * @throws E_INVALID_OPTION as {@link pairIdxFiles}, and for a single sample; E_INVALID_FILE for files that are not idx
 */
export async function loadIdxFiles(files: readonly File[]): Promise<LoadedData> {
  const read = await Promise.all(
    files.map(async (file) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      return { name: file.name, bytes, shape: naming(file.name, () => parseIdx(bytes)).shape };
    }),
  );
  const pairs = pairIdxFiles(read);
  const parse = ({ images, labels }: IdxPair): MnistImages =>
    naming(`${images.name} and ${labels.name}`, () =>
      parseMnist({ images: images.bytes, labels: labels.bytes }),
    );
  const train = parse(pairs.train);
  if (pairs.test) return digitData('idx', train, parse(pairs.test));
  const samples = train.labels.shape[0] ?? 0;
  if (samples < 2) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${pairs.train.images.name} has one sample; at least 2 are needed, one to test on.`,
    );
  }
  const kept = samples - Math.max(1, Math.round(samples * testShare));
  return digitData('idx', part(train, 0, kept), part(train, kept, samples));
}

function digitData(kind: 'mnist' | 'idx', train: MnistImages, test: MnistImages): LoadedData {
  const [samples = 0, steps = 0, features = 0] = train.images.shape;
  return {
    summary: {
      kind,
      train: samples,
      test: test.images.shape[0] ?? 0,
      steps,
      features,
      outputs: digits.length,
    },
    train: dataset({ inputs: { x: train.images }, targets: train.labels }),
    testInputs: test.images,
    testTargets: test.labels.data,
    info: {
      labels: digits,
      preprocessing: 'x[batch, row, column] = pixel / 255, rows from the top as time steps',
    },
  };
}

function part({ images, labels }: MnistImages, start: number, end: number): MnistImages {
  const size = (images.shape[1] ?? 0) * (images.shape[2] ?? 0);
  return {
    images: {
      dtype: 'float32',
      shape: [end - start, ...images.shape.slice(1)],
      data: images.data.subarray(start * size, end * size),
    },
    labels: { dtype: 'int32', shape: [end - start], data: labels.data.subarray(start, end) },
  };
}

/** Runs a parser; its errors name the file. */
function naming<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    throw new LstmOnnxError(error.code, `${name}: ${error.message}`, { cause: error });
  }
}
