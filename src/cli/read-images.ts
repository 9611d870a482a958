/** Reads images with captions: pictures that a column names, or one array beside the captions. */
import { dirname, extname, resolve } from 'node:path';
import { counted } from '../counted.js';
import { type GreyImage, parsePng } from '../data/png.js';
import { textRecords } from '../data/text/text-records.js';
import { LstmOnnxError } from '../errors.js';
import { parseFile } from '../files/read.js';
import { readText } from '../files/text.js';
import type { GreyImages } from '../tasks/captioner.js';
import type { CaptionedImages } from '../tasks/train-captioner.js';
import type { Output } from './output.js';
import { readImageArray } from './read-image-array.js';
import { findColumns, readRecords } from './read-records.js';
import type { RecordSettings } from './record-settings.js';

export interface ImageSettings extends RecordSettings {
  readonly data: string;
  readonly image?: string;
  readonly images?: string;
  readonly text?: string;
}

export interface ReadImages extends CaptionedImages {
  /** What the columns are called; `image` is absent of an array, `text` of a file of lines. */
  readonly columns: { readonly image?: string; readonly text?: string };
}

/** @throws E_SHAPE_MISMATCH for pictures of different sizes, and other numbers of images and captions; what the readers throw */
export async function readCaptionedImages(settings: ImageSettings, say: Output['say']): Promise<ReadImages> {
  return settings.images === undefined
    ? readPictures(settings, say)
    : readArrayOfImages(settings, settings.images, say);
}

async function readPictures(settings: ImageSettings, say: Output['say']): Promise<ReadImages> {
  const { data, image, text } = settings;
  const records = await readRecords(data, settings);
  const columns = findColumns(records, { image, text }, say);
  const [paths, texts]: [string[], string[]] = [[], []];
  let left = 0;
  const fields = [
    { name: columns.image, takesNumbers: false },
    { name: columns.text, takesNumbers: true },
  ];
  for await (const { values } of textRecords(data, records.source, fields)) {
    const [path = '', caption = ''] = values;
    if (path.trim() === '' || caption.trim() === '') left++;
    else {
      paths.push(resolve(dirname(data), path));
      texts.push(caption);
    }
  }
  if (left > 0) say(`${counted(left, 'row')} without a picture or a caption left out.`);
  if (paths.length === 0) throw new LstmOnnxError('E_INVALID_FILE', `${data} has no picture with a caption.`);
  return { images: await readPngs(paths, say), texts, columns };
}

/**
 * The pictures, which are of one size.
 *
 * @throws E_SHAPE_MISMATCH for one of another size; what `parsePng` throws, with the file's name
 */
export async function readPngs(paths: readonly string[], say: Output['say']): Promise<GreyImages> {
  let last: { readonly path: string; readonly picture: GreyImage } | undefined;
  let data: Float32Array | undefined;
  let first: (GreyImage & { readonly path: string }) | undefined;
  for (const [i, path] of paths.entries()) {
    // A picture may have several captions, one behind the other.
    const picture: GreyImage = last?.path === path ? last.picture : await parseFile(path, parsePng);
    last = { path, picture };
    const { height, width } = picture;
    first ??= { ...picture, path };
    if (height !== first.height || width !== first.width) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${path} is ${height} by ${width} pixels, height by width, and ${first.path} is ${first.height} by ${first.width}. Give pictures of one size.`,
      );
    }
    data ??= new Float32Array(paths.length * height * width);
    data.set(picture.data, i * height * width);
    if (picture.hadColors) say('Colors became grey.');
  }
  const { height = 0, width = 0 } = first ?? {};
  return { dtype: 'float32', shape: [paths.length, height, width], data: data ?? new Float32Array() };
}

async function readArrayOfImages(
  settings: ImageSettings,
  path: string,
  say: Output['say'],
): Promise<ReadImages> {
  const images = await readImageArray(path, say);
  const { texts, column } = await captionsOf(settings, say);
  const [count] = images.shape;
  if (count !== texts.length) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${path} has ${counted(count ?? 0, 'image')} and ${settings.data} has ${counted(texts.length, 'caption')}; expected as many of each, in the same order.`,
    );
  }
  return { images, texts, columns: column === undefined ? {} : { text: column } };
}

/** Captions in the order of their images, none of which may be missing. */
async function captionsOf(
  settings: ImageSettings,
  say: Output['say'],
): Promise<{ readonly texts: readonly string[]; readonly column: string | undefined }> {
  const { data, encoding, text } = settings;
  let texts: string[] = [];
  let column: string | undefined;
  if (extname(data).toLowerCase() === '.txt') {
    const read = await readText(data, encoding === undefined ? {} : { encoding });
    texts = read.text.replace(/\n$/, '').split('\n');
  } else {
    const records = await readRecords(data, settings);
    const found = findColumns(records, { text }, say).text;
    column = found;
    for await (const { values } of textRecords(data, records.source, [{ name: found, takesNumbers: true }])) {
      texts.push(values[0] ?? '');
    }
  }
  const empty = texts.findIndex((each) => each.trim() === '');
  if (empty === -1) return { texts, column };
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${data}: caption ${empty + 1} is empty, and each image of --images takes one.`,
  );
}
