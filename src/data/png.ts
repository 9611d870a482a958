/** Reads PNG pictures as shades of grey, and writes such (https://www.w3.org/TR/png-3/). */
import { convertIndexedToRgb, type DecodedPng, decode, encode } from 'fast-png';
import { counted } from '../counted.js';
import { LstmOnnxError, messageOf } from '../errors.js';

/** A picture in shades of grey, from 0, black, to 1, white. */
export interface GreyImage {
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly data: Float32Array;
  /** Whether the file has colors, which are grey now. */
  readonly hadColors: boolean;
}

/** Of a picture that is decoded; a small file may unfold to more than there is memory. */
const MAX_PIXELS = 2 ** 24;

/** The luma of ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * The picture of a PNG file. Colors become grey by their luma (ITU-R BT.601), and what is transparent is put on white.
 *
 * @throws E_INVALID_FILE for bytes that are no PNG, or a broken one; E_UNSUPPORTED for more than 2^24 pixels
 */
export function parsePng(bytes: Uint8Array): GreyImage {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte) || bytes.length < 24) {
    throw new LstmOnnxError('E_INVALID_FILE', 'The file is no PNG picture. Save it as PNG.');
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = header.getUint32(16) * header.getUint32(20);
  if (pixels > MAX_PIXELS) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The picture has ${counted(pixels.toLocaleString('en'), 'pixel')}; at most ${MAX_PIXELS.toLocaleString('en')} are read. Make it smaller.`,
    );
  }
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (error) {
    throw new LstmOnnxError('E_INVALID_FILE', `The PNG picture is broken: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  return greyOf(png);
}

/** @param image shades from 0 to 1 @returns the bytes of a PNG file of 8 bits */
export function encodePng({ height, width, data }: Pick<GreyImage, 'height' | 'width' | 'data'>): Uint8Array {
  const shades = Uint8Array.from(data, (value) => Math.round(255 * Math.min(Math.max(value, 0), 1)));
  return encode({ height, width, data: shades, channels: 1, depth: 8 });
}

function greyOf(png: DecodedPng): GreyImage {
  const { height, width, palette } = png;
  const samples = palette ? Array.from(convertIndexedToRgb(png)) : samplesOf(png);
  const channels = palette ? (palette[0]?.length ?? 3) : png.channels;
  const most = palette ? 255 : 2 ** png.depth - 1;
  const hasAlpha = channels === 2 || channels === 4;
  const colors = hasAlpha ? channels - 1 : channels;
  // Without a channel of transparency, one shade or color may stand for it (chunk tRNS).
  const key = png.transparency?.length === channels && !palette ? png.transparency : undefined;
  const data = new Float32Array(height * width);
  let hadColors = false;
  for (const pixel of data.keys()) {
    const at = (channel: number) => (samples[pixel * channels + channel] ?? 0) / most;
    const [red, green, blue] = colors === 3 ? [at(0), at(1), at(2)] : [at(0), at(0), at(0)];
    hadColors ||= red !== green || green !== blue;
    const shade = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
    const isKey = key?.every((sample, i) => samples[pixel * channels + i] === (sample & most));
    const alpha = hasAlpha ? at(channels - 1) : Number(!isKey);
    data[pixel] = alpha * shade + (1 - alpha);
  }
  return { height, width, data, hadColors };
}

/** Samples of less than a byte are packed, each row into whole bytes. */
function samplesOf({ height, width, depth, data }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const rowBytes = Math.ceil((width * depth) / 8);
  if (data.length !== height * rowBytes) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The picture has ${counted(depth, 'bit')} a pixel and is interlaced, which is not read. Save it with 8 bits.`,
    );
  }
  const perByte = 8 / depth;
  return Uint8Array.from({ length: height * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const byte = data[row * rowBytes + Math.floor(column / perByte)] ?? 0;
    const shift = 8 - depth * ((column % perByte) + 1);
    return (byte >> shift) & (2 ** depth - 1);
  });
}
