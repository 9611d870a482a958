/** Tags that cannot follow each other in BIO (Ramshaw & Marcus 1995). */
import { wrongArgument } from '../arguments.js';
import { bioTag } from '../scores/spans.js';
import { type Crf, checkCrf } from './crf.js';

/**
 * A conditional random field that gives BIO tags alone: `I-PER` follows `B-PER` or `I-PER`, never `O`, another type or the
 * start. All else is as it was learned.
 *
 * @param labels the names of the tags, in their order
 * @throws E_INVALID_OPTION for labels that are not BIO, or not as many as tags
 */
export function withBio(crf: Crf, labels: readonly string[]): Crf {
  const count = checkCrf('withBio', crf);
  if (!Array.isArray(labels) || labels.length !== count) {
    throw wrongArgument(
      'withBio: labels',
      labels,
      `the names of the ${count} tags, as in ['O', 'B-PER', 'I-PER']`,
    );
  }
  const tags = labels.map((label: unknown) => bioTag('withBio', label));
  const start = crf.start.map((score, to) => (tags[to]?.prefix === 'I' ? -Infinity : score));
  const transitions = crf.transitions.map((score, place) => {
    const [from, to] = [tags[Math.floor(place / count)], tags[place % count]];
    const goesOn = from?.prefix !== 'O' && from?.type === to?.type;
    return to?.prefix === 'I' && !goesOn ? -Infinity : score;
  });
  return { start, end: crf.end, transitions };
}
