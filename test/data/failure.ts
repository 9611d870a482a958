/** What a call threw, for tests that look at the code and message of a typed error. */
import { expect } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';

export function failureOf(call: () => unknown): LstmOnnxError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(LstmOnnxError);
    return error as LstmOnnxError;
  }
  throw new Error('Expected the call to throw, but it returned.');
}
