/**
 * Colours for numbers: one scale for pixels, one for parts of a whole (0 to 1), one for signed numbers (-1 to 1). All
 * have the colour of the surface at zero, so that nothing is shown where there is nothing, and differ in lightness as
 * well as hue, so that colour-blind people tell the values apart.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

type Stops = readonly Rgb[];

export type ScaleName = 'ink' | 'share' | 'signed';

const light: Record<ScaleName, Stops> = {
  ink: [
    [255, 255, 255],
    [26, 30, 36],
  ],
  share: [
    [255, 255, 255],
    [205, 222, 240],
    [122, 168, 214],
    [42, 106, 173],
    [8, 48, 96],
  ],
  signed: [
    [8, 64, 129],
    [92, 148, 206],
    [250, 250, 250],
    [236, 150, 78],
    [145, 62, 0],
  ],
};

const dark: Record<ScaleName, Stops> = {
  ink: [
    [25, 29, 35],
    [240, 243, 246],
  ],
  share: [
    [25, 29, 35],
    [31, 66, 105],
    [44, 117, 170],
    [99, 184, 214],
    [238, 247, 214],
  ],
  signed: [
    [150, 205, 255],
    [52, 112, 178],
    [25, 29, 35],
    [176, 92, 24],
    [255, 194, 128],
  ],
};

const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** Calls back when the person changes between light and dark. */
export function onSchemeChange(callback: () => void): void {
  darkScheme.addEventListener('change', callback);
}

/** The colour of a number: `ink` and `share` take 0 to 1, `signed` -1 to 1; what lies outside has the colour of the end. */
export function colourOf(scale: ScaleName, value: number): Rgb {
  const stops = (darkScheme.matches ? dark : light)[scale];
  const part = scale === 'signed' ? (value + 1) / 2 : value;
  const place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const [low, high] = [stops[index], stops[index + 1]];
  if (low === undefined || high === undefined) return [0, 0, 0];
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(low[channel] + (high[channel] - low[channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

export function cssOf(colour: Rgb): string {
  return `rgb(${colour.join(' ')})`;
}

/** A CSS gradient that runs through the scale from left to right. */
export function gradientOf(scale: ScaleName): string {
  const stops = (darkScheme.matches ? dark : light)[scale];
  return `linear-gradient(to right, ${stops.map(cssOf).join(', ')})`;
}

/** Fills a canvas of one pixel a number. @param values `[height, width]` of the canvas */
export function paintNumbers(canvas: HTMLCanvasElement, values: ArrayLike<number>, scale: ScaleName): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let index = 0; index < values.length; index++) {
    pixels.data.set([...colourOf(scale, values[index] ?? 0), 255], index * 4);
  }
  context.putImageData(pixels, 0, 0);
}
