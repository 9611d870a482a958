import { describe, expect, it } from 'vitest';
import { float32Array } from '../src/nd-array.js';
import './matcher.js';

function failureOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the matcher passed where it had to fail');
}

const nextAfterOne = 1 + 2 ** -23;

describe('toBeCloseToArray', () => {
  it('passes equal numbers without any tolerance, whatever array holds them', () => {
    expect([1, -0, 3]).toBeCloseToArray(Float32Array.of(1, 0, 3));
    expect(BigInt64Array.of(1n, 2n)).toBeCloseToArray([1, 2]);
    expect({ dims: [1, 2], data: [1, 2] }).toBeCloseToArray(float32Array([1, 2], [1, 2]));
    expect([Number.POSITIVE_INFINITY]).toBeCloseToArray([Number.POSITIVE_INFINITY]);
  });

  it('tells one float32 step apart when no tolerance is given, and reports it', () => {
    const actual = float32Array([2, 2], [0, 0, nextAfterOne, 0]);
    const message = failureOf(() => expect(actual).toBeCloseToArray(float32Array([2, 2], [0, 0, 1, 0])));
    expect(message).toContain('1 of 4 entries');
    expect(message).toContain(`[1, 0] got ${nextAfterOne}, expected 1, off by ${2 ** -23} (1 ulp)`);
  });

  it('accepts a difference of exactly the tolerance and refuses one step more', () => {
    expect([nextAfterOne]).toBeCloseToArray([1], { atol: 2 ** -23 });
    expect([nextAfterOne]).toBeCloseToArray([1], { rtol: 2 ** -23 });
    expect([1 + 2 ** -22]).not.toBeCloseToArray([1], { atol: 2 ** -23 });
    expect([1 + 2 ** -22]).not.toBeCloseToArray([1], { rtol: 2 ** -23 });
  });

  it('takes rtol relative to the largest finite entry of the expected tensor', () => {
    expect([100, 0.5]).toBeCloseToArray([100, 0], { rtol: 0.005 });
    expect([100, 0.51]).not.toBeCloseToArray([100, 0], { rtol: 0.005 });
    const infinity = Number.POSITIVE_INFINITY;
    expect([infinity, 5]).not.toBeCloseToArray([infinity, 1], { rtol: 1 });
  });

  it('never lets NaN pass, on either side', () => {
    expect([Number.NaN]).not.toBeCloseToArray([0], { atol: 1e9, rtol: 1e9 });
    expect([0]).not.toBeCloseToArray([Number.NaN], { atol: 1e9 });
    expect([Number.NaN]).not.toBeCloseToArray([Number.NaN]);
    expect(failureOf(() => expect([5, Number.NaN]).toBeCloseToArray([0, 0]))).toMatch(
      /\[1\] got NaN.*\n.*\[0\]/,
    );
  });

  it('does not let an infinity pass for a finite number or for its opposite', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect([infinity]).not.toBeCloseToArray([1e38], { rtol: 1e9 });
    expect([infinity]).not.toBeCloseToArray([-infinity], { atol: 1e9 });
    expect([1]).not.toBeCloseToArray([infinity], { atol: 1e9, rtol: 1 });
  });

  it('refuses another shape and another length, naming both', () => {
    const actual = float32Array([2, 3], [1, 2, 3, 4, 5, 6]);
    const turned = float32Array([3, 2], [1, 2, 3, 4, 5, 6]);
    expect(failureOf(() => expect(actual).toBeCloseToArray(turned))).toContain(
      'got shape [2, 3], expected [3, 2]',
    );
    expect(failureOf(() => expect([1, 2]).toBeCloseToArray([1]))).toContain('got 2 entries, expected 1');
    expect(failureOf(() => expect([1]).toBeCloseToArray([1, 2]))).toContain('got 1 entries, expected 2');
  });

  it('refuses what is not a tensor', () => {
    expect(undefined).not.toBeCloseToArray([1]);
    expect('1').not.toBeCloseToArray([1]);
    expect({ data: 'abc' }).not.toBeCloseToArray([1]);
    expect([1]).not.toBeCloseToArray(new Map([['a', [1]]]));
  });

  it('reports every differing, missing and unexpected tensor by name', () => {
    const expected = new Map([
      ['same', [1]],
      ['off', [1]],
      ['far', [1, 2]],
      ['missing', [1]],
    ]);
    const actual = new Map([
      ['same', [1]],
      ['off', [1.5]],
      ['far', [1, 9]],
      ['extra', [1]],
    ]);
    const message = failureOf(() => expect(actual).toBeCloseToArray(expected, { atol: 0.1 }));
    expect(message).toContain('off: shape [1]: 1 of 1 entries');
    expect(message).toContain('far: shape [2]: 1 of 2 entries');
    expect(message).toContain('missing: is missing');
    expect(message).toContain('extra: is not expected');
    expect(message).not.toContain('same');
  });

  it('shows the worst entries first and says how many there are in all', () => {
    const actual = Array.from({ length: 40 }, (_, index) => index);
    const message = failureOf(() => expect(actual).toBeCloseToArray(new Float32Array(40), { atol: 0.5 }));
    expect(message).toContain('39 of 40 entries');
    expect(message.match(/\[\d+\] got/g)).toEqual([
      '[39] got',
      '[38] got',
      '[37] got',
      '[36] got',
      '[35] got',
    ]);
  });

  it('counts ulps across zero', () => {
    const tiny = 2 ** -149;
    expect(failureOf(() => expect([-tiny]).toBeCloseToArray([tiny]))).toContain('(2 ulp)');
  });

  it('says so when numbers are close that should not be', () => {
    expect(failureOf(() => expect([1]).not.toBeCloseToArray([1]))).toContain('to differ by more than');
  });
});
