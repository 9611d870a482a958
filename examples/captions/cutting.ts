/** What attention has to beat: strips are cut where columns are empty, and each piece is the digit whose mean it is nearest to. */
import type * as lo from 'lstm-onnx';
import { HEIGHT, WIDTH, words } from './strips.js';

const SIZE = 28;

/** The mean image of each digit. */
export function meanDigits({ images, labels }: lo.MnistImages): Float64Array[] {
  const pixels = SIZE * SIZE;
  return words.map((_, digit) => {
    const mean = new Float64Array(pixels);
    let count = 0;
    for (const [i, label] of labels.data.entries()) {
      if (label !== digit) continue;
      count += 1;
      for (let at = 0; at < pixels; at++) mean[at]! += images.data[i * pixels + at]!;
    }
    return mean.map((sum) => sum / Math.max(count, 1));
  });
}

/** The pieces of a strip `[HEIGHT, WIDTH]` between empty columns: from the first column to the one after the last. */
export function cut(strip: Float32Array): [from: number, to: number][] {
  const pieces: [number, number][] = [];
  for (let x = 0; x < WIDTH; x++) {
    if (!Array.from({ length: HEIGHT }, (_, y) => strip[y * WIDTH + x]!).some((ink) => ink > 0)) continue;
    const last = pieces.at(-1);
    if (last?.[1] === x) last[1] = x + 1;
    else pieces.push([x, x + 1]);
  }
  return pieces;
}

/** The caption of a strip by its pieces, each moved to where its centre of mass is that of the image, as MNIST's digits are. */
export function readPieces(strip: Float32Array, means: readonly Float64Array[]): string {
  const named = cut(strip).map(([from, to]) => {
    let [mass, x0, y0] = [0, 0, 0];
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = from; x < to; x++) {
        const ink = strip[y * WIDTH + x]!;
        mass += ink;
        x0 += ink * x;
        y0 += ink * y;
      }
    }
    const [left, top] = [Math.round(x0 / mass) - SIZE / 2, Math.round(y0 / mass) - SIZE / 2];
    const distances = means.map((mean) =>
      mean.reduce((sum, expected, at) => {
        const [x, y] = [left + (at % SIZE), top + Math.floor(at / SIZE)];
        const isInside = x >= from && x < to && y >= 0 && y < HEIGHT;
        return sum + ((isInside ? strip[y * WIDTH + x]! : 0) - expected) ** 2;
      }, 0),
    );
    return words[distances.indexOf(Math.min(...distances))]!;
  });
  return named.join(' ');
}
