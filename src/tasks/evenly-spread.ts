/** A part of many samples that stands for all: files are often sorted, by length for example. */

/** At most so many, at even strides, in their order. */
export function evenlySpread<T>(samples: readonly T[], most: number): readonly T[] {
  if (samples.length <= most) return samples;
  const taken = new Set(Array.from({ length: most }, (_, i) => Math.floor((i * samples.length) / most)));
  return samples.filter((_, i) => taken.has(i));
}
