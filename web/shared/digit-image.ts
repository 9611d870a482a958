/** The image of a digit as pages pass it on: 28 by 28 pixels, 0 to 1; kept for the tab, so that Inside, and Draw after Back, find what was drawn. */

export const imageSide = 28;

export type DigitImage = Float32Array<ArrayBuffer>;

const key = 'lstm-onnx.digit';

/** Keeps an image until the tab is closed; where storage is switched off, Inside shows a sample instead. */
export function keepDigit(image: DigitImage): void {
  try {
    sessionStorage.setItem(key, Array.from(image, (value) => Math.round(value * 255)).join(','));
  } catch {
    // Full, or switched off: nothing the person asked for is lost.
  }
}

/** Keeps none any more. */
export function forgetDigit(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Switched off: there is none.
  }
}

/** The image that was kept last. */
export function keptDigit(): DigitImage | undefined {
  let text: string | null;
  try {
    text = sessionStorage.getItem(key);
  } catch {
    return undefined;
  }
  const values = text?.split(',').map(Number) ?? [];
  const isImage = values.length === imageSide ** 2 && values.every((value) => value >= 0 && value <= 255);
  return isImage ? Float32Array.from(values, (value) => value / 255) : undefined;
}
