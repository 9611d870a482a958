/** A text in which each token has the stronger a ground the more it surprised the model. */
import type { Vocabulary } from '../data/text/vocabulary.js';
import { writtenText } from '../generate/written-text.js';
import { element, type Markup } from './markup.js';
import { lines, writtenBlock } from './written-lines.js';

/** The least probability of each shade, from none on. */
const SHADES = [
  [0.5, 'at least 50 %'],
  [0.1, '10 to 50 %'],
  [0.01, '1 to 10 %'],
  [0.001, '0.1 to 1 %'],
  [0, 'below 0.1 %'],
] as const;

/**
 * @param ids the tokens
 * @param logProbability of each of them but the first, before which nothing is known
 */
export function shadedText(vocabulary: Vocabulary, ids: Int32Array, logProbability: Float64Array): Markup {
  const runs: { shade: number; text: string }[] = [];
  ids.forEach((id, i) => {
    const before = i === 0 ? undefined : vocabulary.tokens[ids[i - 1] ?? 0];
    const text = writtenText(vocabulary, [id], before);
    const shade = i === 0 ? 0 : shadeOf(Math.exp(logProbability[i - 1] ?? 0));
    const last = runs.at(-1);
    if (last?.shade === shade) last.text += text;
    else runs.push({ shade, text });
  });
  return writtenBlock(
    ...runs.flatMap(({ shade, text }) =>
      // A line end that surprises is seen by a sign.
      shade === 0
        ? lines(text)
        : [element('mark', { class: `s${shade}` }, ...lines(text.replaceAll('\n', '⏎\n')))],
    ),
  );
}

export function shadeLegend(): Markup {
  const entries = SHADES.map(([, words], shade) =>
    element('li', {}, shade === 0 ? `${words}: none` : element('mark', { class: `s${shade}` }, words)),
  );
  return element('ul', { class: 'shades' }, ...entries);
}

function shadeOf(probability: number): number {
  return SHADES.findIndex(([least]) => probability >= least);
}
