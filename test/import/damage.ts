/** Files as accidents and attackers leave them, drawn by fast-check from files that are whole. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';

/** What the issue asks of every reader. */
const RUNS = 10_000;

/** Numbers that are lengths, counts or addresses where they should not be. */
const hostileNumbers = [
  0n,
  1n,
  8n,
  96n,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Edit = (bytes: Uint8Array) => Uint8Array;

function edits(length: number): fc.Arbitrary<Edit> {
  const place = fc.nat(length - 1);
  const changed =
    (change: (copy: Uint8Array) => void): Edit =>
    (bytes) => {
      const copy = Uint8Array.from(bytes);
      if (copy.length > 8) change(copy);
      return copy;
    };
  return fc.oneof(
    {
      weight: 1,
      arbitrary: place.map(
        (end): Edit =>
          (bytes) =>
            bytes.slice(0, end),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(place, fc.nat(7)).map(([at, bit]) =>
        changed((copy) => {
          const index = at % copy.length;
          copy[index] = copy[index]! ^ (1 << bit);
        }),
      ),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(place, fc.constantFrom(...hostileNumbers))
        .map(([at, value]) =>
          changed((copy) => new DataView(copy.buffer).setBigUint64(at % (copy.length - 8), value, true)),
        ),
    },
    {
      weight: 2,
      // Points structures at each other: in circles, and at the wrong kind.
      arbitrary: fc
        .tuple(place, place)
        .map(([at, to]) =>
          changed((copy) =>
            new DataView(copy.buffer).setBigUint64(
              at - (at % 8) > copy.length - 8 ? 0 : at - (at % 8),
              BigInt(to - (to % 8)),
              true,
            ),
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(place, place, fc.nat(64))
        .map(([at, from, size]) =>
          changed((copy) =>
            copy.copyWithin(at % copy.length, from % copy.length, (from % copy.length) + size),
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(place, fc.uint8Array({ maxLength: 64 }))
        .map(([at, some]) =>
          changed((copy) => copy.set(some.subarray(0, copy.length - (at % copy.length)), at % copy.length)),
        ),
    },
  );
}

/** The file after one to four accidents; now and then mere noise. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const damage = fc
    .array(edits(bytes.length), { minLength: 1, maxLength: 4 })
    .map((list) => list.reduce((file, edit) => edit(file), bytes));
  return fc.oneof(
    { weight: 30, arbitrary: damage },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}

const hostileValues: unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e9,
  2 ** 53,
  1e308,
  '',
  '__proto__',
  'constructor',
  '../x',
  'x'.repeat(5000),
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  ['lstm', 0, 0],
  ['lstm', -1, 1e9, {}],
  JSON.parse('{"__proto__": {"polluted": true}, "class_name": "LSTM", "config": {}}'),
];

/** What stands where lists within lists go in. */
const DEEP = 'lists within lists';

/** JSON text with some values exchanged for others, hostile ones or from elsewhere in it, or left out. */
export function damagedJson(value: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(value);
  const edit = fc.record({
    pick: fc.nat(),
    other: fc.nat(),
    kind: fc.nat(9),
    hostile: fc.constantFrom(...hostileValues.map((value) => JSON.stringify(value))),
  });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((list) => {
    const copy: unknown = JSON.parse(text);
    for (const { pick, other, kind, hostile: hostileText } of list) {
      const hostile: unknown = JSON.parse(hostileText); // anew, since later edits may change what is in it
      const places = placesIn(copy);
      const [owner, key] = places[pick % places.length] ?? [{}, ''];
      const [from, fromKey] = places[other % places.length] ?? [{}, ''];
      if (kind === 0) delete owner[key];
      else if (kind === 1) owner[key] = JSON.parse(JSON.stringify(from[fromKey] ?? null));
      else if (kind === 2) owner[key] = DEEP;
      else if (kind === 3)
        Object.defineProperty(owner, hostile === '__proto__' ? '__proto__' : `extra${other % 3}`, {
          value: hostile,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else owner[key] = hostile;
    }
    const depth = 1 + ((list[0]?.other ?? 0) % 20_000);
    return JSON.stringify(copy).replaceAll(JSON.stringify(DEEP), '['.repeat(depth) + ']'.repeat(depth));
  });
}

function placesIn(
  value: unknown,
  found: [Record<string, unknown>, string][] = [],
): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push([value as Record<string, unknown>, key]);
    placesIn(inner, found);
  }
  return found;
}

/**
 * Lets pass what a reader throws on purpose. A TypeError inside a reader is a fault of the reader, also where it comes as the
 * cause of an error that blames the file.
 */
export function throwUnlessMeant(error: unknown): void {
  if (!(error instanceof LstmOnnxError) || error.code === 'E_INTERNAL') throw error;
  for (let cause = error.cause; cause !== undefined; cause = (cause as Error).cause) {
    if (cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError)
      throw error;
  }
  // Not by expect, which takes longer than most readers.
  if (error.message.length >= 2000) throw new Error('The message is too long.', { cause: error });
}

/**
 * Gives the reader 10,000 files, or `runs`: each is read or refused with a typed error, and no prototype is touched. Returns how
 * many were read.
 */
export async function fuzz<T>(
  files: fc.Arbitrary<T>,
  read: (file: T) => unknown,
  runs = RUNS,
): Promise<number> {
  const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(files, async (file) => {
      try {
        await read(file);
        answers++;
      } catch (error) {
        throwUnlessMeant(error);
      }
    }),
    { numRuns: runs, seed: 20_260_401 },
  );
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(prototype);
  return answers;
}
