/** What a promise was rejected with, for tests that look at the code and message of a typed error. */
import { expect } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';

export async function rejectionOf(promise: Promise<unknown>): Promise<LstmOnnxError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LstmOnnxError);
  return error as LstmOnnxError;
}
