/** BIO tags (Ramshaw & Marcus 1995) among others: whether tags are BIO, and where spans begin without a B tag. */

const form = /^(?:O|[BI](?:-.*)?)$/s;

/** Whether all tags are BIO and some begin a span. */
export function isBio(labels: readonly string[]): boolean {
  return labels.every((label) => form.test(label)) && labels.some((label) => label !== 'O');
}

/** How many spans of a text begin with an I tag, behind O, another type or nothing. */
export function brokenSpans(tags: readonly string[]): number {
  let broken = 0;
  let before: string | undefined = 'O';
  for (const tag of tags) {
    const goesOn = before !== 'O' && before?.slice(1) === tag.slice(1);
    if (tag.startsWith('I') && !goesOn) broken++;
    before = tag;
  }
  return broken;
}
