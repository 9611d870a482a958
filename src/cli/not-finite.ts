/** Numbers that are not finite among weights: a model of them runs, and gives NaN without a word. */

interface NotFinite {
  readonly name: string;
  /** How many of its numbers are NaN or infinite. */
  readonly count: number;
  readonly size: number;
}

/** The tensors that hold NaN or infinities, of those in memory as floats of 32 or 64 bits. */
export function findNotFinite(
  tensors: Iterable<readonly [name: string, tensor: { readonly data?: object }]>,
): NotFinite[] {
  return [...tensors].flatMap(([name, { data }]) => {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) return [];
    let count = 0;
    for (const value of data) if (!Number.isFinite(value)) count += 1;
    return count === 0 ? [] : [{ name, count, size: data.length }];
  });
}

/** One line for each, for people. */
export function describeNotFinite(found: readonly NotFinite[]): string[] {
  return found.map(
    ({ name, count, size }) =>
      `warning: the parameter '${name}' holds numbers that are not finite (${count} of ${size} are NaN or infinite)`,
  );
}
