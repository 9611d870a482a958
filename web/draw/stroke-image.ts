/**
 * Strokes as the image that MNIST's makers would have made of them: fitted into 20 by 20 pixels with their aspect kept,
 * put with the centre of mass into the middle of 28 by 28, grey at the edges
 * (http://yann.lecun.com/exdb/mnist, "the images were centered in a 28x28 image").
 *
 * The lines are drawn after they are fitted, so that a digit is as thick as MNIST's whether it was drawn large or small.
 */

import { type DigitImage, imageSide } from '../shared/digit-image.js';

export interface Point {
  /** Across the pad, 0 to 1. */
  readonly x: number;
  /** Down the pad, 0 to 1. */
  readonly y: number;
}

/** The points of one line, from pen down to pen up. */
export type Stroke = readonly Point[];

const fittedSide = 20;
/** Half the width of a line, in pixels: the strokes of MNIST are some 2.5 wide. */
const penRadius = 1.25;
/** Over how many pixels a line fades out at its edge. */
const edge = 1.1;
/** A drawing smaller than this part of the pad is not blown up: a dot stays a dot. */
const smallest = 0.2;

/** A line between two points of the image, in pixels. */
interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** `[28, 28]`, 0 (background) to 1; all 0 without strokes. */
export function imageOf(strokes: readonly Stroke[]): DigitImage {
  const segments = fitted(strokes);
  const image = paint(segments, 0, 0);
  let [mass, massX, massY] = [0, 0, 0];
  for (const [index, value] of image.entries()) {
    mass += value;
    massX += value * (index % imageSide);
    massY += value * Math.floor(index / imageSide);
  }
  if (mass === 0) return image;
  const middle = (imageSide - 1) / 2;
  const points = segments.flatMap(({ from, to }) => [from, to]);
  return paint(
    segments,
    within(
      middle - massX / mass,
      points.map(({ x }) => x),
    ),
    within(
      middle - massY / mass,
      points.map(({ y }) => y),
    ),
  );
}

/** The lines with their bounding box in the middle of the image. */
function fitted(strokes: readonly Stroke[]): Segment[] {
  const points = strokes.flat();
  const [left, right] = range(points.map(({ x }) => x));
  const [top, bottom] = range(points.map(({ y }) => y));
  const scale = (fittedSide - 2 * penRadius) / Math.max(right - left, bottom - top, smallest);
  const middle = (imageSide - 1) / 2;
  const place = ({ x, y }: Point): Point => ({
    x: (x - (left + right) / 2) * scale + middle,
    y: (y - (top + bottom) / 2) * scale + middle,
  });
  return strokes.flatMap((stroke) => {
    const placed = stroke.map(place);
    const [first] = placed;
    if (first === undefined) return [];
    // A stroke of one point is a dot: a line to itself.
    return (placed.length === 1 ? [first] : placed.slice(1)).map((to, index) => ({
      from: placed[index] ?? first,
      to,
    }));
  });
}

/** A shift that leaves every line inside the image. */
function within(shift: number, coordinates: readonly number[]): number {
  const [least, most] = range(coordinates);
  return Math.min(imageSide - 1 - penRadius - most, Math.max(penRadius - least, shift));
}

function range(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function paint(segments: readonly Segment[], shiftX: number, shiftY: number): DigitImage {
  const image = new Float32Array(imageSide * imageSide);
  const reach = penRadius + edge / 2;
  const pixels = (one: number, other: number): [number, number] => [
    Math.max(0, Math.ceil(Math.min(one, other) - reach)),
    Math.min(imageSide - 1, Math.floor(Math.max(one, other) + reach)),
  ];
  for (const { from, to } of segments) {
    const [ax, ay] = [from.x + shiftX, from.y + shiftY];
    const [bx, by] = [to.x + shiftX, to.y + shiftY];
    const [firstColumn, lastColumn] = pixels(ax, bx);
    const [firstRow, lastRow] = pixels(ay, by);
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const distance = distanceTo(column, row, ax, ay, bx, by);
        const ink = Math.min(1, (reach - distance) / edge);
        const index = row * imageSide + column;
        if (ink > (image[index] ?? 0)) image[index] = ink;
      }
    }
  }
  return image;
}

/** From a point to the nearest of a line from a to b. */
function distanceTo(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
