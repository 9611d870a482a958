/** The colour of text on a colour. */
import type { Rgb } from './colour-scale.js';

/** Black or white, whichever is read better on the colour: the contrast is 4.5 at least, as WCAG 2.2 has it (1.4.3). */
export function inkOn(colour: Rgb): 'black' | 'white' {
  const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Where black and white have the same contrast: (l + 0.05)^2 = 0.05 * 1.05.
  return luminance > 0.179 ? 'black' : 'white';
}
