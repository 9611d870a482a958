/** The opcodes of a pickle that push a plain value, which follows them (CPython's Lib/pickletools.py). */
import type { MemoryBudget } from '../../data/memory-budget.js';
import type { PickleBytes } from './pickle-bytes.js';
import { OBJECT_BYTES, VIEW_BYTES } from './pickle-stack.js';
import type { PickleValue } from './pickle-values.js';

/** 2040 bits; the longest integer that torch.save writes is its magic number of 80 bits. */
const MAX_INTEGER_BYTES = 255;

/** The value that this opcode pushes, read from `source`; undefined where it is no such opcode. */
export function readLiteral(
  opcode: number,
  source: PickleBytes,
  budget: MemoryBudget,
): PickleValue | undefined {
  switch (opcode) {
    case 0x4e: // NONE
      return null;
    case 0x88: // NEWTRUE
      return true;
    case 0x89: // NEWFALSE
      return false;
    case 0x4b: // BININT1
      return source.uint8();
    case 0x4d: // BININT2
      return source.uint16();
    case 0x4a: // BININT
      return source.int32();
    case 0x8a: // LONG1
      return integer(source, source.uint8());
    case 0x8b: // LONG4
      return integer(source, source.uint32());
    case 0x47: // BINFLOAT
      return source.float64();
    case 0x8c: // SHORT_BINUNICODE
      return text(source, budget, source.uint8());
    case 0x58: // BINUNICODE
      return text(source, budget, source.uint32());
    case 0x55: // SHORT_BINSTRING
      return python2Text(source, budget, source.uint8());
    case 0x54: // BINSTRING
      return python2Text(source, budget, source.uint32());
    case 0x8d: // BINUNICODE8
      return text(source, budget, source.uint64());
    case 0x43: // SHORT_BINBYTES
      return rawBytes(source, budget, source.uint8());
    case 0x42: // BINBYTES
      return rawBytes(source, budget, source.uint32());
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
      return rawBytes(source, budget, source.uint64());
    default:
      return undefined;
  }
}

/** Two's complement, least byte first. */
function integer(source: PickleBytes, length: number): number | bigint {
  if (length > MAX_INTEGER_BYTES) {
    throw source.error(`an integer has ${length} bytes, and at most ${MAX_INTEGER_BYTES} are read`);
  }
  let value = 0n;
  for (const byte of source.take(length).toReversed()) {
    value = (value << 8n) | BigInt(byte);
  }
  value = BigInt.asIntN(8 * length, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function text(source: PickleBytes, budget: MemoryBudget, length: number): string {
  budget.take(OBJECT_BYTES + 2 * Math.min(length, source.left), 'a string');
  return source.text(length);
}

/** Python 2's str: text, as names of parameters are, or bytes, as numpy's scalars are. */
function python2Text(source: PickleBytes, budget: MemoryBudget, length: number): string | Uint8Array {
  budget.take(VIEW_BYTES + 2 * Math.min(length, source.left), 'a string');
  return source.textOrBytes(length);
}

/** A view of the pickle, not a copy. */
function rawBytes(source: PickleBytes, budget: MemoryBudget, length: number): Uint8Array {
  budget.take(VIEW_BYTES, 'a pickle');
  return source.take(length);
}
