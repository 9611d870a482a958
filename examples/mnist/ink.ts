/** An image of grey pixels as paths of an SVG picture, a pixel a unit. */

const levels = 4;

/**
 * @param pixels `[height, width]`, 0 (nothing) to 1 (ink); what lies outside is cut off
 * @returns a path for each of four shades, of the colour of the text around
 */
export function ink(pixels: ArrayLike<number>, width: number): string {
  const runs = Array.from({ length: levels + 1 }, () => '');
  const levelAt = (place: number) => Math.round(levels * Math.min(Math.max(pixels[place] ?? 0, 0), 1));
  for (let start = 0; start < pixels.length; ) {
    const level = levelAt(start);
    let end = start + 1;
    while (end % width !== 0 && levelAt(end) === level) end++;
    runs[level] += `M${start % width} ${Math.floor(start / width) + 0.5}h${end - start}`;
    start = end;
  }
  return runs
    .map((path, level) => ({ path, level }))
    .filter(({ path, level }) => level > 0 && path)
    .map(({ path, level }) => `<path d="${path}" stroke="currentColor" stroke-opacity="${level / levels}"/>`)
    .join('');
}
