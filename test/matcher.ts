/**
 * The one matcher for numbers: `expect(actual).toBeCloseToArray(expected, { atol, rtol })`.
 *
 * Registered by `import './matcher.js'`. An entry passes when |got - expected| <= atol + rtol * scale, where
 * scale is the largest finite absolute entry of its expected tensor: an error is judged by the size of the
 * tensor, not by the size of an entry that happens to be near zero. NaN never passes; infinities only match
 * themselves.
 */
import { expect } from 'vitest';

type Entries = ArrayLike<number | bigint>;

/** An array; a tensor (ours with `shape`, onnxruntime's with `dims`); or such by name, compared name by name. */
type Comparable = Entries | Tensor | ReadonlyMap<string, Entries | Tensor>;

interface Tensor {
  readonly shape?: readonly number[];
  readonly dims?: readonly number[];
  readonly data: Entries;
}

interface Tolerance {
  /** Absolute tolerance; default 0. */
  readonly atol?: number;
  /** Tolerance relative to the largest absolute entry of the expected tensor; default 0. */
  readonly rtol?: number;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: an augmentation must repeat the type parameters it augments
  interface Matchers<T = any> {
    toBeCloseToArray(expected: Comparable, tolerance?: Tolerance): T;
  }
}

const WORST_SHOWN = 5;

expect.extend({
  toBeCloseToArray(actual: unknown, expected: Comparable, tolerance: Tolerance = {}) {
    const problems = compare(actual, expected, tolerance);
    const stated = `atol ${tolerance.atol ?? 0}, rtol ${tolerance.rtol ?? 0}`;
    return {
      pass: problems.length === 0,
      message: () =>
        problems.length === 0
          ? `expected the numbers to differ by more than ${stated}`
          : `the numbers differ (${stated}):\n${problems.join('\n')}`,
    };
  },
});

/** Every difference between the two, one text a tensor; empty when they are close. */
function compare(actual: unknown, expected: Comparable, tolerance: Tolerance): string[] {
  if (!(expected instanceof Map)) {
    return compareTensor('', actual, expected as Entries | Tensor, tolerance); // Map is the only other kind
  }
  if (!(actual instanceof Map)) {
    return [`  got ${describe(actual)}, expected tensors by name: ${[...expected.keys()].join(', ')}`];
  }
  const problems: string[] = [];
  for (const [name, tensor] of expected) {
    if (actual.has(name)) {
      problems.push(...compareTensor(`${name}: `, actual.get(name), tensor, tolerance));
    } else {
      problems.push(`  ${name}: is missing`);
    }
  }
  for (const name of actual.keys()) {
    if (!expected.has(name)) problems.push(`  ${name}: is not expected`);
  }
  return problems;
}

function compareTensor(
  label: string,
  actual: unknown,
  expected: Entries | Tensor,
  tolerance: Tolerance,
): string[] {
  const got = toTensor(actual);
  const want = toTensor(expected);
  if (got === undefined || want === undefined) {
    return [`  ${label}got ${describe(actual)}, expected ${describe(expected)}`];
  }
  if (got.shape !== undefined && want.shape !== undefined && got.shape.join() !== want.shape.join()) {
    return [`  ${label}got shape [${got.shape.join(', ')}], expected [${want.shape.join(', ')}]`];
  }
  if (got.values.length !== want.values.length) {
    return [`  ${label}got ${got.values.length} entries, expected ${want.values.length}`];
  }

  const scale = want.values.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  const limit = (tolerance.atol ?? 0) + (tolerance.rtol ?? 0) * scale;
  const wrong: { index: number; got: number; want: number; difference: number }[] = [];
  for (const [index, wanted] of want.values.entries()) {
    const value = got.values[index] ?? Number.NaN;
    const difference = value === wanted ? 0 : Math.abs(value - wanted);
    // Negated, so that NaN is wrong; an infinity beside a finite number is infinitely far.
    if (!(difference <= limit)) wrong.push({ index, got: value, want: wanted, difference });
  }
  if (wrong.length === 0) return [];

  const badness = (difference: number) => (Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  wrong.sort((a, b) =>
    badness(a.difference) === badness(b.difference) ? 0 : badness(b.difference) - badness(a.difference),
  );
  const shape = want.shape ?? got.shape ?? [want.values.length];
  const lines = wrong.slice(0, WORST_SHOWN).map((entry) => {
    const place = indexIn(shape, entry.index).join(', ');
    const ulps = ulpDistance(entry.got, entry.want);
    return `    [${place}] got ${entry.got}, expected ${entry.want}, off by ${entry.difference} (${ulps} ulp)`;
  });
  const count = `${wrong.length} of ${want.values.length} entries are off by more than ${limit}`;
  const rest = wrong.length > WORST_SHOWN ? `; the worst ${WORST_SHOWN}` : '';
  return [`  ${label}shape [${shape.join(', ')}]: ${count}${rest}:\n${lines.join('\n')}`];
}

function toTensor(value: unknown): { shape: readonly number[] | undefined; values: number[] } | undefined {
  if (isEntries(value)) {
    return { shape: undefined, values: Array.from(value, Number) };
  }
  if (typeof value === 'object' && value !== null && 'data' in value && isEntries(value.data)) {
    const { shape, dims, data } = value as Tensor; // data is checked; shapes are compared as they are
    return { shape: shape ?? dims, values: Array.from(data, Number) };
  }
  return undefined;
}

function isEntries(value: unknown): value is Entries {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** The index along each axis of the entry at a row-major position. */
function indexIn(shape: readonly number[], position: number): number[] {
  const index: number[] = [];
  for (const dim of shape.toReversed()) {
    index.unshift(position % dim);
    position = Math.floor(position / dim);
  }
  return index;
}

/** How many float32 numbers lie between the two, rounded to float32. */
function ulpDistance(a: number, b: number): number {
  return Math.abs(ordinal(a) - ordinal(b));
}

/** float32 numbers as consecutive integers, in order; both zeros are 0; NaN is NaN. */
function ordinal(value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const bits = new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

function describe(value: unknown): string {
  if (value instanceof Map) return `tensors by name (${[...value.keys()].join(', ')})`;
  if (isEntries(value)) return `an array of ${value.length}`;
  return value === null || typeof value !== 'object' ? String(value) : 'an object';
}
