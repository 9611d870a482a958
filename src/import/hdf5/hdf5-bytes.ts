/**
 * The bytes of an HDF5 file with every read checked against their end: addresses and lengths come from outside.
 * https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (file format specification, version 3)
 */

import { counted } from '../../counted.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';

/** What an address is that points nowhere. */
const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

export class Hdf5Bytes {
  readonly length: number;
  readonly budget: MemoryBudget;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, budget: MemoryBudget) {
    this.length = bytes.length;
    this.budget = budget;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** @throws E_INVALID_FILE when the bytes end before `at + length`; `what` says in words what is read there */
  check(at: number, length: number, what: string): void {
    // Negated, so that NaN is refused too.
    if (!(at >= 0 && length >= 0 && at + length <= this.length)) {
      throw damagedHdf5(
        `${what} at byte ${at} takes ${counted(length, 'byte')}, and the file has ${this.length}`,
      );
    }
  }

  u8(at: number, what: string): number {
    this.check(at, 1, what);
    return this.#view.getUint8(at);
  }

  u16(at: number, what: string): number {
    this.check(at, 2, what);
    return this.#view.getUint16(at, true);
  }

  u32(at: number, what: string): number {
    this.check(at, 4, what);
    return this.#view.getUint32(at, true);
  }

  /** A length or count. @throws E_INVALID_FILE past 2^53 - 1, which no file reaches */
  u64(at: number, what: string): number {
    this.check(at, 8, what);
    const value = Number(this.#view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value)) throw damagedHdf5(`${what} at byte ${at} says ${value}`);
    return value;
  }

  /** An address; undefined where it says that there is nothing. */
  address(at: number, what: string): number | undefined {
    this.check(at, 8, what);
    return this.#view.getBigUint64(at, true) === UNDEFINED_ADDRESS ? undefined : this.u64(at, what);
  }

  /** An address of something that must be there. */
  place(at: number, what: string): number {
    const address = this.address(at, what);
    if (address === undefined) throw damagedHdf5(`${what} at byte ${at} points nowhere`);
    return address;
  }

  /** A view, not a copy. */
  bytes(at: number, length: number, what: string): Uint8Array {
    this.check(at, length, what);
    return this.#bytes.subarray(at, at + length);
  }

  isSigned(at: number, signature: string): boolean {
    if (at + signature.length > this.length) return false;
    return [...signature].every((character, i) => this.#bytes[at + i] === character.charCodeAt(0));
  }

  /** @throws E_INVALID_FILE unless the four letters that start a structure are there */
  expect(at: number, signature: string, what: string): void {
    if (!this.isSigned(at, signature))
      throw damagedHdf5(`there is no ${what} ('${signature}') at byte ${at}`);
  }
}

export function damagedHdf5(what: string, cause?: unknown): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The HDF5 file is damaged or cut short: ${what}. Save the model again.`,
    cause === undefined ? {} : { cause },
  );
}

const REWRITE = "Save the model with Keras itself, or rewrite the file by 'h5repack -f NONE -l CONTI'.";

/** @param advice what to do, where a form of storage is not what is wrong */
export function unsupportedHdf5(what: string, advice = REWRITE): LstmOnnxError {
  return new LstmOnnxError('E_UNSUPPORTED', `The HDF5 file has ${what}, which is not read. ${advice}`);
}
