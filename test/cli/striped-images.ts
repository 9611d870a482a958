/** Pictures of a few bars, dark or light or none, and what is to be seen in them: learned in seconds. */
import type { GreyImages } from '../../src/tasks/captioner.js';

const HEIGHT = 8;
const BARS = [
  ['low', (y: number) => (y >= 5 ? 1 : 0)],
  ['high', (y: number) => (y < 3 ? 1 : 0)],
  ['full', () => 1],
] as const;

/** Two or three bars of four columns each, and their names; so many images, those of two bars end in nothing. */
export function stripedImages(count: number): {
  readonly images: GreyImages;
  readonly texts: readonly string[];
} {
  const width = 12;
  const data = new Float32Array(count * HEIGHT * width);
  const texts = Array.from({ length: count }, (_, i) => {
    const bars = [0, 1, 2].flatMap((place) => {
      const kind = Math.floor((i * 7919) / 4 ** place) % 4;
      return kind === 3 && place === 2 ? [] : [kind % 3];
    });
    for (const [place, kind] of bars.entries()) {
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 4 * place; x < 4 * place + 3; x++) {
          // A little noise, so that no two are alike.
          const shade = 0.8 * (BARS[kind]?.[1](y) ?? 0) + 0.2 * (((i * 37 + y * 17 + x * 7) % 211) / 211);
          data[(i * HEIGHT + y) * width + x] = shade;
        }
      }
    }
    return bars.map((kind) => BARS[kind]?.[0]).join(' ');
  });
  return { images: { dtype: 'float32', shape: [count, HEIGHT, width], data }, texts };
}
