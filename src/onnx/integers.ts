/**
 * 64-bit integers of a protobuf without loss. They arrive as numbers where a double holds them exactly, as two 32-bit
 * halves where it does not; see `wire-reader.ts`.
 */
import { type ErrorCode, LstmOnnxError } from '../errors.js';

/** The two halves of a 64-bit integer. */
export interface LongBits {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

const TWO_TO_32 = 2 ** 32;

/** The number if a double holds it exactly, else the halves as they are. */
export function narrow<L extends LongBits>(long: L): number | L {
  const high = long.unsigned ? long.high >>> 0 : long.high | 0;
  const value = high * TWO_TO_32 + (long.low >>> 0);
  return Number.isSafeInteger(value) ? value : long;
}

/** The integer exactly: a number where that is safe, else a bigint. */
export function exactInteger(value: number | LongBits): number | bigint {
  if (typeof value === 'number') return value;
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? bits : BigInt.asIntN(64, bits);
}

/** @throws `code` where the value is not an integer that a double holds exactly. */
export function safeInteger(
  value: number | LongBits,
  what: string,
  code: ErrorCode = 'E_INVALID_FILE',
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const got = typeof value === 'number' ? value : exactInteger(value);
  throw new LstmOnnxError(code, `${what} is ${got}; expected an integer of at most 2^53 - 1.`);
}
