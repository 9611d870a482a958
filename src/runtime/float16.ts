/**
 * Numbers of IEEE 754 binary16, which engines with a Float16Array (Node.js 24, today's browsers) hold in that, and others
 * as their bits in a Uint16Array.
 */

/** The bits of an array of such numbers, in the same memory; `undefined` for anything else. */
export function float16BitsOf(data: unknown): Uint16Array | undefined {
  if (data instanceof Uint16Array) return data;
  if (!ArrayBuffer.isView(data) || data.constructor.name !== 'Float16Array') return undefined;
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

/** From here on a number is closer to 65536, which binary16 cannot hold, than to 65504, its largest. */
const OVERFLOW = 65_520;

const scratch = new Float64Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of the nearest number, ties to even; `undefined` where a finite number is too large for binary16. */
export function float16Bits(value: number): number | undefined {
  scratch[0] = value;
  // Every engine runs on little-endian machines: the high word, with sign and exponent, comes second.
  const high = scratchBits[1] ?? 0;
  const sign = (high >>> 16) & 0x8000;
  if (Number.isNaN(value)) return 0x7e00;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude >= OVERFLOW) return undefined;
  // Below 2^-14 binary16 is subnormal: the spacing stays that of 2^-14.
  const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, -14);
  const units = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // A normal number's leading 1 (1024 units) adds one to the exponent field; a carry past 2047 does so rightly.
  return sign | (units + (exponent + 14) * 1024);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The number that bits stand for. */
export function float16Number(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + mantissa) * 2 ** (exponent - 25) : mantissa * 2 ** -24);
}
