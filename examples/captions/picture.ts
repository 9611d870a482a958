/** Strips, their captions, and where the decoder looked as it wrote each word, as one SVG picture. */
import { ink } from '../mnist/ink.js';
import { attentionOf, type Captioner } from './captioner.js';
import { HEIGHT, type Strips, sliceStrips, WIDTH } from './strips.js';

const [row, gap] = [7, 10];

export async function picture(
  captioner: Captioner,
  strips: Strips,
  captions: readonly string[],
  which: readonly number[],
): Promise<string> {
  let [y, drawn] = [gap, ''];
  for (const i of which) {
    const caption = captions[i]!;
    const strip = sliceStrips(strips, i, i + 1);
    const weights = await attentionOf(captioner, strip, caption);
    const labels = [...caption.split(' ').filter(Boolean), 'end'];
    const step = WIDTH / weights[0]!.length;
    const rows = weights.map((weight, line) => {
      const top = HEIGHT + 2 + line * row;
      const looked = Array.from(weight, (share, at) =>
        share < 0.02
          ? ''
          : `<rect x="${at * step}" y="${top}" width="${step}" height="${row - 1}" fill-opacity="${share.toFixed(2)}"/>`,
      );
      return `${looked.join('')}<text x="${WIDTH + 4}" y="${top + row - 2}">${labels[line]}</text>`;
    });
    const verdict = caption === strip.captions[0] ? 'right' : `wrong: it is ${strip.captions[0]}`;
    drawn += `<g transform="translate(${gap} ${y})"><rect width="${WIDTH}" height="${HEIGHT}" fill-opacity="0.06"/>${ink(strip.images.data, WIDTH)}<text x="${WIDTH + 4}" y="8">${verdict}</text>${rows.join('')}</g>\n`;
    y += HEIGHT + weights.length * row + gap;
  }
  const width = WIDTH + 130;
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${3 * width}" height="${3 * y}" font-family="sans-serif" font-size="6" fill="currentColor">
<title>Strips of digits, what the model files say of each, and which columns each word looks at</title>
<style>svg { color: #24292f } @media (prefers-color-scheme: dark) { svg { color: #e6edf3 } }</style>
${drawn}</svg>
`;
}
