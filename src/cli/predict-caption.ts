/** `lstm-onnx predict` of a model of `train caption`: captions of pictures on the command line, of a file that names them, or of an array. */
import { dirname, extname, resolve } from 'node:path';
import * as z from 'zod';
import type { TableColumn } from '../data/table/table.js';
import { textColumn } from '../data/table/text-column.js';
import { textRecords } from '../data/text/text-records.js';
import { LstmOnnxError } from '../errors.js';
import type { GreyImages } from '../tasks/captioner.js';
import { captionerOf } from '../tasks/captioner-metadata.js';
import { taskNameOf } from '../tasks/task-metadata.js';
import type { Output } from './output.js';
import { translationOptions } from './predict-translate.js';
import type { Predictor, PredictRequest } from './predictors.js';
import { readImageArray } from './read-image-array.js';
import { readPngs } from './read-images.js';
import { findColumns, readRecords } from './read-records.js';
import { recordSettings } from './record-settings.js';
import { givenSettings } from './setting-options.js';
import { text } from './setting-schemas.js';
import { UsageError } from './usage-error.js';

const settings = z.strictObject({
  image: text()
    .exactOptional()
    .describe(
      'The column of --data with the paths of PNG pictures; --data may also be a .npy file [default: image]',
    ),
});

export const predictCaption: Predictor = {
  options: ['Captions:', settings],
  shares: ['beam'],
  fits: (metadata) => taskNameOf(metadata) === 'caption',
  async predict(models, request, say) {
    if (models.kind !== 'pair') {
      throw new UsageError(
        `${request.path} writes captions with another file: name the folder with encoder.onnx and decoder.onnx.`,
      );
    }
    const captioner = captionerOf(models);
    const { column } = captioner.plan.text;
    const { images, names } = await imagesOf(request, say);
    const { beam } = givenSettings(request.argv, translationOptions);
    const captions = await captioner.caption(images, beam === undefined ? {} : { beam });
    const logProbability = Float64Array.from(captions, (caption) => caption.logProbability);
    return {
      table: {
        rows: captions.length,
        columns: new Map<string, TableColumn>([
          [column === 'image' ? 'picture' : 'image', textColumn(names)],
          [column, textColumn(captions.map((caption) => caption.text))],
          ['logProbability', { kind: 'number', values: logProbability, missing: 0 }],
        ]),
        notes: [],
      },
    };
  },
};

interface NamedImages {
  readonly images: GreyImages;
  /** The paths, or the places in an array from 1. */
  readonly names: readonly string[];
}

async function imagesOf(
  { path, texts: paths, data, argv }: PredictRequest,
  say: Output['say'],
): Promise<NamedImages> {
  if ((data === undefined) === (paths.length === 0)) {
    throw new UsageError(
      `${path} writes captions: give PNG pictures after it, or with --data a file that names them, or a .npy file.`,
    );
  }
  if (data === undefined) return { images: await readPngs(paths, say), names: paths };
  if (extname(data).toLowerCase() === '.npy') {
    const images = await readImageArray(data, say);
    return { images, names: Array.from({ length: images.shape[0] ?? 0 }, (_, i) => String(i + 1)) };
  }
  const records = await readRecords(data, givenSettings(argv, recordSettings));
  const { image } = findColumns(records, { image: givenSettings(argv, settings).image }, say);
  const names: string[] = [];
  const fields = [{ name: image, takesNumbers: false }];
  for await (const { values, place } of textRecords(data, records.source, fields)) {
    const [name = ''] = values;
    if (name.trim() === '') {
      throw new LstmOnnxError('E_INVALID_FILE', `${data}: ${place} names no picture.`);
    }
    names.push(name);
  }
  const images = await readPngs(
    names.map((name) => resolve(dirname(data), name)),
    say,
  );
  return { images, names };
}
