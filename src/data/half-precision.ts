/** Widens the two 16-bit float formats (IEEE 754 binary16 and bfloat16) to float32, exactly. */

/** float32 values of binary16 bits: 1 sign, 5 exponent (bias 15), 10 mantissa bits. NaN payloads are kept. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const wide = new Float32Array(bits.length);
  const wideBits = new Uint32Array(wide.buffer);
  for (let index = 0; index < bits.length; index++) {
    const half = bits[index] ?? 0;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) {
      // Zero and subnormals: mantissa * 2^-24, which float32 holds exactly, -0 included.
      wide[index] = (sign === 0 ? mantissa : -mantissa) * 2 ** -24;
    } else {
      const wideExponent = exponent === 0x1f ? 0xff : exponent + (127 - 15);
      wideBits[index] = sign | (wideExponent << 23) | (mantissa << 13);
    }
  }
  return wide;
}

/** float32 values of bfloat16 bits: the upper half of a float32. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const wideBits = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) wideBits[index] = (bits[index] ?? 0) << 16;
  return new Float32Array(wideBits.buffer);
}
