import { createHash } from 'node:crypto';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parseMnist } from '../../src/data/mnist.js';
import { failureOf } from './failure.js';

const bigEndian = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function images(count: number, rows = 28, columns = 28, pixel = (index: number) => index % 256): Uint8Array {
  return Uint8Array.from([
    ...[0, 0, 8, 3, ...bigEndian(count), ...bigEndian(rows), ...bigEndian(columns)],
    ...Array.from({ length: count * rows * columns }, (_, index) => pixel(index)),
  ]);
}

function labels(values: number[]): Uint8Array {
  return Uint8Array.from([0, 0, 8, 1, ...bigEndian(values.length), ...values]);
}

describe('parseMnist', () => {
  it('scales every pixel value to the bits that torchvision ToTensor gives', () => {
    const { images: scaled } = parseMnist({ images: images(1), labels: labels([3]) });
    expect(scaled).toMatchObject({ dtype: 'float32', shape: [1, 28, 28] });
    // sha256 of torch.arange(256, dtype=torch.uint8).to(torch.float32).div(255), little-endian, PyTorch 2.13.
    expect(createHash('sha256').update(scaled.data.subarray(0, 256)).digest('hex')).toBe(
      '010413efe9fc4438fee48de66c4d09f377b28af6a9fe2522201e8c1dbb831fc8',
    );
  });

  it('gives labels as int32, and takes gzipped files', () => {
    const set = parseMnist({ images: gzipSync(images(3)), labels: gzipSync(labels([0, 9, 4])) });
    expect(set.labels).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(0, 9, 4) });
    expect(set.images.shape).toEqual([3, 28, 28]);
  });

  it('refuses a small file that inflates to a large set, which would take four times as much again', () => {
    // As long as the idx header says, and all zeros.
    const count = 30_000;
    const blank = new Uint8Array(16 + count * 28 * 28);
    blank.set(images(0));
    blank.set(bigEndian(count), 4);
    const file = gzipSync(blank, { level: 1 });
    expect(file.length).toBeLessThan(2 ** 18);
    const error = failureOf(() => parseMnist({ images: file, labels: labels([0]) }));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toContain(`declares ${blank.length} bytes of contents`);
    // Not compressed it is as large as it is.
    expect(failureOf(() => parseMnist({ images: blank, labels: labels([0]) })).message).toContain(
      '30000 MNIST images',
    );
  });

  it('suggests that the two files are swapped when each has the form of the other', () => {
    const error = failureOf(() => parseMnist({ images: labels([1]), labels: images(1) }));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toContain('images are uint8 [1]; expected uint8 [samples, 28, 28]');
    expect(error.message).toContain('swapped');
  });

  it('refuses images of another size or element type, and an empty set', () => {
    expect(failureOf(() => parseMnist({ images: images(1, 28, 27), labels: labels([1]) })).message).toContain(
      '[1, 28, 27]',
    );
    expect(failureOf(() => parseMnist({ images: images(0), labels: labels([]) })).message).toContain(
      '[0, 28, 28]',
    );
    const signed = images(1);
    signed[2] = 9;
    expect(failureOf(() => parseMnist({ images: signed, labels: labels([1]) })).message).toContain(
      'int8 [1, 28, 28]',
    );
  });

  it('refuses a label past 9 and says which', () => {
    const error = failureOf(() => parseMnist({ images: images(2), labels: labels([1, 10]) }));
    expect(error.message).toContain('label 1 is 10');
  });

  it('refuses unequal numbers of images and labels and says both', () => {
    const error = failureOf(() => parseMnist({ images: images(2), labels: labels([1]) }));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toContain('2 MNIST images and 1 label.');
  });
});
