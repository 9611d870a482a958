/** Videos of handwritten digits that move, change and vanish, and what each frame shows. Composed from MNIST. */
import type * as lo from 'lstm-onnx';

export const SIDE = 20; // pixels of a frame, which is a square
export const names = ['none', 'zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
export const TIME = 20; // frames of a video
const SIZE = 14; // of a digit, half of MNIST's
const FREE = SIDE - SIZE;
const HOLE = 7;

export interface Videos {
  /** `[videos, time, SIDE, SIDE]`: 0 is background and 1 is ink, with noise. */
  readonly frames: lo.NdArray<'float32'>;
  /** `[videos, time]`: places in {@link names}. */
  readonly labels: lo.NdArray<'int32'>;
}

/**
 * Videos of the digits `from` to `to - 1` of MNIST. What a video shows changes every 6 to 14 frames: a digit in three cases of four, which
 * moves at its own speed and bounces off the borders, else nothing. In a quarter of the frames a square hides up to half of the digit.
 */
export function composeVideos(
  digits: lo.MnistImages,
  { count, time, from, to }: { count: number; time: number; from: number; to: number },
  random: lo.Generator,
): Videos {
  const below = (n: number) => random.random32() % n;
  const data = random.normal(count * time * SIDE * SIDE, 0, 0.1);
  const labels = new Int32Array(count * time);
  for (let frame = 0; frame < labels.length; ) {
    const length = Math.min(6 + below(9), time - (frame % time));
    const shown = below(4) === 0 ? undefined : from + below(to - from);
    const place = [below(FREE + 1), below(FREE + 1)];
    const speed = [below(3) - 1, below(3) - 1];
    for (const end = frame + length; frame < end; frame++) {
      if (shown === undefined) continue;
      labels[frame] = 1 + digits.labels.data[shown]!;
      for (const [axis, at] of place.entries()) {
        if (at + speed[axis]! < 0 || at + speed[axis]! > FREE) speed[axis]! *= -1;
        place[axis]! += speed[axis]!;
      }
      const hole = below(4) === 0 ? [1 + below(6), 1 + below(6)] : undefined;
      const isHidden = (at: number, axis: number) => hole && at >= hole[axis]! && at < hole[axis]! + HOLE;
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          if (isHidden(y, 0) && isHidden(x, 1)) continue;
          const at = (frame * SIDE + place[0]! + y) * SIDE + place[1]! + x;
          data[at]! += inkAt(digits.images.data, shown, y, x);
        }
      }
    }
  }
  return {
    frames: { dtype: 'float32', shape: [count, time, SIDE, SIDE], data },
    labels: { dtype: 'int32', shape: [count, time], data: labels },
  };
}

/** The most ink of two by two pixels. */
function inkAt(images: Float32Array, digit: number, y: number, x: number): number {
  const row = (digit * 2 * SIZE + 2 * y) * 2 * SIZE + 2 * x;
  return Math.max(images[row]!, images[row + 1]!, images[row + 2 * SIZE]!, images[row + 2 * SIZE + 1]!);
}
