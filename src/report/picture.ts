/** A picture inside of a page, alone and above what each token of its caption attends to. */
import { encodePng } from '../data/png.js';
import { dim, type NdArray } from '../nd-array.js';
import { weightCell } from './attention-map.js';
import { element, type Markup, scrolling } from './markup.js';

/** Shades from 0, black, to 1, white, `[1, height, width]`. */
type Image = Pick<NdArray<'float32'>, 'shape' | 'data'>;

/** @param about what is to be read where the picture is not seen */
export function picture({ shape, data }: Image, about: string): Markup {
  const [height, width] = [dim(shape, 1), dim(shape, 2)];
  const bytes = encodePng({ height, width, data });
  return element('img', {
    ...{ width: String(width), height: String(height), alt: about, class: 'picture' },
    src: `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`,
  });
}

/**
 * The picture, and below it a row of shades for each token: the strips of the picture that went into it.
 *
 * @param weights `[tokens, strips]`
 */
export function pictureMap(
  title: string,
  image: Image,
  written: readonly string[],
  weights: NdArray<'float32'>,
): Markup {
  const strips = dim(weights.shape, 1);
  const rows = written.map((token, row) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, token.trim() === '' ? '␣' : token),
      ...Array.from({ length: strips }, (_, strip) => weightCell(weights.data[row * strips + strip] ?? 0)),
    ),
  );
  const seen = element(
    'tr',
    {},
    element('td', {}),
    element('td', { colspan: String(strips) }, picture(image, title)),
  );
  const map = element(
    'table',
    { class: 'attention strips' },
    element('caption', {}, title),
    element('thead', {}, seen),
    element('tbody', {}, ...rows),
  );
  return scrolling(title, map);
}
