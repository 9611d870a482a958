import { describe, expect, it } from 'vitest';
import { decodeLenient, decodeUtf8 } from '../../src/data/utf8.js';
import { asLstmOnnxError } from '../../src/errors.js';
import { failureOf } from './failure.js';

describe('text from bytes', () => {
  /** One more than V8's longest string; the memory is never touched. */
  const tooLong = new Uint8Array(0x1fff_ffe9);

  it('is undefined, or a typed error, past what a string holds', () => {
    expect(decodeUtf8(tooLong)).toBeUndefined();
    expect(failureOf(() => decodeLenient(tooLong)).code).toBe('E_INVALID_FILE');
  });

  it('is undefined where it is not UTF-8, and keeps its mark or not', () => {
    expect(decodeUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41), false)).toBe('A');
    expect(decodeLenient(Uint8Array.of(0x41, 0xff))).toBe('A\ufffd');
  });
});

describe('what a reader throws without meaning to', () => {
  it('is told as a fault of this library, and what it means stays as it is', () => {
    const fault = asLstmOnnxError(new TypeError('x is undefined'), 'Reading the file');
    expect(fault.code).toBe('E_INTERNAL');
    expect(fault.message).toMatch(
      /^Reading the file failed by a fault in lstm-onnx .*TypeError: x is undefined/,
    );
    expect(fault.cause).toBeInstanceOf(TypeError);
    expect(asLstmOnnxError(fault, 'other')).toBe(fault);
  });
});
