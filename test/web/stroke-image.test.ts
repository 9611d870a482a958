/** What is drawn on the page becomes the image that the network was trained on: the pages' own model reads it. */
import { readFile } from 'node:fs/promises';
import { Model } from 'lstm-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf, type Stroke } from '../../web/draw/stroke-image.js';
import { bestOf } from '../../web/shared/beliefs.js';

/** The points of an arc, in degrees clockwise from the right. */
function arc(x: number, y: number, radius: number, from: number, to: number): [number, number][] {
  return Array.from({ length: 25 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / 24) * Math.PI) / 180;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}

/** Each digit as strokes of points. */
const digits: readonly [number, number][][][] = [
  [arc(0.5, 0.5, 0.28, -90, -450)],
  [
    [
      [0.5, 0.15],
      [0.5, 0.85],
    ],
  ],
  [[...arc(0.5, 0.33, 0.19, -170, 30), [0.3, 0.82], [0.72, 0.82]]],
  [[...arc(0.47, 0.32, 0.18, -150, 90), ...arc(0.47, 0.66, 0.2, -90, 150)]],
  [
    [
      [0.36, 0.18],
      [0.28, 0.55],
      [0.75, 0.55],
    ],
    [
      [0.62, 0.2],
      [0.6, 0.85],
    ],
  ],
  [
    [[0.36, 0.2], [0.34, 0.45], ...arc(0.47, 0.62, 0.2, -110, 150)],
    [
      [0.36, 0.2],
      [0.7, 0.18],
    ],
  ],
  [[[0.6, 0.15], [0.42, 0.38], ...arc(0.5, 0.65, 0.18, -160, -520)]],
  [
    [
      [0.28, 0.22],
      [0.72, 0.22],
      [0.45, 0.82],
    ],
  ],
  [[...arc(0.5, 0.33, 0.16, 90, -270), ...arc(0.5, 0.67, 0.19, -90, 270)]],
  [[...arc(0.5, 0.35, 0.17, 0, -360), [0.67, 0.35], [0.64, 0.85]]],
];

/** A digit drawn smaller, or elsewhere. */
function drawn(digit: number, scale = 1, left = 0, top = 0): Stroke[] {
  return (digits[digit] ?? []).map((stroke) =>
    stroke.map(([x, y]) => ({ x: left + x * scale, y: top + y * scale })),
  );
}

const ink = (image: Float32Array): number => image.reduce((sum, value) => sum + value, 0);

describe('strokes as an image', () => {
  let model: Model;
  beforeAll(async () => {
    const bytes = await readFile(new URL('../../web/public/digits.onnx', import.meta.url));
    model = await Model.load(new Uint8Array(bytes), { providers: ['simd'] });
  });
  afterAll(() => model.release());

  async function read(strokes: readonly Stroke[]): Promise<number> {
    const state = { data: new Float32Array(64), dims: [1, 1, 64] };
    const feeds = { x: { data: imageOf(strokes), dims: [1, 28, 28] }, h0: state, c0: state };
    const { probabilities } = await model.run(feeds, ['probabilities']);
    return bestOf(probabilities!.data as Float32Array);
  }

  it.each([...digits.keys()])(
    'lets the network read a %d drawn large, small and in a corner',
    async (digit) => {
      expect(await read(drawn(digit))).toBe(digit);
      expect(await read(drawn(digit, 0.4, 0.3, 0.3))).toBe(digit);
      expect(await read(drawn(digit, 0.6, 0.4, 0.05))).toBe(digit);
    },
  );

  it('is the same image wherever and however large a digit was drawn', () => {
    const large = imageOf(drawn(8));
    const small = imageOf(drawn(8, 0.4, 0.55, 0.1));
    for (const [index, value] of large.entries()) expect(small[index]).toBeCloseTo(value, 4);
  });

  it('has the centre of mass in the middle, to half a pixel', () => {
    const image = imageOf(drawn(6, 0.5));
    const [x, y] = [0, 1].map(
      (axis) =>
        image.reduce(
          (sum, value, index) => sum + value * (axis === 0 ? index % 28 : Math.floor(index / 28)),
          0,
        ) / ink(image),
    );
    expect(x).toBeCloseTo(13.5, 0);
    expect(y).toBeCloseTo(13.5, 0);
  });

  it('keeps a dot a dot', () => {
    const dot = ink(imageOf([[{ x: 0.2, y: 0.9 }]]));
    expect(dot).toBeGreaterThan(2);
    expect(dot).toBeLessThan(10);
  });

  it('is empty without strokes', () => {
    expect(ink(imageOf([]))).toBe(0);
  });
});
