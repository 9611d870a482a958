/**
 * Digits as other hands would have drawn them: each image turned, slanted, scaled and shifted a little, at random.
 * MNIST's own are upright and centred by a program; what a person draws on the page is neither quite.
 */
import type { Generator } from 'lstm-onnx';

const side = 28;
const centre = (side - 1) / 2;

/** How far an image may be changed, either way, each amount drawn evenly. */
const most = { turn: 0.21, slant: 0.15, scale: 0.12, shift: 1.8 };

/**
 * A changed copy of every image.
 *
 * @param images `[count, 28, 28]`, 0 to 1
 */
export function augment(images: Float32Array, generator: Generator): Float32Array<ArrayBuffer> {
  const size = side * side;
  const count = images.length / size;
  const changed = new Float32Array(images.length);
  const draws = generator.uniform(count * 6, -1, 1);
  for (let image = 0; image < count; image++) {
    const draw = (index: number): number => draws[image * 6 + index] ?? 0;
    const turn = draw(0) * most.turn;
    const slant = draw(1) * most.slant;
    const [scaleX, scaleY] = [1 + draw(2) * most.scale, 1 + draw(3) * most.scale];
    const [shiftX, shiftY] = [draw(4) * most.shift, draw(5) * most.shift];
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const source = images.subarray(image * size, (image + 1) * size);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        // From the pixel of the copy back to its place in the original.
        const [x, y] = [(column - centre - shiftX) * scaleX, (row - centre - shiftY) * scaleY];
        changed[image * size + row * side + column] = valueAt(
          source,
          cos * x - sin * y + slant * y + centre,
          sin * x + cos * y + centre,
        );
      }
    }
  }
  return changed;
}

/** The image between its pixels, bilinear; zero outside. */
function valueAt(image: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, low] = [x - left, y - top];
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= side || row >= side ? 0 : (image[row * side + column] ?? 0);
  return (
    (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - low) +
    (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * low
  );
}
