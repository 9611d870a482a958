/**
 * Reads the header of a .npy file: a Python dict literal of exactly the keys descr, fortran_order and shape
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). It is matched, never evaluated.
 */
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';

export interface NpyHeader {
  /** The element type as NumPy spells it, such as `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin, in bytes. */
  readonly dataStart: number;
}

/** NumPy's own limit for files that it does not trust. */
export const MAX_NPY_HEADER_BYTES = 10_000;

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/**
 * The header of a .npy file of version 1, 2 or 3.
 * @throws E_INVALID_FILE when it is none; E_UNSUPPORTED for other versions and for structured element types.
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < MAGIC.length + 2 || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'Not a .npy file: it does not start with \\x93NUMPY and a version. Write it with numpy.save.',
    );
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The .npy file has format version ${version}; versions 1, 2 and 3 are read. Write it again with numpy.save.`,
    );
  }
  const textStart = version === 1 ? 10 : 12;
  if (bytes.length < textStart) {
    throw cutShort(bytes.length, textStart);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, textStart);
  const textLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (textLength > MAX_NPY_HEADER_BYTES) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The .npy file claims a header of ${textLength} bytes; at most ${MAX_NPY_HEADER_BYTES} are read. It is damaged.`,
    );
  }
  const dataStart = textStart + textLength;
  if (bytes.length < dataStart) {
    throw cutShort(bytes.length, dataStart);
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(textStart, dataStart));
  return { ...parseDict(text), dataStart };
}

function cutShort(length: number, needed: number): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The .npy file ends inside its header: ${counted(length, 'byte')}, and the header takes ${needed}. Fetch or write it again.`,
  );
}

// Sticky, so that each matches at the place reached and nowhere else. `L` is how Python 2 ended a long.
const DICT_START = /\s*\{\s*/y;
const DICT_END = /\}\s*$/y;
const KEY = /'(descr|fortran_order|shape)'\s*:\s*/y;
const STRING = /'([^'\\]*)'/y;
const BOOLEAN = /(True|False)/y;
const TUPLE = /\(((?:\s*\d+L?\s*,)*)\s*(?:(\d+)L?\s*)?\)/y;
const COMMA = /\s*,\s*/y;
const OPTIONAL_COMMA = /\s*,?\s*/y;

function parseDict(text: string): Omit<NpyHeader, 'dataStart'> {
  let place = 0;
  const take = (pattern: RegExp, expected: string): RegExpExecArray => {
    pattern.lastIndex = place;
    const match = pattern.exec(text);
    if (match === null) {
      throw malformed(text, `expected ${expected} at character ${place}`);
    }
    place = pattern.lastIndex;
    return match;
  };

  let descr: string | undefined;
  let fortranOrder: boolean | undefined;
  let shape: readonly number[] | undefined;
  take(DICT_START, '{');
  for (let keys = 0; keys < 3; keys++) {
    const key = take(KEY, "one of the keys 'descr', 'fortran_order', 'shape'")[1];
    if (key === 'descr') {
      if (text[place] === '[' || text[place] === '(') {
        throw new LstmOnnxError(
          'E_UNSUPPORTED',
          'The .npy file holds records (a structured dtype). Save each field as an array of its own.',
        );
      }
      descr = take(STRING, 'a string')[1];
    } else if (key === 'fortran_order') {
      fortranOrder = take(BOOLEAN, 'True or False')[1] === 'True';
    } else {
      const match = take(TUPLE, 'a tuple of numbers');
      if (match[2] !== undefined && match[1] === '') {
        throw malformed(text, `(${match[2]}) is a number in Python, not a tuple; expected (${match[2]},)`);
      }
      shape = (`${match[1]}${match[2] ?? ''}`.match(/\d+/g) ?? []).map(Number);
    }
    take(keys < 2 ? COMMA : OPTIONAL_COMMA, 'a comma');
  }
  take(DICT_END, '}');
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    throw malformed(text, "one of 'descr', 'fortran_order', 'shape' is missing and another comes twice");
  }
  return { descr, fortranOrder, shape };
}

function malformed(text: string, problem: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The .npy header is malformed: ${problem}; it reads ${JSON.stringify(text.trim().slice(0, 120))}. Write the file again with numpy.save.`,
  );
}
