import { describe, expect, it } from 'vitest';
import { loadIdxFiles } from '../../web/train/data.js';

/** Bytes of an idx file of uint8, all of one value. */
function idx(shape: readonly number[], value: number): Uint8Array<ArrayBuffer> {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  bytes.fill(value, 4 + 4 * shape.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((dim, i) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * i, dim);
  });
  return bytes;
}

const images = (name: string, samples: number) => new File([idx([samples, 28, 28], 1)], name);
/** Labels that are all of one class, so that it shows which file was taken. */
const labels = (name: string, samples: number, label: number) => new File([idx([samples], label)], name);

async function labelsOf(...files: File[]) {
  const { train, testTargets } = await loadIdxFiles(files);
  return { train: [...train.targets.data], test: Array.from(testTargets) };
}

describe('idx files', () => {
  it('keep their last tenth to test on where there is no test set', async () => {
    const { train, test } = await labelsOf(labels('b', 20, 3), images('a', 20));
    expect([train.length, test.length]).toEqual([18, 2]);
  });

  it('of equal numbers of samples are paired by their names, whatever their order', async () => {
    const files = [
      labels('t10k-labels-idx1-ubyte', 4, 7),
      labels('train-labels-idx1-ubyte', 4, 2),
      images('train-images-idx3-ubyte', 4),
      images('t10k-images-idx3-ubyte', 4),
    ];
    const expected = { train: [2, 2, 2, 2], test: [7, 7, 7, 7] };
    expect(await labelsOf(...files)).toEqual(expected);
    expect(await labelsOf(...files.toReversed())).toEqual(expected);
  });

  it('of equal numbers of samples are refused where names do not tell them apart', async () => {
    const files = [images('a', 4), labels('b', 4, 2), images('c', 4), labels('d', 4, 7)];
    await expect(loadIdxFiles(files)).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringMatching(/cannot be told: both sets have 4 samples.*a, b, c, d.*Put 'test'/),
    });
  });

  it('without telling names are paired by their numbers of samples, the smaller set to test on', async () => {
    const files = [images('latest', 3), labels('b', 5, 2), images('c', 5), labels('d', 3, 7)];
    expect(await labelsOf(...files)).toEqual({ train: [2, 2, 2, 2, 2], test: [7, 7, 7] });
  });

  it('are refused where a named pair does not fit, or a set has one sample', async () => {
    const crossed = [
      images('train', 5),
      labels('train-labels', 3, 2),
      images('test', 3),
      labels('test-labels', 5, 7),
    ];
    await expect(loadIdxFiles(crossed)).rejects.toThrow(/^Choose images .* got train \[5, 28, 28\]/);
    await expect(loadIdxFiles([images('a', 1), labels('b', 1, 2)])).rejects.toThrow(
      /^a has one sample; at least 2/,
    );
  });
});
